//! Several cards moved to one place in one go: in their order, into a lane where the place has one, with the limit of
//! the list and with what still blocks them.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say},
    state::{BoardState, ColumnState, Place},
    words,
};
use crate::domain::{
    due::Finish,
    ids::{ColumnId, TaskId},
    lane::Lane,
    task_edit::{Edit, TASKS_MOST, TaskEdit},
};

impl BoardState {
    /// Moves a card to the top of a list; the whole selection where the card is part of it.
    pub fn move_with_selection(&self, card: TaskId, to: ColumnId) {
        match self.with_selection(card).as_slice() {
            [_] | [] => self.move_to(card, self.place_among(card, to, 0)),
            cards => self.move_all(cards, &[card], Place { column: to, index: 0 }, None),
        }
    }

    /// Moves cards to a place, one behind the other in the order of the board. The place counts the cards of the
    /// list, or of the lane in it, without those of `uncounted`.
    pub fn move_all(&self, cards: &[TaskId], uncounted: &[TaskId], to: Place, lane: Option<Lane>) {
        let Some(column) = self.column(to.column).cloned() else { return };
        let edits = self.move_edits(cards, uncounted, to, lane);
        if let Some(reason) = self.refusal_of_many(cards, &column, lane, edits.len()) {
            let words = words::refused_many(cards.len(), &reason);
            say(words.clone(), Urgency::Assertive);
            self.toasts.fail(words);
            return;
        }
        let mut told = words::moved_many(cards.len(), &column.name);
        if let Some(lane) = lane.filter(|lane| edits.iter().any(|one| self.changes_lane(one, *lane))) {
            let from = cards.iter().filter_map(|card| self.lane_of(&self.card(*card)?)).filter(|from| *from != lane);
            told = format!("{told}, {}", self.lane_effect(lane, from));
        }
        if let Some((count, limit)) = self.passed_limit(cards, &column) {
            told = format!("{told}. {}", words::over_limit(&column.name, count, limit).trim_end_matches('.'));
        }
        if let Some(warning) = self.blocked_of_many(cards, to.column) {
            told = format!("{told}. {warning}");
            say(warning, Urgency::Assertive);
        }
        self.edit(edits, told);
    }

    /// What going to a lane does to cards that come from these.
    pub(super) fn lane_effect(&self, to: Lane, from: impl IntoIterator<Item = Lane>) -> String {
        let mut before: Vec<String> =
            from.into_iter().filter(|from| from.gives_way()).map(|from| self.lane_title(from)).collect();
        before.sort();
        before.dedup();
        let before = (!before.is_empty()).then(|| before.join(", "));
        to.effect(&self.lane_title(to), before.as_deref())
    }

    fn changes_lane(&self, one: &TaskEdit, lane: Lane) -> bool {
        matches!(one.edit, Edit::Move { .. }) && self.lane_edit(one.task, lane).is_some()
    }

    /// What moves the cards, and then what makes them part of their lane: this way each card knows its neighbours
    /// where it came from.
    fn move_edits(&self, cards: &[TaskId], uncounted: &[TaskId], to: Place, lane: Option<Lane>) -> Vec<TaskEdit> {
        let others: Vec<TaskId> =
            self.mates(to.column, lane).into_iter().filter(|id| !uncounted.contains(id)).collect();
        let is_staying = |id: &&TaskId| !cards.contains(id);
        let is_behind_all = to.is_end() && self.unloaded(to.column, lane) > 0;
        let (above, below) = others.split_at(to.index.min(others.len()));
        let (after, before) = match is_behind_all {
            // Without neighbours it is the end, as on the server.
            true => (None, None),
            false => (above.iter().rev().find(is_staying).copied(), below.iter().find(is_staying).copied()),
        };
        let mut edits = Edit::move_in_order(cards, to.column, after, before);
        if let Some(lane) = lane {
            edits.extend(cards.iter().filter_map(|card| self.lane_edit(*card, lane)));
        }
        edits
    }

