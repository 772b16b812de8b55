//! The order of the lists: shown at once, sent, and taken back. All of them are in the state as they were loaded;
//! only their order is a signal, so that a list that moves keeps its cards, their places and what is being typed.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say},
    hands,
    sender::Change,
    state::{BoardState, ColumnState},
    steps::{Step, Why},
    words::{self, ListSpot},
};
use crate::{
    domain::{
        column::{Between, Shift},
        ids::ColumnId,
    },
    error::AppError,
};

impl BoardState {
    /// The lists from the left.
    pub fn lists(&self) -> Vec<ColumnState> {
        self.order.with(|order| self.in_order(order))
    }

    /// The lists from the left, as they stand when they are asked for.
    pub fn lists_now(&self) -> Vec<ColumnState> {
        self.order.with_untracked(|order| self.in_order(order))
    }

    fn in_order(&self, order: &[ColumnId]) -> Vec<ColumnState> {
        order.iter().filter_map(|id| self.column(*id).cloned()).collect()
    }

    /// The person has put a list between others, where it stands in the page when this returns to the event loop;
    /// sends it, and offers to take it back.
    pub fn move_list(&self, list: ColumnId, to: Between) {
        let from = self.between(list);
        if !self.place_list(list, to) {
            return;
        }
        let (Some(from), Some(spot)) = (from, self.list_spot(list)) else { return };
        self.send_list(list, from);
        self.steps.push(Step::Shift { list, between: from });
        say(words::list_moved(&spot), Urgency::Polite);
        let board = self.clone();
        self.toasts.offer_about(list.to_string(), words::list_toast(&spot), "Undo", move || board.undo_of_list(list));
    }

    /// By the menu of a list: as far along the row as the word says.
    pub fn step_list(&self, list: ColumnId, way: Shift) {
        let Some(to) = self.order.with_untracked(|order| Between::after_shift(list, way, order)) else { return };
        hands::slide_lists(|| self.move_list(list, to));
    }

    /// As a step that is taken back or taken again; the step that does the opposite.
    pub(super) fn shift_list(&self, list: ColumnId, to: Between) -> Option<Step> {
        let from = self.between(list)?;
        hands::slide_lists(|| {
            self.place_list(list, to);
        });
        self.send_list(list, from);
        Some(Step::Shift { list, between: from })
    }

    /// Puts a list somewhere else, here in the page; nothing is sent. Whether that changes anything.
    pub fn place_list(&self, list: ColumnId, to: Between) -> bool {
        let placed = self.order.with_untracked(|order| to.place(list, order));
        let is_new = self.order.with_untracked(|order| *order != placed);
        if is_new {
            self.order.set(placed);
        }
        is_new
    }

    /// Takes over the order of a board that was read anew: others move lists, too.
    pub fn follow_order(&self, read: Vec<ColumnId>) {
        let order = self.sender.order_of(read);
        if self.order.with_untracked(|now| *now != order) {
            hands::slide_lists(|| self.order.set(order));
        }
    }

    /// What is said of a step that was taken back or again.
    pub(super) fn say_list_repeated(&self, list: ColumnId, why: Why) {
        if let Some(spot) = self.list_spot(list) {
            let words = if why == Why::Undo { words::list_undone(&spot) } else { words::list_redone(&spot) };
            say(words, Urgency::Assertive);
        }
    }

    fn between(&self, list: ColumnId) -> Option<Between> {
        self.order.with_untracked(|order| Between::of(list, order))
    }

    /// Tells the server where a list stands now; `from` is where it flies back to when the server says no.
    fn send_list(&self, list: ColumnId, from: Between) {
        let Some(between) = self.between(list) else { return };
        let board = self.clone();
        self.sender.send(Change::Shift { list, between }, self.clone(), move |error| {
            hands::slide_lists(|| {
                board.place_list(list, from);
            });
            board.steps.forget_list(list);
            board.toasts.close_about(&list.to_string());
            board.tell_list_refusal(list, &error);
            // Whatever was refused, the board is not what this page took it for: the list may be gone.
            if let Some(live) = board.live {
                live.look_again();
            }
        });
    }

    fn tell_list_refusal(&self, list: ColumnId, error: &AppError) {
        let Some(spot) = self.list_spot(list) else { return };
        let words = words::list_refused(&spot, &error.words());
        say(words.clone(), Urgency::Assertive);
        self.toasts.fail(words);
    }

    pub(super) fn list_spot(&self, list: ColumnId) -> Option<ListSpot> {
        let name = self.column(list)?.name.clone();
        self.order.with_untracked(|order| {
            let at = order.iter().position(|other| *other == list)?;
            Some(ListSpot { name, position: at + 1, of: order.len() })
        })
    }
}
