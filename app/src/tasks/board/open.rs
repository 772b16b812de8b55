//! The board that stands behind a task's drawer.

use leptos::prelude::*;

use super::state::{BoardState, Place};
use crate::tasks::view::TaskDetail;

/// The board of the page, once it is there.
#[derive(Clone, Copy)]
pub struct OpenBoard(pub(super) RwSignal<Option<BoardState>>);

impl OpenBoard {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Shows on the board what was just saved of a task.
    pub fn follow(self, task: &TaskDetail) {
        let Some(board) = self.0.try_get_untracked().flatten() else { return };
        let id = task.card.id;
        if task.archived.is_some() {
            board.take(id);
            return;
        }
        if board.place_of(id).is_some_and(|place| place.column != task.column) {
            board.place(id, Place { column: task.column, index: 0 });
        }
        board.refresh(task.card.clone());
    }

    /// The numbers of the cards before and behind this one on the board as it is filtered and loaded:
    /// down its list, then on to the next one.
    pub fn neighbours(self, number: i32) -> (Option<i32>, Option<i32>) {
        let Some(board) = self.0.try_get().flatten() else { return (None, None) };
        let numbers: Vec<i32> = board
            .lists()
            .iter()
            .flat_map(|column| column.cards.get())
            .map(|card| card.data.with_untracked(|card| card.number))
            .collect();
        let Some(at) = numbers.iter().position(|other| *other == number) else { return (None, None) };
        (at.checked_sub(1).and_then(|before| numbers.get(before).copied()), numbers.get(at + 1).copied())
    }

    /// Puts the focus on the card with this number.
    pub fn focus_number(self, number: i32) {
        let Some(board) = self.0.try_get_untracked().flatten() else { return };
        let card = board.columns.iter().find_map(|column| {
            column.cards.with_untracked(|cards| {
                cards.iter().find(|card| card.data.with_untracked(|card| card.number == number)).map(|card| card.id)
            })
        });
        if let Some(card) = card {
            board.want(card);
            super::hands::focus(card);
        }
    }
}
