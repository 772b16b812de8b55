//! Changing the board so that it can be taken back: every step knows its inverse.

use leptos::prelude::*;

use super::{
    announce::{Urgency, say},
    hands,
    past::{self, Past},
    sender::Change,
    state::{Anchor, BoardState, CardState, Place},
    steps::{Step, Why},
    title_conflict::TitleConflict,
    words::{self, Spot},
};
use crate::{
    domain::{
        ids::{ColumnId, TaskId},
        task::Status,
        task_edit::{Edit, TaskEdit},
    },
    error::AppError,
};

impl BoardState {
    /// The person has moved a card to a place; sends it, and offers to take it back.
    pub fn move_to(&self, card: TaskId, to: Place) {
        let Some(from) = self.anchor_of(card) else { return };
        if to.is_end() && !self.is_sorted() && self.unloaded(to.column, from.lane) > 0 {
            return self.move_out_of_sight(card, from, to.column);
        }
        let here = self.place_of(card);
        let to = self.settled(card, to);
        if here == Some(to) || self.refuse_full(card, to.column) {
            return;
        }
        self.place(card, to);
        self.settle_move(card, from);
    }

    /// To the end of a list of which not everything is loaded: the card leaves the page.
    fn move_out_of_sight(&self, card: TaskId, from: Anchor, column: ColumnId) {
        let (Some(state), false) = (self.card(card), self.refuse_full(card, column)) else { return };
        let to = Anchor { column, after: None, before: None, lane: from.lane };
        self.send_out(&state, to, false);
        self.steps.push(Step::Move { card, to: from, from: to });
        if let Some(list) = self.column(column) {
            // What a list has behind the loaded cards counts it already, what a lane has does not.
            let behind = self.unloaded(column, from.lane) + usize::from(from.lane.is_some());
            let of = self.mates(column, from.lane).len() + behind;
            self.tell_move(&state, from, to, &Spot { list: list.name.clone(), position: of, of });
        }
    }

    /// Takes a card off the page that goes behind all that is loaded, and sends it there.
    fn send_out(&self, state: &CardState, to: Anchor, is_back: bool) {
        let card = state.id;
        let Some(place) = self.place_of(card) else { return };
        self.take(card);
        if let Some(list) = self.column(to.column) {
            list.count(1);
        }
        let (board, back) = (self.clone(), state.clone());
        let title = state.title();
        self.sender.send_of(Some(title.clone()), Change::Move { card, to, is_back }, self.clone(), move |error| {
            if let Some(list) = board.column(to.column) {
                list.count(-1);
            }
            board.put(back.clone(), place);
            board.forget_change(card);
            board.tell_refusal(card, Some(&title), &error);
        });
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
        self.send_move(card, from, to, false);
        self.steps.push(Step::Move { card, to: from, from: to });
        self.tell_move(&state, from, to, &spot);
    }

    /// Says where a card has gone, what comes with it, and how it is taken back.
    fn tell_move(&self, card: &CardState, from: Anchor, to: Anchor, spot: &Spot) {
        let title = card.title();
        let from_name = self.column(from.column).map(|column| column.name.clone()).unwrap_or_default();
        let lane = to.lane.filter(|_| to.lane != from.lane);
        let effect = lane.map(|lane| self.lane_effect(lane, from.lane));
        say(words::moved(&title, &from_name, spot, effect.as_deref()), Urgency::Polite);
        let mut toast = match (effect, from.column == to.column) {
            (Some(effect), _) => words::lane_toast(&spot.list, &effect),
            (None, true) => words::placed_toast(&title, spot.position),
            (None, false) => words::moved_toast(&title, &spot.list),
        };
        if let Some(warning) = self.limit_warning(to) {
            toast = format!("{toast}. {warning}");
        }
        if let Some(warning) = self.blocked_warning(card, from, to) {
            toast = format!("{toast}. {warning}");
            say(warning, Urgency::Assertive);
        }
        self.offer_undo(card.id, toast);
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
        self.take_next(Why::Undo)
    }

    /// Takes the last undone step again.
    pub fn redo(&self) -> Option<TaskId> {
        self.take_next(Why::Redo)
    }

