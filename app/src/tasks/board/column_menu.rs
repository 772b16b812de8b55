//! The menu of a list: what can be done to it. A popover of the browser's own, so that it opens
//! before the page is awake; its forms and links work without WebAssembly.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    popover,
    state::{BoardState, ColumnState},
};
use crate::{
    domain::{column::Shift, ids::ColumnId},
    tasks::columns::api::{FoldColumn, ShiftColumn, fold_column},
    ui::Icon,
};

#[component]
pub fn ColumnMenu(column: ColumnState, board: BoardState) -> impl IntoView {
    let id = format!("list-menu-{}", column.id);
    let columns = format!("/board/{}/columns", board.key);
    let (own, beside) = (format!("{columns}/{}", column.id), format!("{columns}?after={}", column.id));
    let remove = format!("{own}#delete");
    let label = format!("Actions for the list {}", column.name);
    let shifts = {
        let (id, order, moved) = (column.id, board.order.clone(), board.clone());
        move || {
            let (first, last) = order.with(|order| (order.first() == Some(&id), order.last() == Some(&id)));
            view! {
                {(!first).then(|| shift(&moved, id, Shift::Back, "arrow-left", "Move to the left"))}
                {(!last).then(|| shift(&moved, id, Shift::On, "arrow-right", "Move to the right"))}
            }
        }
    };
    let editing = board.can_edit.then(|| {
        view! {
            <a class="menu__item" href=own><Icon name="pencil" />"Name, status, limit"</a>
            {shifts}
            <a class="menu__item" href=beside><Icon name="plus" />"Add a list after this"</a>
            <a class="menu__item" href=columns><Icon name="list-filter" />"All lists"</a>
            <hr />
        }
    });
    let deleting = board.can_edit.then(|| {
        view! { <hr /><a class="menu__item is-danger" href=remove><Icon name="trash-2" />"Delete the list"</a> }
    });
    view! {
        <button class="icon-btn" type="button" popovertarget=id.clone() aria-label=label.clone() title=label.clone()><Icon name="ellipsis" /></button>
        <div class="menu is-anchored" id=id popover="auto" role="group" aria-label=label>
            {editing}
            <FoldForm column=column folds=true />
            {deleting}
        </div>
    }
    .into_any()
}

/// One place along the board; the head itself can be dragged further. Awake it happens at once and can be taken back.
fn shift(
    board: &BoardState,
    id: ColumnId,
    way: Shift,
    icon: &'static str,
    words: &'static str,
) -> impl IntoView + use<> {
    let board = board.clone();
    view! {
        <form method="post" action=ShiftColumn::url() on:submit=move |event| {
            // In lanes a list is in pieces, which only a new page puts elsewhere.
            if board.lanes.is_empty() {
                event.prevent_default();
                board.step_list(id, way);
                popover::close_list_menu(id);
            }
        }>
            <input type="hidden" name="column" value=id.to_string() />
            <input type="hidden" name="way" value=way.as_str() />
            <button class="menu__item" type="submit"><Icon name=icon />{words}</button>
        </form>
    }
}

/// Collapses a list, or opens it. Awake it happens at once and the server is told after.
#[component]
pub fn FoldForm(column: ColumnState, folds: bool) -> impl IntoView {
    let (id, is_folded) = (column.id, column.is_folded.clone());
    let name = column.name.clone();
    let inside = match folds {
        true => view! { <button class="menu__item" type="submit"><Icon name="chevron-left" />"Collapse"</button> }
            .into_any(),
        false => {
            let label = format!("Open the list {name}");
            view! { <button class="icon-btn" type="submit" aria-label=label.clone() title=label><Icon name="chevron-right" /></button> }.into_any()
        }
    };
    view! {
        <form class:col__open=!folds method="post" action=FoldColumn::url() on:submit=move |event| {
            event.prevent_default();
            is_folded.set(folds);
            // Either way the button that was pressed is out of sight then.
            popover::close_list_menu(id);
            leptos::task::spawn_local(async move {
                // It is only how the person sees it: nothing to say where the server cannot be reached.
                let _ = fold_column(id, folds).await;
            });
        }>
            <input type="hidden" name="column" value=id.to_string() />
            {folds.then(|| view! { <input type="hidden" name="folded" value="true" /> })}
            {inside}
        </form>
    }
    .into_any()
}
