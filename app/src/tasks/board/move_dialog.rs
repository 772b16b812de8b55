//! Moving a card by choosing list and position: nothing to drag, nothing to aim at.

use leptos::{
    html::{Dialog, Div},
    prelude::*,
};

use super::{
    popover,
    state::{BoardState, CardState, Place},
    words,
};
use crate::{
    domain::{
        due::Finish,
        ids::{ColumnId, TaskId},
        task::Status,
    },
    ui::{Icon, StatusMark},
};

/// The dialog; it opens for the card that [`BoardState::moving`] names.
#[component]
pub fn MoveDialog(board: BoardState, node: NodeRef<Div>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            popover::show_modal(&dialog);
        }
    });
    move || {
        let card = board.card(board.moving.get()?)?;
        let (closed, id) = (board.moving.clone(), card.id);
        Some(view! {
            <dialog class="dialog" aria-labelledby="move-title" node_ref=dialog on:close=move |_| {
                closed.set(None);
                popover::refocus_card(node, id);
            }>
                {form(&board, &card, dialog)}
            </dialog>
        })
    }
}

fn form(board: &BoardState, card: &CardState, dialog: NodeRef<Dialog>) -> impl IntoView + use<> {
    let (id, title) = (card.id, card.title());
    // The whole selection where the card is part of it.
    let cards = board.with_selection(id);
    let whom = if cards.len() > 1 { words::whom(None, cards.len()) } else { format!("“{title}”") };
    let here = board.place_of(id);
    let column = RwSignal::new(here.map(|place| place.column));
    let index = RwSignal::new(here.map_or(0, |place| place.index));
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            popover::close(&dialog);
        }
    };
    let submit = {
        let (board, cards) = (board.clone(), cards.clone());
        move || {
            if let Some(column) = column.get_untracked() {
                let to = Place { column, index: index.get_untracked() };
                match cards.as_slice() {
                    [_] | [] => board.move_to(id, to),
                    cards => board.move_all(cards, cards, to),
                }
            }
            close();
        }
    };
    view! {
        <form method="dialog" on:submit=move |event| { event.prevent_default(); submit(); }>
            <div class="dialog__head">
                <h2 id="move-title">"Move "<bdi>{whom.clone()}</bdi></h2>
                <button class="icon-btn" type="button" aria-label="Close" on:click=move |_| close()><Icon name="x" /></button>
            </div>
            <div class="dialog__body">
                {lists(board, column, index)}
                {positions(board, cards.clone(), column, index)}
                {preview(board, cards.clone(), whom, column, index)}
                {blocked(board, cards, column)}
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| close()>"Cancel"</button>
                <button class="btn is-primary" type="submit">"Move"</button>
            </div>
        </form>
    }
}

fn lists(board: &BoardState, chosen: RwSignal<Option<ColumnId>>, index: RwSignal<usize>) -> impl IntoView + use<> {
    let here = chosen.get_untracked();
    let choices: Vec<_> = board
        .lists_now()
        .iter()
        .map(|column| {
            let (id, status, name) = (column.id, column.status, column.name.clone());
            let is_here = here == Some(id);
            view! {
                <label class="choice">
                    <input type="radio" name="column" value=id.to_string() autofocus=is_here prop:checked=move || chosen.get() == Some(id) on:change=move |_| {
                        chosen.set(Some(id));
                        index.set(0);
                    } />
                    <StatusMark status=status /><span dir="auto">{name}</span>
                </label>
            }
        })
        .collect();
    view! { <fieldset class="fieldset"><legend class="small">"List"</legend><div class="choices">{choices}</div></fieldset> }
}

fn positions(
    board: &BoardState,
    cards: Vec<TaskId>,
    column: RwSignal<Option<ColumnId>>,
    index: RwSignal<usize>,
) -> impl IntoView + use<> {
    let board = board.clone();
    let options = move || {
        let titles = others(&board, &cards, column.get());
        let of = titles.len() + 1;
        (0..of)
            .map(|i| {
                let words = match i.checked_sub(1).and_then(|before| titles.get(before)) {
                    None => format!("1 of {of}: top"),
                    Some(_) if i + 1 == of => format!("{of} of {of}: bottom"),
                    Some(title) => format!("{} of {of}: after “{title}”", i + 1),
                };
                view! { <option value=i.to_string() selected=move || index.get() == i>{words}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <label class="field__label" for="move-position">"Position"</label>
            <select class="input" id="move-position" on:change=move |event| index.set(event_target_value(&event).parse().unwrap_or(0))>{options}</select>
        </div>
    }
}

fn preview(
    board: &BoardState,
    cards: Vec<TaskId>,
    whom: String,
    column: RwSignal<Option<ColumnId>>,
    index: RwSignal<usize>,
) -> impl IntoView + use<> {
    let board = board.clone();
    let words = move || {
        let name = column.get().and_then(|id| board.column(id)).map(|column| column.name.clone()).unwrap_or_default();
        let of = others(&board, &cards, column.get()).len() + cards.len();
        format!("{whom} will be in {name}, position {} of {of}.", index.get() + 1)
    };
    view! { <p class="muted" role="status">{words}</p> }
}

/// Says before it happens that blocked tasks would be completed.
fn blocked(board: &BoardState, cards: Vec<TaskId>, column: RwSignal<Option<ColumnId>>) -> impl IntoView + use<> {
    let board = board.clone();
    let many: u32 = cards
        .iter()
        .filter_map(|card| board.card(*card))
        .map(|card| card.data.with_untracked(|card| if card.finish == Finish::Open { card.blocked_by } else { 0 }))
        .sum();
    move || {
        let is_done = column.get().and_then(|id| board.column(id)).is_some_and(|column| column.status == Status::Done);
        (is_done && many > 0)
            .then(|| view! { <p class="banner" data-tone="warn" role="status">{words::still_blocked(many)}"."</p> })
    }
}

/// The titles in a list without the cards that are moved.
fn others(board: &BoardState, moved: &[TaskId], column: Option<ColumnId>) -> Vec<String> {
    let Some(column) = column.and_then(|id| board.column(id)) else { return Vec::new() };
    column
        .cards
        .with_untracked(|cards| cards.iter().filter(|other| !moved.contains(&other.id)).map(CardState::title).collect())
}