    fn take_next(&self, why: Why) -> Option<TaskId> {
        if self.steps.must_wait(why) {
            return None;
        }
        let step = self.steps.of(why).try_update_value(Vec::pop).flatten()?;
        self.repeat(step, why)
    }

    /// As [`BoardState::repeat`], for what was saved beside the cards: the server says what became of it.
    fn repeat_past(&self, past: Past, why: Why) {
        let board = self.clone();
        past::repeat(&self.steps, Some(self.toasts), past, why, move |cards, next| {
            cards.into_iter().for_each(|card| board.refresh(card));
            if let Some(card) = next.and_then(|why| board.take_next(why)) {
                hands::focus(card);
            }
        });
    }

    /// Takes back the last step of one card, whatever came after it.
    fn undo_of(&self, card: TaskId) {
        match self.steps.take_last(Why::Undo, |step| step.card() == Some(card)) {
            Some(step) => {
                self.repeat(step, Why::Undo);
            }
            None => {
                let title = self.card(card).map(|card| card.title());
                self.tell_not_repeated(words::nothing_to_repeat(true, title.as_deref()));
            }
        }
    }

    /// Takes back the last move of one list, whatever came after it.
    pub(super) fn undo_of_list(&self, list: ColumnId) {
        if let Some(step) = self.steps.take_last(Why::Undo, |step| step.list() == Some(list)) {
            self.repeat(step, Why::Undo);
        }
    }

    fn repeat(&self, step: Step, why: Why) -> Option<TaskId> {
        if let Step::Past(past) = step {
            self.repeat_past(past, why);
            return None;
        }
        let (card, list, edited) = (step.card(), step.list(), step.edited());
        // What offers to take this step back has nothing left to offer.
        let about = card.map(|card| card.to_string()).or_else(|| list.map(|list| list.to_string()));
        if let Some(about) = about {
            self.toasts.close_about(&about);
        }
        let title = card.and_then(|card| self.card(card)).map(|card| card.title());
        let since = self.changed_since_step(&step);
        let is_making = matches!(
            &step,
            Step::Edit(inverse) if inverse.edits.iter().all(|one| matches!(one.edit, Edit::Undelete))
        );
        let inverse = self.take_step(step);
        for words in &since {
            self.tell_not_repeated(words.clone());
        }
        let Some(inverse) = inverse else {
            if since.is_empty() {
                self.tell_not_repeated(words::nothing_to_repeat(why == Why::Undo, title.as_deref()));
            }
            return None;
        };
        self.steps.behind(why).update_value(|steps| steps.push(inverse));
        if let Some(list) = list {
            self.say_list_repeated(list, why);
        }
        let card = card?;
        let words = match (self.card(card), self.spot(card)) {
            (Some(state), Some(spot)) => {
                let title = state.title();
                match (why, edited) {
                    (Why::Undo, None) => words::undone(&title, &spot),
                    (Why::Redo, None) => words::redone(&title, &spot),
                    (Why::Redo, Some(count)) if is_making && count > 0 => {
                        words::made_again(&words::whom(Some(&title), count))
                    }
                    (why, Some(count)) => words::repeated(why == Why::Undo, &words::whom(Some(&title), count)),
                }
            }
            _ => words::repeated_out_of_sight(why == Why::Undo, &words::whom(title.as_deref(), edited.unwrap_or(1))),
        };
        say(words, Urgency::Assertive);
        Some(card)
    }

    /// What cannot be taken back or again, because others have changed it since.
    fn changed_since_step(&self, step: &Step) -> Vec<String> {
        match step {
            Step::Edit(inverse) => self.all_changed_since(inverse),
            Step::Move { card, from, .. } => self.moved_since(*card, *from).into_iter().collect(),
            Step::Archive { .. } | Step::Restore { .. } | Step::Shift { .. } | Step::Past(_) => Vec::new(),
        }
    }

    fn tell_not_repeated(&self, words: String) {
        say(words.clone(), Urgency::Assertive);
        self.toasts.fail(words);
    }

