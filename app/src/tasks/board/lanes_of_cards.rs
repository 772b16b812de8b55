//! Order and lanes in the browser: where a card comes to stand that nobody has put there by hand,
//! which lane it is in, and what going to another one does to it.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say},
    state::{BoardState, CardState, Place},
    words,
};
use crate::{
    domain::{
        board_look::{Group, Sort, SortFacts},
        ids::{ColumnId, TaskId},
        lane::Lane,
    },
    tasks::view::{Card, LabelView},
};

impl BoardState {
    /// Whether the order of the cards is not the hand's.
    pub fn is_sorted(&self) -> bool {
        self.look.sort != Sort::Manual
    }

    /// Where a card comes to stand: where the hand put it, or on a sorted board where it belongs.
    pub fn settled(&self, card: TaskId, to: Place) -> Place {
        if !self.is_sorted() {
            return to;
        }
        let (Some(state), Some(column)) = (self.card(card), self.column(to.column)) else { return to };
        let moving = state.data.get_untracked();
        // It has changed just now.
        let moving = SortFacts { updated: None, ..facts(&moving) };
        let index = column.cards.with_untracked(|cards| {
            let others = cards.iter().filter(|other| other.id != card);
            others
                .filter(|other| {
                    other.data.with_untracked(|other| self.look.sort.compare(&facts(other), &moving).is_lt())
                })
                .count()
        });
        let index = if self.look.sort == Sort::Updated { 0 } else { index };
        Place { index, ..to }
    }

    /// The lane that a card is in; `None` on a board without lanes.
    pub fn lane_of(&self, card: &CardState) -> Option<Lane> {
        let group = self.look.group?;
        card.data.with_untracked(|card| self.lane_of_data(group, card))
    }

    /// As [`BoardState::lane_of`], for a view that follows it.
    pub fn lane_shown(&self, card: &CardState) -> Option<Lane> {
        let group = self.look.group?;
        card.data.with(|card| self.lane_of_data(group, card))
    }

    fn lane_of_data(&self, group: Group, card: &Card) -> Option<Lane> {
        // By their ids: two people may have one name.
        let own: Vec<Lane> = match group {
            Group::Priority => return Some(Lane::Priority(card.priority)),
            Group::Assignee => card.assignees.iter().map(|person| Lane::Person(Some(*person))).collect(),
            Group::Label => card.labels.iter().map(|label| Lane::Label(Some(label.id))).collect(),
        };
        let found = match own.as_slice() {
            [] => None,
            [one] => self.lanes.iter().find(|view| view.lane == *one),
            [_, _, ..] => self.lanes.iter().find(|view| view.lane == Lane::Several),
        };
        found.or(self.lanes.last()).map(|view| view.lane)
    }

