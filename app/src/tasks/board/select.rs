//! Several cards at once: which are selected, and how the selection grows.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say, say_passing},
    state::BoardState,
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
        let had_any = self.tools.selected.with_untracked(|chosen| !chosen.is_empty());
        if had_any {
            self.tools.selected.set(Vec::new());
            say("Selection cleared.".into(), Urgency::Polite);
        }
        had_any
    }

    fn change_selection(&self, change: impl FnOnce(&mut Vec<TaskId>)) {
        let mut is_full = false;
        self.tools.selected.update(|chosen| {
            change(chosen);
            is_full = chosen.len() > task_edit::TASKS_MOST;
            chosen.truncate(task_edit::TASKS_MOST);
        });
        let count = self.tools.selected.with_untracked(Vec::len);
        say_passing(words::selected(count, is_full), Urgency::Polite);
    }
}
