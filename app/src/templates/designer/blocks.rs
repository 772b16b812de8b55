//! The list of blocks: each with its handle, its name, what it shows in a line, its buttons and its properties.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{block_fields, desk::Desk, dialogs::by_space, field, hands};
use crate::{
    domain::template::{
        Block,
        edit::{Shelf, Way},
        fields,
    },
    templates::forms_api::EditDraft,
    ui::Icon,
};

/// A list of blocks, and those of columns within it.
pub fn list(desk: Desk, shelf: Shelf) -> AnyView {
    let ids = Memo::new(move |_| {
        desk.draft.with(|draft| {
            let blocks = draft.document.shelf(shelf).unwrap_or_default();
            blocks.iter().map(|block| (block.id, block.kind.word())).collect::<Vec<_>>()
        })
    });
    let label = match shelf {
        Shelf::Page => "Blocks of the mail",
        Shelf::Left(_) => "Left column",
        Shelf::Right(_) => "Right column",
    };
    let empty = match shelf {
        Shelf::Page => "Nothing yet. Choose a block of the list.",
        Shelf::Left(_) | Shelf::Right(_) => {
            "Empty. Insert a block here, drag one here, or open one and move it here by its button."
        }
    };
    view! {
        {desk.can_edit.then(|| insert_first(desk, shelf))}
        <ol class="blocks" role="list" aria-label=label data-shelf=shelf.to_string()>
            <For each=move || ids.get() key=|row| *row let((id, word))>{row(desk, id, word)}</For>
        </ol>
        {move || ids.with(Vec::is_empty).then(|| view! { <p class="blocks__none muted small">{empty}</p> })}
    }
    .into_any()
}

/// Has the next block of the palette come at the beginning of a list: what a drag does, for whoever cannot or would not drag.
fn insert_first(desk: Desk, shelf: Shelf) -> AnyView {
    let label = format!("Insert here: first {}", shelf.words());
    view! {
        <button type="button" class="blocks__insert is-script" aria-label=label aria-pressed=move || (desk.top.get() == Some(shelf)).to_string() on:click=move |_| desk.add_at_top(shelf)>
            <Icon name="plus" />
            <span>"Insert here"</span>
        </button>
    }
    .into_any()
}

fn row(desk: Desk, id: u32, word: &'static str) -> AnyView {
    let Some(block) = desk.block(id) else { return ().into_any() };
    let name = block.kind.label();
    let words = Memo::new(move |_| {
        desk.draft.with(|draft| {
            let block = draft.document.block(id);
            block.map(|block| (block.line(), (!block.when.is_always()).then(|| block.when.words()))).unwrap_or_default()
        })
    });
    let is_open = move || desk.open.get() == Some(id);
    let is_lifted = move || desk.lifted.with(|lifted| lifted.as_ref().is_some_and(|(lifted, _)| *lifted == id));
    let toggle = move || desk.open.update(|open| *open = if *open == Some(id) { None } else { Some(id) });
    let properties = move || {
        desk.drawn.track();
        is_open().then(|| desk.block(id).map(|block| block_fields::form(desk, &refused_or(desk, block))))
    };
    let columns = (word == "columns").then(|| {
        view! {
            <div class="block__columns">
                <div>{list(desk, Shelf::Left(id))}</div>
                <div>{list(desk, Shelf::Right(id))}</div>
            </div>
        }
    });
    view! {
        <li class="block" id=format!("block-{id}") data-id=id.to_string() tabindex="-1" class:is-open=is_open class:is-lifted=is_lifted on:focusin=move |event| {
            // A block in a column is meant, not the columns around it.
            event.stop_propagation();
            desk.at.set(Some(id));
            desk.top.set(None);
        }>
            <div class="block__head">
                {desk.can_edit.then(|| grip(desk, id, name))}
                <a class="block__name" id=format!("name-{id}") role="button" href=format!("?block={id}") aria-expanded=move || is_open().to_string()
                    on:click=move |event| { event.prevent_default(); toggle(); }
                    on:keydown=move |event| by_space(&event, toggle)
                >
                    <span class="block__kind">{name}</span>
                    <span class="block__line" dir="auto">{move || words.with(|(line, _)| line.clone())}</span>
                    {move || words.with(|(_, when)| when.clone()).map(|when| view! { <span class="block__if">{when}</span> })}
                </a>
                {desk.can_edit.then(|| acts(desk, id, name))}
            </div>
            {move || (!is_open()).then(|| field::problem_in(desk.said, id))}
            {move || is_open().then(|| desk.can_edit.then(|| ways(desk, id, name)))}
            {properties}
            {columns}
        </li>
    }
    .into_any()
}

