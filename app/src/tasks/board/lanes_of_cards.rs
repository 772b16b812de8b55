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
        let names: Vec<&str> = match group {
            Group::Priority => return Some(Lane::Priority(card.priority)),
            Group::Assignee => card.people.iter().map(String::as_str).collect(),
            Group::Label => card.labels.iter().map(|label| label.name.as_str()).collect(),
        };
        let found = match names.as_slice() {
            [] => None,
            [one] => self.lanes.iter().find(|lane| lane.title == *one),
            [_, _, ..] => self.lanes.iter().find(|lane| lane.lane == Lane::Several),
        };
        found.or(self.lanes.last()).map(|lane| lane.lane)
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
        let from = self.lane_of(card).map(|from| self.lane_title(from)).unwrap_or_default();
        let title = self.lane_title(lane);
        card.data.update(|card| match lane {
            Lane::Priority(priority) => card.priority = priority,
            Lane::Person(person) => {
                card.people.retain(|name| *name != from && *name != title);
                if person.is_some() {
                    card.people.insert(0, title);
                } else {
                    card.people.clear();
                }
            }
            Lane::Label(label) => {
                card.labels.retain(|label| label.name != from && label.name != title);
                if let Some(id) = label {
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