    /// Why a card cannot go from its lane to another one.
    pub fn lane_refusal(&self, card: &CardState, to: Lane) -> Option<&'static str> {
        let from = self.lane_of(card);
        if from == Some(to) {
            return None;
        }
        match (from, to) {
            (Some(Lane::Several), _) => Some("It belongs to several lanes. Open the task to change that."),
            (_, Lane::Several) => Some("Open the task to give it more than one."),
            _ => None,
        }
    }

    /// The person has moved a card to a place in a lane: it gets what makes it part of it.
    pub fn move_to_lane(&self, card: TaskId, to: Place, lane: Lane) {
        let (Some(from), Some(state)) = (self.anchor_of(card), self.card(card)) else { return };
        if let Some(reason) = self.lane_refusal(&state, lane) {
            self.refuse(&state.title(), reason, from.column);
            return;
        }
        if self.refuse_full(card, to.column) {
            return;
        }
        self.put_in_lane(&state, Some(lane));
        self.place(card, to);
        self.settle_move(card, from);
    }

    /// Says that a list takes no more; whether it did.
    pub fn refuse_full(&self, card: TaskId, to: ColumnId) -> bool {
        let here = self.place_of(card);
        let Some(column) = self.column(to).filter(|_| here.is_none_or(|here| here.column != to)) else { return false };
        let Some(limit) = column.limit.filter(|_| column.limit_is_hard) else { return false };
        let count = column.total.get_untracked();
        if count < limit {
            return false;
        }
        let (title, home) =
            (self.card(card).map(|card| card.title()).unwrap_or_default(), here.map_or(to, |here| here.column));
        self.refuse(&title, &words::full(&column.name, count, limit), home);
        true
    }

    /// Says why a card stays where it is.
    pub fn refuse(&self, title: &str, reason: &str, home: ColumnId) {
        let list = self.column(home).map(|column| column.name.clone()).unwrap_or_default();
        let words = words::refused(title, reason, &list);
        say(words.clone(), Urgency::Assertive);
        self.toasts.fail(words);
    }

    pub fn lane_title(&self, lane: Lane) -> String {
        self.lanes.iter().find(|view| view.lane == lane).map(|view| view.title.clone()).unwrap_or_default()
    }

    /// Shows a card in another lane: it gets the person, the priority or the label of that lane.
    pub fn put_in_lane(&self, card: &CardState, lane: Option<Lane>) {
        let Some(lane) = lane.filter(|lane| self.lane_of(card) != Some(*lane)) else { return };
        let title = self.lane_title(lane);
        // As on the server: the one person or label that a card has gives way, several stay.
        card.data.update(|card| match lane {
            Lane::Priority(priority) => card.priority = priority,
            Lane::Person(person) => {
                if card.assignees.len() == 1 {
                    card.people.clear();
                    card.assignees.clear();
                }
                if let Some(id) = person.filter(|id| !card.assignees.contains(id)) {
                    card.people.insert(0, title);
                    card.assignees.insert(0, id);
                }
            }
            Lane::Label(label) => {
                if card.labels.len() == 1 {
                    card.labels.clear();
                }
                if let Some(id) = label.filter(|id| !card.labels.iter().any(|label| label.id == *id)) {
                    // Its colour comes with the server's answer.
                    card.labels.insert(0, LabelView { id, name: title, hue: 1 });
                }
            }
            Lane::Several => {}
        });
    }

    /// The place in its list of a card that is let go in a lane at a place counted among the cards
    /// of that lane without itself.
    pub fn place_in_lane(&self, card: TaskId, column: ColumnId, lane: Lane, index: usize) -> Place {
        let Some(list) = self.column(column) else { return Place { column, index } };
        let index = list.cards.with_untracked(|cards| {
            let others: Vec<&CardState> = cards.iter().filter(|other| other.id != card).collect();
            let mut own =
                others.iter().enumerate().filter(|(_, other)| self.lane_of(other) == Some(lane)).map(|(at, _)| at);
            let last = own.clone().next_back().map(|at| at + 1);
            own.nth(index).or(last).unwrap_or_else(|| {
                // The first of its lane stands behind the lanes above.
                let order = |lane: Option<Lane>| self.lanes.iter().position(|view| Some(view.lane) == lane);
                let above = order(Some(lane));
                others.iter().take_while(|other| order(self.lane_of(other)) < above).count()
            })
        });
        Place { column, index }
    }
}

fn facts(card: &Card) -> SortFacts<'_> {
    SortFacts { due: card.due, priority: card.priority, number: card.number, title: &card.title, updated: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::UserId,
        tasks::{
            board::testing::{id, three, with_board},
            view::LaneView,
        },
    };

    const ONE: UserId = UserId(uuid::Uuid::from_u128(21));
    const OTHER: UserId = UserId(uuid::Uuid::from_u128(22));

    #[test]
    fn two_people_of_one_name_have_a_lane_each() {
        let lane = |lane: Lane, title: &str| LaneView { lane, title: title.into(), counts: vec![1, 0] };
        let mut board = three();
        for (card, person) in board.columns[0].cards.iter_mut().zip([ONE, OTHER]) {
            card.people = vec!["Sam".into()];
            card.assignees = vec![person];
        }
        let (ones, others, nobodys) = (Lane::Person(Some(ONE)), Lane::Person(Some(OTHER)), Lane::Person(None));
        board.lanes = vec![lane(ones, "Sam"), lane(others, "Sam"), lane(nobodys, "Nobody")];
        with_board(board, "?group=assignee", |state| {
            let card = |number: u128| state.card(id(number)).unwrap();
            let lane_of = |number: u128| state.lane_of(&card(number));
            assert_eq!([lane_of(1), lane_of(2), lane_of(3)], [Some(ones), Some(others), Some(nobodys)]);
            state.put_in_lane(&card(1), Some(others));
            assert_eq!(lane_of(1), Some(others));
            let moved = card(1).data.get_untracked();
            assert_eq!((moved.people, moved.assignees), (vec!["Sam".to_owned()], vec![OTHER]));
            state.put_in_lane(&card(1), Some(nobodys));
            assert_eq!(lane_of(1), Some(nobodys));
        });
    }
}