/// What was typed into the plain form of a block before it was refused, else the block.
fn refused_or(desk: Desk, block: Block) -> Block {
    let refused = desk.refused.with_value(Clone::clone);
    let Some(error) = refused.filter(|_| desk.drawn.get_untracked() == 0) else { return block };
    if error.typed("block").as_deref() != Some(&block.id.to_string()) {
        return block;
    }
    fields::read_block(&block, &|name| error.typed(name))
}

/// The handle: to drag by, and to lift by key.
fn grip(desk: Desk, id: u32, name: &'static str) -> AnyView {
    let is_lifted = move || desk.lifted.with(|lifted| lifted.as_ref().is_some_and(|(lifted, _)| *lifted == id));
    view! {
        <button type="button" class="icon-btn block__grip is-script" id=format!("grip-{id}") aria-label=format!("Move {name}") aria-describedby="lift-hint"
            aria-pressed=move || is_lifted().to_string()
            on:keydown=move |event| hands::lift_key(desk, id, &event)
            on:blur=move |_| hands::lift_ends(desk, id)
        >
            <Icon name="grip-vertical" />
        </button>
    }
    .into_any()
}

fn acts(desk: Desk, id: u32, name: &'static str) -> AnyView {
    let version = desk.version().to_string();
    let button = |act: &'static str, words: &'static str, icon: &'static str, run: fn(Desk, u32)| {
        view! {
            <button class="icon-btn" type="submit" name="act" value=act id=format!("{act}-{id}") aria-label=format!("{words}: {name}") title=words
                on:click=move |event| {
                    event.prevent_default();
                    run(desk, id);
                }
            >
                <Icon name=icon />
            </button>
        }
        .into_any()
    };
    view! {
        <form class="block__acts" method="post" action=EditDraft::url()>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=version />
            <input type="hidden" name="block" value=id.to_string() />
            {button("up", "Move up", "arrow-up", |desk, id| step(desk, id, true))}
            {button("down", "Move down", "arrow-down", |desk, id| step(desk, id, false))}
            <button class="icon-btn is-script" type="button" id=format!("insert-{id}") aria-label=format!("Insert below: {name}") title="Insert below" on:click=move |_| desk.add_behind(id)>
                <Icon name="plus" />
            </button>
            {button("copy", "Duplicate", "copy", |desk, id| desk.duplicate(id))}
            {button("delete", "Delete", "trash-2", |desk, id| desk.remove(id))}
        </form>
    }
    .into_any()
}

/// The ways of an open block into columns and out of them, each in words.
fn ways(desk: Desk, id: u32, name: &'static str) -> AnyView {
    let all = Memo::new(move |_| desk.draft.with(|draft| draft.document.ways(id)));
    let button = move |way: Way| {
        let Way { crossing, spot: _, words } = way;
        view! {
            <button class="btn is-sm" type="submit" name="act" value=crossing.as_str() id=format!("{crossing}-{id}") aria-label=format!("{words}: {name}")
                on:click=move |event| {
                    event.prevent_default();
                    desk.cross(id, crossing);
                }
            >
                {words}
            </button>
        }
        .into_any()
    };
    let buttons = move || all.get().into_iter().map(button).collect_view();
    let version = desk.version().to_string();
    view! {
        <form class="block__ways" method="post" action=EditDraft::url() aria-label=format!("Columns: {name}")>
            <input type="hidden" name="id" value=desk.id.to_string() />
            <input type="hidden" name="version" value=version />
            <input type="hidden" name="block" value=id.to_string() />
            {buttons}
        </form>
    }
    .into_any()
}

/// Moves a block by one place; the focus stays on the button that was pressed.
fn step(desk: Desk, id: u32, is_up: bool) {
    desk.step(id, is_up);
    hands::focus(&format!("{}-{id}", if is_up { "up" } else { "down" }));
}
