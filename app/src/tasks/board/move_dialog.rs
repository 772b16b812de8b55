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
    ui::{DialogRegions, Icon, StatusMark},
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
                <DialogRegions />
            </dialog>
        })
    }
}

fn form(board: &BoardState, card: &CardState, dialog: NodeRef<Dialog>) -> impl IntoView + use<> {
    let (id, title) = (card.id, card.title());
    // The whole selection where the card is part of it.
    let cards = board.with_selection(id);
    let whom = if cards.len() > 1 { words::whom(None, cards.len()) } else { format!("“{title}”") };
    let column = RwSignal::new(board.place_of(id).map(|place| place.column));
    // Among the cards that it will stand among; the end of a list is `usize::MAX`.
    let index = RwSignal::new(board.mates_of(id).iter().position(|mate| *mate == id).unwrap_or(0));
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            popover::close(&dialog);
        }
    };
    let submit = {
        let (board, cards) = (board.clone(), cards.clone());
        move || {
            if let Some(column) = column.get_untracked() {
                let index = index.get_untracked();
                match cards.as_slice() {
                    [_] | [] => board.move_to(id, board.place_among(id, column, index)),
                    cards => board.move_all(cards, cards, Place { column, index }, None),
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
        let (titles, behind) = others(&board, &cards, column.get());
        places(&titles, behind)
            .into_iter()
            .map(|(i, words)| view! { <option value=i.to_string() selected=move || index.get() == i>{words}</option> })
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
        let (titles, behind) = others(&board, &cards, column.get());
        let of = titles.len() + behind + cards.len();
        let position = if index.get() == usize::MAX { of + 1 - cards.len().max(1) } else { index.get() + 1 };
        format!("{whom} will be in {name}, position {position} of {of}.")
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

/// The titles among which the cards will stand, in a list without the cards that are moved, and how many tasks behind
/// them are not loaded.
fn others(board: &BoardState, moved: &[TaskId], column: Option<ColumnId>) -> (Vec<String>, usize) {
    let Some(column) = column else { return (Vec::new(), 0) };
    let lane = match moved {
        [card] => board.card(*card).and_then(|card| board.lane_of(&card)),
        _ => None,
    };
    let mates = board.mates(column, lane).into_iter().filter(|mate| !moved.contains(mate));
    (mates.filter_map(|mate| board.card(mate)).map(|card| card.title()).collect(), board.unloaded(column, lane))
}

/// The places that can be chosen, with their words: before each of the titles, behind the last of them, and at the
/// bottom where more tasks stand behind those that are loaded.
fn places(titles: &[String], behind: usize) -> Vec<(usize, String)> {
    let of = titles.len() + behind + 1;
    let words = |i: usize| match i.checked_sub(1).and_then(|before| titles.get(before)) {
        None => format!("1 of {of}: top"),
        Some(_) if i + 1 == of => format!("{of} of {of}: bottom"),
        Some(title) => format!("{} of {of}: after “{title}”", i + 1),
    };
    let mut places: Vec<(usize, String)> = (0..=titles.len()).map(|i| (i, words(i))).collect();
    if behind > 0 {
        places.push((usize::MAX, format!("{of} of {of}: bottom")));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_list_that_is_not_loaded_whole_is_its_true_end() {
        let titles = ["One".to_owned(), "Two".to_owned()];
        let words = |behind: usize| places(&titles, behind).into_iter().map(|(_, words)| words).collect::<Vec<_>>();
        assert_eq!(words(0), ["1 of 3: top", "2 of 3: after “One”", "3 of 3: bottom"]);
        assert_eq!(
            words(998),
            ["1 of 1001: top", "2 of 1001: after “One”", "3 of 1001: after “Two”", "1001 of 1001: bottom"]
        );
        assert_eq!(places(&titles, 998).last().map(|(at, _)| *at), Some(usize::MAX));
    }
}