    /// Where a card is now, if that is not where a change has put it.
    fn moved_since(&self, card: TaskId, put: Anchor) -> Option<String> {
        let now = self.anchor_of(card)?;
        let title = self.card(card)?.title();
        if now.column != put.column {
            let list = self.column(now.column).map(|list| list.name.clone()).unwrap_or_default();
            return Some(words::moved_since(&title, &list));
        }
        match (now.lane, put.lane) {
            (Some(now), Some(put)) if now != put && now.is_kind_of(put) => {
                Some(words::moved_since(&title, &self.lane_title(now)))
            }
            _ => None,
        }
    }

    /// Changes page and server; the step that takes it back.
    fn take_step(&self, step: Step) -> Option<Step> {
        match step {
            Step::Edit(inverse) => self.take_edits(inverse.edits.clone(), &inverse),
            Step::Shift { list, between } => self.shift_list(list, between),
            // The server is asked instead.
            Step::Past(_) => None,
            Step::Move { card, to, from } => self.take_move(card, to, from),
            Step::Archive { card } => {
                let place = self.place_of(card)?;
                let state = self.take(card)?;
                let back = state.clone();
                let board = self.clone();
                let title = Some(state.title());
                self.sender.send_of(title, Change::Archive { card }, self.clone(), move |error| {
                    board.put(back.clone(), place);
                    board.forget_change(card);
                    board.tell_not_archived(card, &error);
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

    fn take_move(&self, card: TaskId, to: Anchor, from: Anchor) -> Option<Step> {
        let (Some(now), Some(state)) = (self.anchor_of(card), self.card(card)) else {
            // It stands where nothing is loaded: it comes into sight when the server has answered.
            self.send_move(card, from, to, true);
            return Some(Step::Move { card, to: from, from: to });
        };
        if self.moved_since(card, from).is_some() {
            return None;
        }
        let is_to_end = to.after.is_none() && to.before.is_none() && !self.is_sorted();
        if is_to_end && self.unloaded(to.column, to.lane) > 0 {
            self.send_out(&state, to, true);
            return Some(Step::Move { card, to: now, from: to });
        }
        let place = self.place_at(card, to)?;
        self.put_in_lane(&state, to.lane);
        self.place(card, place);
        let there = self.anchor_of(card)?;
        self.send_move(card, now, there, true);
        Some(Step::Move { card, to: now, from: there })
    }

    fn send_move(&self, card: TaskId, from: Anchor, to: Anchor, is_back: bool) {
        let board = self.clone();
        // Others may have put it away by the time of the answer.
        let title = self.card(card).map(|card| card.title());
        self.sender.send(Change::Move { card, to, is_back }, self.clone(), move |error| {
            hands::fly_home(card, || board.take_back(card, from));
            board.forget_change(card);
            board.tell_refusal(card, title.as_deref(), &error);
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
            if let Some(from) = self.anchor_of(card) {
                self.steps.replace_last(card, Step::Move { card, to, from });
            }
        }
        self.offer_undo(card, words);
    }

    /// Brings back what another person has put away, each out of the archive or the trash; it appears when the stream
    /// says so.
    pub fn restore_for_all(&self, edits: Vec<TaskEdit>) {
        let (toasts, many) = (self.toasts, edits.len());
        self.sender.send_unshown(Change::Edit { edits, is_back: true }, self.clone(), move |error| {
            let what = if many == 1 { "The task was".to_owned() } else { format!("The {many} tasks were") };
            toasts.fail(format!("{what} not restored. {}", error.words()));
        });
    }

    /// A change was refused: there is nothing to take back, and nothing may say that it was made. A later change of the
    /// same card goes on being offered.
    pub(super) fn forget_change(&self, card: TaskId) {
        self.steps.forget(card);
        if !self.sender.is_changing(card) {
            self.toasts.close_about(&card.to_string());
        }
    }

    fn tell_refusal(&self, card: TaskId, title: Option<&str>, error: &AppError) {
        let words = match (title, self.spot(card)) {
            (Some(title), spot) if *error == AppError::NotFound => words::refused_gone(title, spot.is_some()),
            (Some(title), Some(spot)) => words::refused(title, &words::reason(error), &spot.list),
            _ => words::refused_many(1, &words::reason(error)),
        };
        say(words.clone(), Urgency::Assertive);
        self.toasts.fail(words);
        // The board is not what this page took it for.
        if let Some(live) = self.live.filter(|_| *error == AppError::NotFound) {
            live.look_again();
        }
    }

    fn tell_not_archived(&self, card: TaskId, error: &AppError) {
        let (Some(state), Some(spot)) = (self.card(card), self.spot(card)) else { return };
        let words = words::not_archived(&state.title(), &error.words(), &spot.list);
        say(words.clone(), Urgency::Assertive);
        self.toasts.fail(words);
    }

    /// Several cards, or fields of one, are as they were before.
    pub(super) fn tell_not_changed(
        &self,
        card: TaskId,
        title: Option<&str>,
        count: usize,
        typed: Option<&str>,
        error: &AppError,
    ) {
        let words = words::not_changed(&words::whom(title, count), typed, error);
        say(words.clone(), Urgency::Assertive);
        match error {
            AppError::Conflict(texts) => {
                self.ask_title(TitleConflict { task: card, texts: (**texts).clone() });
            }
            _ => self.toasts.fail(words),
        }
    }

    pub(super) fn offer_undo(&self, card: TaskId, words: String) {
        let board = self.clone();
        self.toasts.offer_about(card.to_string(), words, "Undo", move || board.undo_of(card));
    }

    /// A task that others still block may be completed; it is said.
    fn blocked_warning(&self, card: &CardState, from: Anchor, to: Anchor) -> Option<String> {
        let is_done = |id| self.is_done(id);
        let many = card.data.with_untracked(|card| card.blocked_by);
        (many > 0 && is_done(to.column) && !is_done(from.column)).then(|| words::still_blocked(many))
    }

    /// Whether tasks in a list are completed.
    pub(super) fn is_done(&self, list: ColumnId) -> bool {
        self.column(list).is_some_and(|column| column.status == Status::Done)
    }

    /// A soft limit lets the card in and says so.
    fn limit_warning(&self, to: Anchor) -> Option<String> {
        let column = self.column(to.column)?;
        let (count, limit) = (column.total.get_untracked(), column.limit?);
        (count > limit).then(|| words::over_limit(&column.name, count, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::board::testing::{DONE, TODO, board, card, column, id, numbers, three, totals, with_state};

    fn anchor(column: ColumnId) -> Anchor {
        Anchor { column, after: None, before: None, lane: None }
    }

    #[test]
    fn a_move_is_not_taken_back_over_the_move_of_somebody_else() {
        with_state(three(), |state| {
            state.place(id(1), Place { column: DONE, index: 0 });
            let step = Step::Move { card: id(1), to: anchor(TODO), from: anchor(DONE) };
            assert_eq!(state.changed_since_step(&step), Vec::<String>::new());
            let again = Step::Move { card: id(1), to: anchor(DONE), from: anchor(TODO) };
            assert_eq!(
                state.changed_since_step(&again),
                ["Not undone: “card 1” has been moved since, and is in Done now."]
            );
            assert!(state.take_step(again).is_none());
            assert!(state.take_step(step).is_some());
            assert_eq!(numbers(state, TODO), [2, 3, 1]);
        });
    }

    #[test]
    fn to_the_end_of_a_list_that_is_not_loaded_whole_a_card_goes_out_of_sight_and_comes_back() {
        let todo = column(TODO, vec![card(1, "B"), card(2, "D")], 1_000, Some("D"));
        with_state(board(todo, column(DONE, Vec::new(), 0, None)), |state| {
            let from = state.anchor_of(id(1)).unwrap();
            let back = state.take_step(Step::Move { card: id(1), to: anchor(TODO), from });
            assert_eq!((numbers(state, TODO), totals(state)), (vec![2], (1_000, 0)));
            let sent = Change::Move { card: id(1), to: anchor(TODO), is_back: true };
            assert_eq!(state.sender.unsent(), [sent]);
            assert!(state.take_step(back.unwrap()).is_some(), "though it is not loaded");
            assert_eq!(state.sender.unsent().last(), Some(&Change::Move { card: id(1), to: from, is_back: true }));
        });
    }
}