    /// What a card gets when it goes to a lane; nothing where it is in it.
    fn lane_edit(&self, task: TaskId, lane: Lane) -> Option<TaskEdit> {
        let state = self.card(task)?;
        if self.lane_of(&state) == Some(lane) {
            return None;
        }
        let (people, labels) = state.data.with_untracked(|card| {
            (card.assignees.clone(), card.labels.iter().map(|label| label.id).collect::<Vec<_>>())
        });
        let edit = match lane {
            Lane::Priority(priority) => Edit::Priority(priority),
            Lane::Person(to) => Edit::People {
                add: to.into_iter().collect(),
                remove: people.into_iter().filter(|id| Some(*id) != to).collect(),
            },
            Lane::Label(to) => Edit::Labels {
                add: to.into_iter().collect(),
                remove: labels.into_iter().filter(|id| Some(*id) != to).collect(),
            },
            Lane::Several => return None,
        };
        Some(TaskEdit { task, edit })
    }

    /// Why the cards stay where they are.
    fn refusal_of_many(
        &self,
        cards: &[TaskId],
        column: &ColumnState,
        lane: Option<Lane>,
        edits: usize,
    ) -> Option<String> {
        if let Some(reason) = self.no_room(cards, column) {
            return Some(reason);
        }
        if edits > TASKS_MOST {
            return Some(format!("At most {} tasks can go to another lane at once.", TASKS_MOST / 2));
        }
        let lane = lane?;
        let refused = cards.iter().find_map(|card| {
            let state = self.card(*card)?;
            Some((state.title(), self.lane_refusal(&state, lane)?))
        });
        refused.map(|(title, reason)| format!("“{title}”: {reason}"))
    }

    /// As [`BoardState::lists_without_room`], for one list.
    pub(super) fn refusal_of_list(&self, cards: &[TaskId], list: ColumnId) -> Option<String> {
        self.no_room(cards, self.column(list)?)
    }

    /// Why a list with a hard limit does not take all of the cards.
    fn no_room(&self, cards: &[TaskId], column: &ColumnState) -> Option<String> {
        let (count, limit) = self.passed_limit(cards, column).filter(|_| column.limit_is_hard)?;
        let there = count.saturating_sub(self.count_coming(cards, column.id));
        Some(words::no_room_for_all(&column.name, there, limit))
    }

    /// The lists that do not take all of the cards, each with why.
    pub fn lists_without_room(&self, cards: &[TaskId]) -> Vec<(ColumnId, String)> {
        self.columns.iter().filter_map(|column| Some((column.id, self.no_room(cards, column)?))).collect()
    }

    /// Those of the cards that come from other lists.
    pub(super) fn coming(&self, cards: &[TaskId], column: ColumnId) -> Vec<TaskId> {
        let is_coming = |card: &TaskId| self.place_of(*card).is_none_or(|place| place.column != column);
        cards.iter().copied().filter(is_coming).collect()
    }

    fn count_coming(&self, cards: &[TaskId], column: ColumnId) -> u32 {
        u32::try_from(self.coming(cards, column).len()).unwrap_or(u32::MAX)
    }

    /// How many tasks a list will have, and its limit, where cards that come pass it.
    fn passed_limit(&self, cards: &[TaskId], column: &ColumnState) -> Option<(u32, u32)> {
        let (limit, coming) = (column.limit?, self.count_coming(cards, column.id));
        let count = column.total.get_untracked().saturating_add(coming);
        (coming > 0 && count > limit).then_some((count, limit))
    }

    /// Tasks that others still block may be completed; it is said.
    pub(super) fn blocked_of_many(&self, cards: &[TaskId], to: ColumnId) -> Option<String> {
        let is_blocked = |card: &&TaskId| {
            self.card(**card).is_some_and(|state| {
                state.data.with_untracked(|card| card.finish == Finish::Open && card.blocked_by > 0)
            })
        };
        let many = if self.is_done(to) { cards.iter().filter(is_blocked).count() } else { 0 };
        (many > 0).then(|| words::some_blocked(many))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::task::{Priority, Status},
        tasks::board::testing::{
            DONE, TODO, board, card, column, id, in_lanes, numbers, three, with_board, with_state,
        },
    };

