//! The places of cards as people count them: among the cards of a list, on a board with lanes among those of one lane
//! in it, with the ones behind them that are not loaded.

use std::collections::HashMap;

use leptos::prelude::*;

use super::state::{BoardState, CardState, ColumnState, Place};
use crate::{
    domain::{
        ids::{ColumnId, TaskId},
        lane::Lane,
    },
    tasks::view::LaneView,
};

/// Where among its neighbours a card goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    Up,
    Down,
    Top,
    Bottom,
}

/// How many cards of each lane in each list were not loaded.
pub type Unloaded = HashMap<(ColumnId, Lane), usize>;

impl Place {
    /// The end of a list, whatever stands there.
    pub const fn end(column: ColumnId) -> Self {
        Self { column, index: usize::MAX }
    }

    pub const fn is_end(self) -> bool {
        self.index == usize::MAX
    }
}

impl BoardState {
    /// The cards of a list from the top, of one lane where one is named.
    pub fn mates(&self, column: ColumnId, lane: Option<Lane>) -> Vec<TaskId> {
        let Some(column) = self.column(column) else { return Vec::new() };
        let is_mate = |card: &&CardState| lane.is_none() || self.lane_of(card) == lane;
        column.cards.with_untracked(|cards| cards.iter().filter(is_mate).map(|card| card.id).collect())
    }

    /// The cards among which a card stands, itself among them.
    pub fn mates_of(&self, card: TaskId) -> Vec<TaskId> {
        let (Some(place), Some(state)) = (self.place_of(card), self.card(card)) else { return Vec::new() };
        self.mates(place.column, self.lane_of(&state))
    }

    /// How many cards stand behind those that are loaded, of a list or of one lane in it.
    pub fn unloaded(&self, column: ColumnId, lane: Option<Lane>) -> usize {
        let Some(list) = self.column(column) else { return 0 };
        match lane {
            Some(lane) => {
                self.unloaded_in_lanes.with_untracked(|lanes| lanes.get(&(column, lane)).copied().unwrap_or(0))
            }
            None if list.next.with_untracked(Option::is_some) => {
                let loaded = list.cards.with_untracked(Vec::len);
                (list.shown.get_untracked() as usize).saturating_sub(loaded).max(1)
            }
            None => {
                let of_list = |((other, _), many): (&(ColumnId, Lane), &usize)| (*other == column).then_some(*many);
                self.unloaded_in_lanes.with_untracked(|lanes| lanes.iter().filter_map(of_list).sum())
            }
        }
    }

    /// What the server counted in each lane beyond the cards that it sent.
    pub(super) fn count_unloaded(&self, lanes: &[LaneView]) -> Unloaded {
        let mut unloaded = Unloaded::new();
        for view in lanes {
            for (column, count) in self.columns.iter().zip(&view.counts) {
                let behind = (*count as usize).saturating_sub(self.mates(column.id, Some(view.lane)).len());
                if behind > 0 {
                    unloaded.insert((column.id, view.lane), behind);
                }
            }
        }
        unloaded
    }

    /// Where a shift leads; `None` where it leads nowhere else. The bottom of a list that is not loaded whole is
    /// [`Place::end`].
    pub fn shifted(&self, card: TaskId, shift: Shift) -> Option<Place> {
        if self.is_sorted() {
            return None;
        }
        let here = self.place_of(card)?;
        let lane = self.card(card).and_then(|card| self.lane_of(&card));
        let mates = self.mates(here.column, lane);
        let at = mates.iter().position(|mate| *mate == card)?;
        let to = match shift {
            Shift::Up => at.checked_sub(1)?,
            Shift::Down => at + 1,
            Shift::Top => 0,
            Shift::Bottom if self.unloaded(here.column, lane) > 0 => return Some(Place::end(here.column)),
            Shift::Bottom => mates.len() - 1,
        };
        if to == at { None } else { self.place_of(*mates.get(to)?) }
    }

    /// The place of a card in a list at an index among the cards that it would stand among, without itself; it keeps
    /// its lane.
    pub fn place_among(&self, card: TaskId, column: ColumnId, index: usize) -> Place {
        let lane = self.card(card).and_then(|card| self.lane_of(&card));
        match lane {
            _ if index == usize::MAX => Place::end(column),
            Some(lane) => self.place_in_lane(card, column, lane, index),
            None => Place { column, index },
        }
    }

    /// The lists beside a card's, on its way from the left (-1 for the way back).
    pub fn lists_beyond(&self, column: ColumnId, step: isize) -> Vec<ColumnState> {
        let lists = self.lists_now();
        let Some(at) = lists.iter().position(|list| list.id == column) else { return Vec::new() };
        match step {
            ..0 => lists.into_iter().take(at).rev().collect(),
            _ => lists.into_iter().skip(at + 1).collect(),
        }
    }

