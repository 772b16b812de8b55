//! Status and priority: menus of one choice.

use leptos::prelude::*;

use super::{common, states};
use crate::{
    domain::{
        ids::{ColumnId, TaskId},
        task::Priority,
        task_edit::Edit,
    },
    tasks::board::state::{BoardState, Place},
    ui::{PriorityMark, StatusMark},
};

/// The lists of the board; a card goes to the top of the one that is chosen.
pub fn status(board: &BoardState, cards: &[TaskId], close: Callback<()>) -> impl IntoView + use<> {
    let here = common(cards.iter().filter_map(|card| board.place_of(*card)).map(|place| place.column));
    let items = board.lists_now().into_iter().map(|column| {
        let (board, cards, to) = (board.clone(), cards.to_vec(), column.id);
        let mark = view! { <StatusMark status=column.status /><span dir="auto">{column.name.clone()}</span> };
        item(here == Some(to), mark, move || {
            close.run(());
            move_to(&board, &cards, to);
        })
    });
    items.collect_view()
}

/// What is in the list has its status already, and keeps its place.
fn move_to(board: &BoardState, cards: &[TaskId], column: ColumnId) {
    match board.coming(cards, column).as_slice() {
        [] => {}
        [card] => board.move_to(*card, board.place_among(*card, column, 0)),
        cards => board.move_all(cards, &[], Place { column, index: 0 }, None),
    }
}

pub fn priority(board: &BoardState, cards: &[TaskId], close: Callback<()>) -> impl IntoView + use<> {
    let now = common(states(board, cards).iter().map(|card| card.data.with_untracked(|card| card.priority)));
    let items = Priority::ALL.iter().rev().map(|priority| {
        let (board, cards, priority) = (board.clone(), cards.to_vec(), *priority);
        let mark = view! { <PriorityMark priority=priority />{priority.label()} };
        item(now == Some(priority), mark, move || {
            close.run(());
            board.edit_all(&cards, &Edit::Priority(priority));
        })
    });
    items.collect_view()
}

fn item(is_chosen: bool, inside: impl IntoView + 'static, choose: impl Fn() + 'static) -> AnyView {
    view! {
        <button class="menu__item" type="button" role="menuitemradio" aria-checked=is_chosen.to_string() tabindex="-1" on:click=move |_| choose()>
            {inside}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::board::testing::{DONE, TODO, board, card, column, id, numbers, with_state};

    #[test]
    fn of_a_selection_those_move_that_have_another_status() {
        let todo = column(TODO, vec![card(1, "B"), card(2, "D")], 2, None);
        let done = column(DONE, vec![card(8, "B"), card(9, "D")], 2, None);
        with_state(board(todo, done), |state| {
            move_to(state, &[id(8), id(9)], DONE);
            assert!(state.sender.unsent().is_empty(), "both are there");
            move_to(state, &[id(1), id(2), id(9)], DONE);
            assert_eq!(numbers(state, DONE), [1, 2, 8, 9]);
        });
    }
}