    const URGENT: Lane = Lane::Priority(Priority::Urgent);

    #[test]
    fn a_selection_that_is_let_go_in_a_lane_stands_among_its_cards_and_becomes_part_of_it() {
        with_board(in_lanes(), "?group=priority", |state| {
            let edits = state.move_edits(&[id(2), id(3)], &[id(3)], Place { column: TODO, index: 1 }, Some(URGENT));
            let Edit::Move { after, .. } = &edits[0].edit else { panic!("not a move") };
            assert_eq!(*after, Some(id(1)), "behind the one card of the lane");
            let to_urgent = TaskEdit { task: id(3), edit: Edit::Priority(Priority::Urgent) };
            assert_eq!((edits.len(), edits.last()), (4, Some(&to_urgent)));
        });
    }

    #[test]
    fn a_selected_card_takes_the_others_along_to_another_list_and_one_that_is_not_goes_alone() {
        with_state(three(), |state| {
            state.select(&[id(1), id(3)]);
            state.move_with_selection(id(3), DONE);
            assert_eq!((numbers(state, TODO), numbers(state, DONE)), (vec![2], vec![1, 3]));
            state.move_with_selection(id(2), DONE);
            assert_eq!(numbers(state, DONE), [2, 1, 3]);
        });
    }

    #[test]
    fn several_cards_go_behind_what_is_not_loaded_when_they_go_to_the_bottom() {
        let done = column(DONE, vec![card(8, "B")], 40, Some("B"));
        with_state(board(column(TODO, vec![card(1, "B"), card(2, "D")], 2, None), done), |state| {
            let edits = state.move_edits(&[id(1), id(2)], &[], Place::end(DONE), None);
            assert_eq!(edits, Edit::move_in_order(&[id(1), id(2)], DONE, None, None));
        });
    }

    #[test]
    fn a_list_that_refuses_more_refuses_all_and_a_soft_limit_is_passed() {
        let mut full = three();
        full.columns[1].limit = Some(1);
        with_state(full.clone(), |state| {
            let done = state.column(DONE).unwrap();
            assert_eq!(state.passed_limit(&[id(1), id(2)], done), Some((2, 1)));
            assert_eq!(state.passed_limit(&[id(1)], done), None);
            assert_eq!(state.refusal_of_many(&[id(1), id(2)], done, None, 2), None);
        });
        full.columns[1].limit_is_hard = true;
        with_state(full, |state| {
            let done = state.column(DONE).unwrap();
            let refusal = state.refusal_of_many(&[id(1), id(2)], done, None, 2);
            assert_eq!(refusal.as_deref(), Some("Done takes only 1 more: it has 0 of 1."));
            let words = "Done takes only 1 more: it has 0 of 1.".to_owned();
            assert_eq!(state.lists_without_room(&[id(1), id(2)]), [(DONE, words)], "said while they hang over it");
            assert!(state.lists_without_room(&[id(1)]).is_empty());
            state.place(id(3), Place { column: DONE, index: 0 });
            let refusal = state.refusal_of_many(&[id(1), id(2)], done, None, 2);
            assert_eq!(refusal.as_deref(), Some("Done is full: 1 of 1."));
        });
    }

    #[test]
    fn blocked_tasks_of_a_selection_are_counted_when_they_are_completed() {
        let mut blocked = three();
        blocked.columns[1].status = Status::Done;
        for card in &mut blocked.columns[0].cards[..2] {
            card.blocked_by = 3;
        }
        with_state(blocked, |state| {
            let words = state.blocked_of_many(&[id(1), id(2), id(3)], DONE);
            assert_eq!(words.as_deref(), Some("2 of them are still blocked by open tasks"));
            assert_eq!(state.blocked_of_many(&[id(1)], TODO), None);
        });
    }
}
