//! Changing the board so that it can be taken back: every step knows its inverse.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say},
    edits::Inverse,
    sender::Change,
    state::{Anchor, BoardState, CardState, Place},
    words,
};
use crate::{
    domain::{
        column::Between,
        ids::{ColumnId, TaskId},
        task::Status,
    },
    error::AppError,
};

/// Steps that can be taken back, and those that were; at most fifty each.
#[derive(Clone, Default)]
pub struct Steps {
    undo: ArcStoredValue<Vec<Step>>,
    redo: ArcStoredValue<Vec<Step>>,
}

/// One change of the board.
#[derive(Clone)]
pub enum Step {
    Move {
        card: TaskId,
        to: Anchor,
    },
    Archive {
        card: TaskId,
    },
    /// Brings an archived card back to where it was.
    Restore {
        card: CardState,
        to: Place,
    },
    /// Puts a list between others.
    Shift {
        list: ColumnId,
        between: Between,
    },
    /// Changes of fields, or of several cards at once.
    Edit(Inverse),
}

/// Why a step is taken: decides what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Undo,
    Redo,
}

const MOST: usize = 50;

impl BoardState {
    /// The person has moved a card to a place; sends it, and offers to take it back.
    pub fn move_to(&self, card: TaskId, to: Place) {
        let Some(from) = self.anchor_of(card) else { return };
        let here = self.place_of(card);
        let to = self.settled(card, to);
        if here == Some(to) || self.refuse_full(card, to.column) {
            return;
        }
        self.place(card, to);
        self.settle_move(card, from);
    }

    /// As [`BoardState::move_to`], for a card that already stands at its new place.
    pub fn settle_move(&self, card: TaskId, from: Anchor) {
        // On a sorted board it goes on to where it belongs.
        if let Some(here) = self.place_of(card).filter(|_| self.is_sorted()) {
            self.place(card, self.settled(card, here));
        }
        let (Some(to), Some(state), Some(spot)) = (self.anchor_of(card), self.card(card), self.spot(card)) else {
            return;
        };
        if to == from {
            return;
        }
        // A card that the keyboard carried over a full list goes back.
        if let Some(limit) = self.overfilled(from, to) {
            self.take_back(card, from);
            self.refuse(&state.title(), &limit, from.column);
            return;
        }
        self.send_move(card, from, to);
        self.steps.push(Step::Move { card, to: from });
        let title = state.title();
        let from_name = self.column(from.column).map(|column| column.name.clone()).unwrap_or_default();
        say(words::moved(&title, &from_name, &spot), Urgency::Polite);
        let mut toast = match from.column == to.column {
            true => words::placed_toast(&title, spot.position),
            false => words::moved_toast(&title, &spot.list),
        };
        if let Some(lane) = to.lane.filter(|_| to.lane != from.lane) {
            toast = words::lane_toast(&spot.list, &lane.effect(&self.lane_title(lane)));
            say(toast.clone(), Urgency::Polite);
        }
        if let Some(warning) = self.limit_warning(to) {
            toast = format!("{toast}. {warning}");
        }
        if let Some(warning) = self.blocked_warning(&state, from, to) {
            toast = format!("{toast}. {warning}");
            say(warning, Urgency::Assertive);
        }
        self.offer_undo(card, toast);
    }

    /// Archives a card; it can be taken back.
    pub fn archive(&self, card: TaskId) {
        let Some(state) = self.card(card) else { return };
        let title = state.title();
        if let Some(inverse) = self.take_step(Step::Archive { card }) {
            self.steps.push(inverse);
            say(format!("{}. Press Control Z to undo.", words::archived_toast(&title)), Urgency::Polite);
            self.offer_undo(card, words::archived_toast(&title));
        }
    }

    /// Takes the last step back; the card that it was about, where it was about one.
    pub fn undo(&self) -> Option<TaskId> {
        let step = self.steps.undo.try_update_value(Vec::pop).flatten()?;
        self.repeat(step, Why::Undo)
    }

    /// Takes the last undone step again.
    pub fn redo(&self) -> Option<TaskId> {
        let step = self.steps.redo.try_update_value(Vec::pop).flatten()?;
        self.repeat(step, Why::Redo)
    }

    /// Takes back the last step of one card, whatever came after it.
    fn undo_of(&self, card: TaskId) {
        if let Some(step) = self.steps.take_last(|step| step.card() == Some(card)) {
            self.repeat(step, Why::Undo);
        }
    }