    /// The list that a new task goes to: the first one that is open; where all are collapsed the first one opens.
    pub fn list_for_new(&self) -> Option<ColumnState> {
        let lists = self.lists_now();
        let open = lists.iter().find(|list| !list.is_folded.get_untracked());
        let list = open.or(lists.first())?.clone();
        list.is_folded.set(false);
        Some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::task::Priority,
        tasks::board::testing::{DONE, TODO, board, card, column, id, in_lanes, three, with_board, with_state},
    };

    const MEDIUM: Lane = Lane::Priority(Priority::Medium);

    #[test]
    fn a_card_steps_among_the_cards_of_its_list() {
        with_state(three(), |state| {
            assert_eq!(state.shifted(id(1), Shift::Up), None);
            assert_eq!(state.shifted(id(1), Shift::Down), Some(Place { column: TODO, index: 1 }));
            assert_eq!(state.shifted(id(3), Shift::Top), Some(Place { column: TODO, index: 0 }));
            assert_eq!(state.shifted(id(1), Shift::Bottom), Some(Place { column: TODO, index: 2 }));
            assert_eq!(state.shifted(id(3), Shift::Bottom), None);
        });
    }

    #[test]
    fn in_lanes_a_card_steps_among_the_cards_of_its_lane_and_keeps_neighbours_there() {
        with_board(in_lanes(), "?group=priority", |state| {
            assert_eq!(state.shifted(id(1), Shift::Down), None, "the only one of its lane");
            assert_eq!(state.shifted(id(2), Shift::Up), None, "the first of its lane");
            let down = state.shifted(id(2), Shift::Down).unwrap();
            state.place(id(2), down);
            let anchor = state.anchor_of(id(2)).unwrap();
            assert_eq!((anchor.after, anchor.before), (Some(id(3)), None));
            assert_eq!(state.shifted(id(2), Shift::Down), None, "the last of its lane");
            assert_eq!(state.mates(TODO, Some(MEDIUM)), [id(3), id(2)]);
        });
    }

    #[test]
    fn a_neighbour_is_the_nearest_card_of_the_same_lane_whatever_stands_between() {
        with_board(in_lanes(), "?group=priority", |state| {
            // The urgent one comes to stand between the two others, as a change of somebody else may put it.
            state.place(id(1), Place { column: TODO, index: 1 });
            let anchor = state.anchor_of(id(3)).unwrap();
            assert_eq!((anchor.after, anchor.before), (Some(id(2)), None));
            let spot = state.spot(id(3)).unwrap();
            assert_eq!((spot.position, spot.of), (2, 2));
        });
    }

    #[test]
    fn the_bottom_of_a_list_that_is_not_loaded_whole_is_behind_all_of_it() {
        let todo = column(TODO, vec![card(1, "B"), card(2, "D")], 1_000, Some("D"));
        with_state(board(todo, column(DONE, Vec::new(), 0, None)), |state| {
            assert_eq!(state.unloaded(TODO, None), 998);
            assert_eq!(state.shifted(id(1), Shift::Bottom), Some(Place::end(TODO)));
            assert_eq!(state.shifted(id(2), Shift::Bottom), Some(Place::end(TODO)));
            assert_eq!(state.shifted(id(2), Shift::Down), None, "what is behind it is not known");
        });
    }

    #[test]
    fn a_lane_of_which_only_the_first_cards_were_sent_knows_how_many_are_behind() {
        let mut long = in_lanes();
        long.lanes[1].counts = vec![45, 0];
        with_board(long, "?group=priority", |state| {
            assert_eq!((state.unloaded(TODO, Some(MEDIUM)), state.unloaded(DONE, Some(MEDIUM))), (43, 0));
            assert_eq!(state.shifted(id(3), Shift::Bottom), Some(Place::end(TODO)));
        });
    }

    #[test]
    fn a_sorted_board_has_no_places_to_choose() {
        with_board(three(), "?sort=due", |state| assert_eq!(state.shifted(id(1), Shift::Down), None));
    }

    #[test]
    fn a_new_task_goes_to_the_first_open_list() {
        with_state(three(), |state| {
            state.column(TODO).unwrap().is_folded.set(true);
            assert_eq!(state.list_for_new().unwrap().id, DONE);
            state.column(DONE).unwrap().is_folded.set(true);
            assert_eq!(state.list_for_new().unwrap().id, TODO);
            assert!(!state.column(TODO).unwrap().is_folded.get_untracked(), "it opens");
        });
    }
}
