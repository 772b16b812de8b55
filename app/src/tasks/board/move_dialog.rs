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
        lane::Lane,
    },
    tasks::view::Card,
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
    let index = RwSignal::new(standing(board, &cards, id));
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
    let is_full = {
        let (board, cards) = (board.clone(), cards.clone());
        move || column.get().is_some_and(|column| board.refusal_of_list(&cards, column).is_some())
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
                <button class="btn is-primary" type="submit" disabled=is_full>"Move"</button>
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
) -> AnyView {
    if board.is_sorted() {
        return view! { <p class="muted">{board.look.sort.words()}</p> }.into_any();
    }
    let board = board.clone();
    let options = move || {
        let (titles, behind) = others(&board, &cards, column.get());
        places(&titles, behind, cards.len())
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
    .into_any()
}

fn preview(
    board: &BoardState,
    cards: Vec<TaskId>,
    whom: String,
    column: RwSignal<Option<ColumnId>>,
    index: RwSignal<usize>,
) -> impl IntoView + use<> {
    let board = board.clone();
    let words = move || column.get().map(|column| outlook(&board, &cards, &whom, column, index.get()));
    view! { <p class="muted" role="status">{words}</p> }
}

/// Where the cards will be, or why the list does not take them; on a sorted board nobody chooses a position.
fn outlook(board: &BoardState, cards: &[TaskId], whom: &str, column: ColumnId, index: usize) -> String {
    if let Some(refusal) = board.refusal_of_list(cards, column) {
        return refusal;
    }
    let list = board.column(column).map(|column| column.name.clone()).unwrap_or_default();
    if board.is_sorted() {
        return format!("{whom} will be in {list}.");
    }
    let (titles, behind) = others(board, cards, Some(column));
    let of = titles.len() + behind + cards.len();
    let position = if index == usize::MAX { of + 1 - cards.len().max(1) } else { index + 1 };
    format!("{whom} will be in {list}, position {position} of {of}.")
}

/// Says before it happens that blocked tasks would be completed.
fn blocked(board: &BoardState, cards: Vec<TaskId>, column: RwSignal<Option<ColumnId>>) -> impl IntoView + use<> {
    let board = board.clone();
    move || {
        let words = column.get().and_then(|column| still_blocked(&board, &cards, column))?;
        Some(view! { <p class="banner" data-tone="warn" role="status">{words}"."</p> })
    }
}

/// One task by what blocks it, several by how many of them are blocked.
fn still_blocked(board: &BoardState, cards: &[TaskId], column: ColumnId) -> Option<String> {
    let [card] = cards else { return board.blocked_of_many(cards, column) };
    let blockers = |card: &Card| if card.finish == Finish::Open { card.blocked_by } else { 0 };
    let many = board.card(*card)?.data.with_untracked(blockers);
    (many > 0 && board.is_done(column)).then(|| words::still_blocked(many))
}

/// Where a card stands now among the cards that are not moved.
fn standing(board: &BoardState, moved: &[TaskId], card: TaskId) -> usize {
    let Some(here) = board.place_of(card) else { return 0 };
    let mates = board.mates(here.column, lane_of(board, moved));
    mates.into_iter().take_while(|mate| *mate != card).filter(|mate| !moved.contains(mate)).count()
}

/// The lane that one card stays in; several are counted in the whole list.
fn lane_of(board: &BoardState, moved: &[TaskId]) -> Option<Lane> {
    let [card] = moved else { return None };
    board.card(*card).and_then(|card| board.lane_of(&card))
}

/// The titles among which the cards will stand, in a list without the cards that are moved, and how many tasks behind
/// them are not loaded.
fn others(board: &BoardState, moved: &[TaskId], column: Option<ColumnId>) -> (Vec<String>, usize) {
    let Some(column) = column else { return (Vec::new(), 0) };
    let lane = lane_of(board, moved);
    let mates = board.mates(column, lane).into_iter().filter(|mate| !moved.contains(mate));
    (mates.filter_map(|mate| board.card(mate)).map(|card| card.title()).collect(), board.unloaded(column, lane))
}

/// The places that can be chosen for so many cards, with their words: before each of the titles, behind the last of them,
/// and at the bottom where more tasks stand behind those that are loaded. Of several cards it is the place of the first.
fn places(titles: &[String], behind: usize, many: usize) -> Vec<(usize, String)> {
    let last = titles.len() + behind + 1;
    let of = last + many.saturating_sub(1);
    let words = |i: usize| match i.checked_sub(1).and_then(|before| titles.get(before)) {
        None => format!("1 of {of}: top"),
        Some(_) if i + 1 == last => format!("{last} of {of}: bottom"),
        Some(title) => format!("{} of {of}: after “{title}”", i + 1),
    };
    let mut places: Vec<(usize, String)> = (0..=titles.len()).map(|i| (i, words(i))).collect();
    if behind > 0 {
        places.push((usize::MAX, format!("{last} of {of}: bottom")));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::task::Status,
        tasks::board::testing::{DONE, TODO, id, three, with_board, with_state},
    };

    #[test]
    fn the_bottom_of_a_list_that_is_not_loaded_whole_is_its_true_end() {
        let titles = ["One".to_owned(), "Two".to_owned()];
        let words = |behind: usize| places(&titles, behind, 1).into_iter().map(|(_, words)| words).collect::<Vec<_>>();
        assert_eq!(words(0), ["1 of 3: top", "2 of 3: after “One”", "3 of 3: bottom"]);
        assert_eq!(
            words(998),
            ["1 of 1001: top", "2 of 1001: after “One”", "3 of 1001: after “Two”", "1001 of 1001: bottom"]
        );
        assert_eq!(places(&titles, 998, 1).last().map(|(at, _)| *at), Some(usize::MAX));
    }

    #[test]
    fn several_cards_are_offered_the_place_that_they_have_and_all_of_them_are_counted() {
        with_state(three(), |state| {
            let cards = [id(1), id(2)];
            assert_eq!(standing(state, &cards, id(2)), 0, "nobody who stays is above them");
            assert_eq!((standing(state, &cards, id(1)), standing(state, &[id(2)], id(2))), (0, 1));
            let (titles, behind) = others(state, &cards, Some(TODO));
            let words: Vec<String> = places(&titles, behind, cards.len()).into_iter().map(|(_, words)| words).collect();
            assert_eq!(words, ["1 of 3: top", "2 of 3: bottom"]);
            assert_eq!(outlook(state, &cards, "2 tasks", TODO, 1), "2 tasks will be in Todo, position 2 of 3.");
        });
    }

    #[test]
    fn a_full_list_is_said_to_be_full_and_promises_no_position() {
        let mut full = three();
        (full.columns[1].limit, full.columns[1].limit_is_hard) = (Some(0), true);
        with_state(full, |state| {
            assert_eq!(outlook(state, &[id(1)], "“card 1”", DONE, 0), "Done is full: 0 of 0.");
            assert_eq!(outlook(state, &[id(1)], "“card 1”", TODO, 0), "“card 1” will be in Todo, position 1 of 3.");
        });
    }

    #[test]
    fn on_a_sorted_board_no_position_is_promised() {
        with_board(three(), "?sort=due", |state| {
            assert_eq!(outlook(state, &[id(1)], "“card 1”", DONE, 0), "“card 1” will be in Done.");
        });
    }

    #[test]
    fn of_several_tasks_that_would_be_completed_the_blocked_ones_are_counted_and_not_what_blocks_them() {
        let mut blocked = three();
        blocked.columns[1].status = Status::Done;
        for card in &mut blocked.columns[0].cards[..2] {
            card.blocked_by = 3;
        }
        with_state(blocked, |state| {
            let words = |numbers: &[u128], column: ColumnId| {
                let cards: Vec<TaskId> = numbers.iter().map(|number| id(*number)).collect();
                still_blocked(state, &cards, column)
            };
            assert_eq!(words(&[1, 2, 3], DONE).as_deref(), Some("2 of them are still blocked by open tasks"));
            assert_eq!(words(&[1], DONE).as_deref(), Some("It is still blocked by 3 open tasks"));
            assert_eq!((words(&[3], DONE), words(&[1, 2], TODO)), (None, None));
        });
    }
}