    /// Takes back the last move of one list, whatever came after it.
    pub(super) fn undo_of_list(&self, list: ColumnId) {
        if let Some(step) = self.steps.take_last(|step| step.list() == Some(list)) {
            self.repeat(step, Why::Undo);
        }
    }

    fn repeat(&self, step: Step, why: Why) -> Option<TaskId> {
        let (card, list, edited) = (step.card(), step.list(), step.edited());
        let inverse = self.take_step(step)?;
        let stack = if why == Why::Undo { &self.steps.redo } else { &self.steps.undo };
        stack.update_value(|steps| steps.push(inverse));
        if let Some(list) = list {
            self.say_list_repeated(list, why);
        }
        let card = card?;
        if let (Some(state), Some(spot)) = (self.card(card), self.spot(card)) {
            let title = state.title();
            let words = match (why, edited) {
                (Why::Undo, None) => words::undone(&title, &spot),
                (Why::Redo, None) => words::redone(&title, &spot),
                (Why::Undo, Some(count)) => format!("Undone. {} as before.", words::whom(Some(&title), count)),
                (Why::Redo, Some(count)) => format!("Done again. {} changed.", words::whom(Some(&title), count)),
            };
            say(words, Urgency::Assertive);
        }
        Some(card)
    }

    /// Changes page and server; the step that takes it back.
    fn take_step(&self, step: Step) -> Option<Step> {
        match step {
            Step::Edit(inverse) => self.take_edits(inverse.edits.clone(), &inverse),
            Step::Shift { list, between } => self.shift_list(list, between),
            Step::Move { card, to } => {
                let from = self.anchor_of(card)?;
                let place = self.place_at(card, to)?;
                if let Some(state) = self.card(card) {
                    self.put_in_lane(&state, to.lane);
                }
                self.place(card, place);
                self.send_move(card, from, self.anchor_of(card)?);
                Some(Step::Move { card, to: from })
            }
            Step::Archive { card } => {
                let place = self.place_of(card)?;
                let state = self.take(card)?;
                let back = state.clone();
                let board = self.clone();
                self.sender.send(Change::Archive { card }, self.clone(), move |error| {
                    board.put(back.clone(), place);
                    board.tell_refusal(card, &error);
                });
                Some(Step::Restore { card: state, to: place })
            }
            Step::Restore { card, to } => {
                let id = card.id;
                self.put(card, to);
                let board = self.clone();
                self.sender.send(Change::Restore { card: id }, self.clone(), move |error| {
                    let title = board.take(id).map(|card| card.title()).unwrap_or_default();
                    board.toasts.fail(format!("“{title}” was not restored. {}", error.words()));
                });
                Some(Step::Archive { card: id })
            }
        }
    }

    fn send_move(&self, card: TaskId, from: Anchor, to: Anchor) {
        let board = self.clone();
        self.sender.send(Change::Move { card, to }, self.clone(), move |error| {
            board.take_back(card, from);
            board.steps.forget(card);
            board.tell_refusal(card, &error);
        });
    }

    /// Puts a card back where it came from, here in the page.
    fn take_back(&self, card: TaskId, from: Anchor) {
        if let Some(state) = self.card(card) {
            self.put_in_lane(&state, from.lane);
        }
        if let Some(place) = self.place_at(card, from) {
            self.place(card, place);
        }
    }

    /// What is said where a card that has just come passes a hard limit.
    fn overfilled(&self, from: Anchor, to: Anchor) -> Option<String> {
        let column = self.column(to.column).filter(|column| column.limit_is_hard && from.column != to.column)?;
        let (count, limit) = (column.total.get_untracked(), column.limit?);
        (count > limit).then(|| words::full(&column.name, count - 1, limit))
    }

    /// Somebody moved the card first, and this page's move came after: undoing gives them theirs.
    pub fn offer_theirs(&self, card: TaskId, to: Option<ColumnId>, words: String) {
        if let Some(column) = to.filter(|to| self.column(*to).is_some()) {
            let first = self
                .column(column)
                .and_then(|column| column.cards.with_untracked(|cards| cards.first().map(|card| card.id)));
            let lane = self.card(card).and_then(|card| self.lane_of(&card));
            let to = Anchor { column, after: None, before: first, lane };
            self.steps.replace_last(card, Step::Move { card, to });
        }
        self.offer_undo(card, words);
    }

