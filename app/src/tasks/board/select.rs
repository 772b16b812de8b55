//! Several cards at once: which are selected, and how the selection grows.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say, say_passing},
    state::{BoardState, CardState},
    words,
};
use crate::domain::{ids::TaskId, task_edit};

impl BoardState {
    /// The selected cards that are on the board, in the order of the board.
    pub fn selection(&self) -> Vec<TaskId> {
        let chosen = self.tools.selected.get_untracked();
        if chosen.is_empty() {
            return chosen;
        }
        self.lists_now()
            .iter()
            .flat_map(|column| {
                column.cards.with_untracked(|cards| cards.iter().map(|card| card.id).collect::<Vec<_>>())
            })
            .filter(|id| chosen.contains(id))
            .collect()
    }

    /// How many selected cards are on the board, for a view that follows it: others may have taken some off it.
    pub fn selected_shown(&self) -> usize {
        self.tools.selected.with(|chosen| {
            if chosen.is_empty() {
                return 0;
            }
            let of_list = |cards: &Vec<CardState>| cards.iter().filter(|card| chosen.contains(&card.id)).count();
            self.columns.iter().map(|column| column.cards.with(of_list)).sum::<usize>()
        })
    }

    pub fn is_selected(&self, card: TaskId) -> bool {
        self.tools.selected.with_untracked(|chosen| chosen.contains(&card))
    }

    /// The whole selection if the card is part of it, else the card alone.
    pub fn with_selection(&self, card: TaskId) -> Vec<TaskId> {
        if self.is_selected(card) { self.selection() } else { vec![card] }
    }

    /// Selects a card, or takes it out.
    pub fn toggle_selected(&self, card: TaskId) {
        self.change_selection(|chosen| match chosen.iter().position(|other| *other == card) {
            Some(at) => drop(chosen.remove(at)),
            None => chosen.push(card),
        });
    }

    /// Selects these too.
    pub fn select(&self, cards: &[TaskId]) {
        self.change_selection(|chosen| {
            chosen.retain(|other| !cards.contains(other));
            chosen.extend_from_slice(cards);
        });
    }

    /// Selects from the card that was selected last to this one, where both are in one list, in lanes also in one lane.
    pub fn select_to(&self, card: TaskId) {
        let last = self.tools.selected.with_untracked(|chosen| chosen.last().copied());
        let mates = self.mates_of(card);
        let at = |wanted: TaskId| mates.iter().position(|mate| *mate == wanted);
        let Some(to) = at(card) else { return };
        let range = match last.and_then(at) {
            Some(from) => from.min(to)..from.max(to) + 1,
            None => to..to + 1,
        };
        let mut cards: Vec<TaskId> = mates.get(range).unwrap_or_default().to_vec();
        // The one that was pressed comes last: the next range begins there.
        cards.retain(|other| *other != card);
        cards.push(card);
        self.select(&cards);
    }

    /// Selects nothing; whether something was selected.
    pub fn clear_selection(&self) -> bool {
        let had_any = !self.selection().is_empty();
        // Also what is not on the board any more.
        if self.tools.selected.with_untracked(|chosen| !chosen.is_empty()) {
            self.tools.selected.set(Vec::new());
        }
        if had_any {
            say("Selection cleared.".into(), Urgency::Polite);
        }
        had_any
    }

    fn change_selection(&self, change: impl FnOnce(&mut Vec<TaskId>)) {
        let mut is_full = false;
        self.tools.selected.update(|chosen| {
            chosen.retain(|card| self.place_of(*card).is_some());
            change(chosen);
            is_full = chosen.len() > task_edit::TASKS_MOST;
            chosen.truncate(task_edit::TASKS_MOST);
        });
        let count = self.tools.selected.with_untracked(Vec::len);
        say_passing(words::selected(count, is_full), Urgency::Polite);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::board::testing::{id, three, with_state};

    #[test]
    fn a_selected_card_that_others_take_off_the_board_counts_no_more() {
        with_state(three(), |state| {
            state.select(&[id(1), id(2)]);
            assert_eq!(state.selected_shown(), 2);
            state.take(id(1));
            assert_eq!((state.selected_shown(), state.selection()), (1, vec![id(2)]));
            state.take(id(2));
            assert_eq!(state.selected_shown(), 0);
            assert!(!state.clear_selection(), "nobody sees anything that could be cleared");
        });
    }

    #[test]
    fn what_is_selected_next_leaves_behind_what_is_not_there_any_more() {
        with_state(three(), |state| {
            state.select(&[id(1), id(2)]);
            state.take(id(1));
            state.toggle_selected(id(3));
            assert_eq!(state.tools.selected.get_untracked(), [id(2), id(3)]);
        });
    }
}