    /// Brings back what another person has put away; it appears when the stream says so.
    pub fn restore_for_all(&self, card: TaskId) {
        let toasts = self.toasts;
        self.sender.send_unshown(Change::Restore { card }, self.clone(), move |error| {
            toasts.fail(format!("The task was not restored. {}", error.words()));
        });
    }

    fn tell_refusal(&self, card: TaskId, error: &AppError) {
        let (Some(state), Some(spot)) = (self.card(card), self.spot(card)) else { return };
        let words = words::refused(&state.title(), &error.words(), &spot.list);
        say(words.clone(), Urgency::Assertive);
        self.toasts.fail(words);
    }

    /// Several cards, or fields of one, are as they were before.
    pub(super) fn tell_not_changed(&self, card: TaskId, count: usize, error: &AppError) {
        let title = self.card(card).map(|card| card.title());
        let words = words::not_changed(&words::whom(title.as_deref(), count), error);
        say(words.clone(), Urgency::Assertive);
        self.toasts.fail(words);
    }

    pub(super) fn offer_undo(&self, card: TaskId, words: String) {
        let board = self.clone();
        self.toasts.offer(words, "Undo", move || board.undo_of(card));
    }

    /// A task that others still block may be completed; it is said.
    fn blocked_warning(&self, card: &CardState, from: Anchor, to: Anchor) -> Option<String> {
        let is_done = |id| self.column(id).is_some_and(|column| column.status == Status::Done);
        let many = card.data.with_untracked(|card| card.blocked_by);
        (many > 0 && is_done(to.column) && !is_done(from.column)).then(|| words::still_blocked(many))
    }

    /// A soft limit lets the card in and says so.
    fn limit_warning(&self, to: Anchor) -> Option<String> {
        let column = self.column(to.column)?;
        let (count, limit) = (column.total.get_untracked(), column.limit?);
        (count > limit).then(|| words::over_limit(&column.name, count, limit))
    }
}

impl Step {
    fn card(&self) -> Option<TaskId> {
        match self {
            Self::Move { card, .. } | Self::Archive { card } => Some(*card),
            Self::Restore { card, .. } => Some(card.id),
            Self::Shift { .. } => None,
            // Every such step changes a card at least.
            Self::Edit(inverse) => inverse.edits.last().map(|edit| edit.task),
        }
    }

    fn list(&self) -> Option<ColumnId> {
        match self {
            Self::Shift { list, .. } => Some(*list),
            _ => None,
        }
    }

    /// How many cards it changes, where it is not a move, an archiving or a restoring of one.
    fn edited(&self) -> Option<usize> {
        match self {
            Self::Edit(inverse) => Some(inverse.edits.len()),
            _ => None,
        }
    }
}

impl Steps {
    /// A step of the person's own: what was undone before cannot be redone any more.
    pub(super) fn push(&self, inverse: Step) {
        self.redo.update_value(Vec::clear);
        self.undo.update_value(|steps| {
            steps.push(inverse);
            if steps.len() > MOST {
                steps.remove(0);
            }
        });
    }

    /// Another way back for the last step of a card.
    fn replace_last(&self, card: TaskId, inverse: Step) {
        self.undo.update_value(|steps| {
            if let Some(last) = steps.iter().rposition(|step| step.card() == Some(card)) {
                steps[last] = inverse;
            }
        });
    }

    /// The last step like this, which is taken back out of its turn.
    fn take_last(&self, is_it: impl Fn(&Step) -> bool) -> Option<Step> {
        self.undo.try_update_value(|steps| steps.iter().rposition(is_it).map(|at| steps.remove(at))).flatten()
    }

    /// A refused change has nothing to take back.
    pub(super) fn forget(&self, card: TaskId) {
        self.forget_last(|step| step.card() == Some(card));
    }

    /// A refused move of a list has nothing to take back.
    pub(super) fn forget_list(&self, list: ColumnId) {
        self.forget_last(|step| step.list() == Some(list));
    }

    fn forget_last(&self, is_it: impl Fn(&Step) -> bool) {
        for stack in [&self.undo, &self.redo] {
            stack.update_value(|steps| {
                if let Some(last) = steps.iter().rposition(&is_it) {
                    steps.remove(last);
                }
            });
        }
    }
}
