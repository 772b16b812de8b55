//! Changes that are on their way, shown on the board that stands in the page: on one that takes the place of another, and
//! on the first one after a reload, which finds what an earlier page left over.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::kept::left_over;
#[cfg(not(feature = "hydrate"))]
use super::server::left_over;
use super::{Change, Returned, Sender, Unsent, Waiting};
use crate::{
    error::AppError,
    tasks::board::{state::BoardState, words},
};

impl Sender {
    /// Sends what an earlier page did not get rid of, and shows it. `refused` hears in words of what the
    /// server does not take.
    pub fn resume(&self, board: &BoardState, refused: impl Fn(String) + Clone + Send + Sync + 'static) {
        for (kept, op, change, called) in left_over(self.me, &board.key) {
            if self.has_op(op) {
                continue;
            }
            // As it is called now, where it is still there.
            let called = change.card().and_then(|card| board.card(card)).map(|card| card.title()).or(called);
            if board.show(&change) {
                self.note_own(op, &change);
            }
            let Change::Add { column, at, text } = &change else {
                let (refused, shown, title) = (refused.clone(), board.clone(), change.title());
                let (whom, is_many) = board.whom_of(&change, called.as_deref());
                let deed = change.deed();
                let rollback = move |error: AppError| match &title {
                    Some((task, text)) => shown.refuse_title(*task, called.as_deref(), text, &error),
                    None => refused(words::not_taken(&whom, is_many, deed, &error)),
                };
                self.push(Unsent { op, change, kept, made: None, rollback: Arc::new(rollback), board: board.clone() });
                continue;
            };
            let (column, text) = (*column, text.clone());
            let waiting = Waiting::new(op, column, at, &text);
            let (sender, shown) = (self.clone(), board.clone());
            let rollback = move |error: AppError| {
                let returned = Returned::refused(&shown, column, &text, &error);
                shown.toasts.fail(format!("“{}” was not added. {}", text.trim(), returned.words));
                sender.give_back(returned);
            };
            self.push(Unsent { op, change, kept, made: None, rollback: Arc::new(rollback), board: board.clone() });
            self.show_waiting(waiting);
        }
    }
}

impl BoardState {
    /// What a change is about, in words, and whether that is several; `title` is that of its one card.
    fn whom_of(&self, change: &Change, title: Option<&str>) -> (String, bool) {
        if let Change::Shift { list, .. } = change {
            let list = self.column(*list).map(|list| format!("the list “{}”", list.name));
            return (list.unwrap_or_else(|| "a list".into()), false);
        }
        let many = change.cards().into_iter().collect::<HashSet<_>>().len();
        (words::whom(title, many), many > 1)
    }

    /// The board stands in the page now, in the place of another one or of none. What is on its way is shown on it. What
    /// the server has answered may be from behind the reading that it was made of, and the board before it showed that:
    /// this one hears it with the stream, as anybody's.
    pub fn take_place(&self) {
        self.sender.own.update_value(|own| own.retain(|_, own| own.answered.is_none()));
        self.sender.shown_on.set_value(Some(self.clock.clone()));
        let unsent = self
            .sender
            .queue
            .with_value(|queue| queue.iter().map(|unsent| (unsent.op, unsent.change.clone())).collect::<Vec<_>>());
        for (op, change) in unsent {
            // What this board cannot show comes with the stream, as anybody's.
            if !self.show(&change) {
                self.sender.own.update_value(|own| drop(own.remove(&op)));
            }
        }
    }

    /// Shows a change that is on its way; whether there was anything to show.
    pub fn show(&self, change: &Change) -> bool {
        match change {
            Change::Move { card, to, .. } => {
                let Some(state) = self.card(*card) else { return false };
                self.put_in_lane(&state, to.lane);
                let Some(place) = self.place_at(*card, *to) else { return false };
                self.place(*card, place);
                true
            }
            Change::Archive { card } => self.take(*card).is_some(),
            Change::Shift { list, between } => self.place_list(*list, *between),
            // What it looks like comes with the stream.
            Change::Restore { .. } | Change::Add { .. } => false,
            Change::Edit { edits, .. } => self.show_edits(edits.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::{OpId, TaskId},
        tasks::board::{
            state::Anchor,
            steps::Steps,
            testing::{DONE, TODO, card, id, numbers, three, with_state},
        },
    };

    #[test]
    fn a_board_made_anew_shows_what_is_on_its_way_and_hears_what_was_answered_before() {
        with_state(three(), |state| {
            let sender = &state.sender;
            let to_done = |number: u128| Change::Move {
                card: id(number),
                to: Anchor { column: DONE, after: None, before: None, lane: None },
                is_back: false,
            };
            let (answered, unanswered) = (OpId(uuid::Uuid::from_u128(1 << 64)), OpId(uuid::Uuid::from_u128(2 << 64)));
            sender.note_own(answered, &to_done(2));
            sender.note_own(unanswered, &to_done(3));
            sender.note_answer(answered);
            sender.send(to_done(1), state.clone(), |_| {});
            assert!(sender.knows(Some(answered)) && sender.knows(Some(unanswered)));
            assert!(sender.is_shown_on(state), "no board has taken the place of another one");

            // Read before all of these changes.
            let fresh = BoardState::new(three(), String::new(), state.toasts, Steps::default(), sender.clone());
            fresh.take_place();
            assert_eq!((numbers(&fresh, TODO), numbers(&fresh, DONE)), (vec![2, 3], vec![1]));
            assert!(!sender.knows(Some(answered)), "what the board lacks comes with the stream");
            assert!(sender.knows(Some(unanswered)), "its answer is still to come");
            assert!(sender.is_shown_on(&fresh) && !sender.is_shown_on(state));
            fresh.take_place();
            assert_eq!(numbers(&fresh, DONE), [1], "shown once");
        });
    }

    #[test]
    fn what_a_board_made_anew_cannot_show_comes_with_the_stream() {
        with_state(three(), |state| {
            let (sender, op) = (&state.sender, OpId(uuid::Uuid::from_u128(1 << 64)));
            let restore = Change::Restore { card: id(9) };
            sender.note_own(op, &restore);
            sender.enqueue(op, None, restore, state.clone(), |_| {});
            assert!(sender.knows(Some(op)), "the board that took it back shows it");
            let fresh = BoardState::new(three(), String::new(), state.toasts, Steps::default(), sender.clone());
            fresh.take_place();
            assert!(!sender.knows(Some(op)));
        });
    }

    #[test]
    fn two_cards_put_on_top_one_after_the_other_stay_so_when_the_answers_overtake_the_stream() {
        with_state(three(), |state| {
            let put = |number: u128, before: Option<TaskId>| {
                let to = Anchor { column: DONE, after: None, before, lane: None };
                let change = Change::Move { card: id(number), to, is_back: false };
                assert!(state.show(&change));
                state.sender.note_own(OpId(uuid::Uuid::from_u128(number << 64)), &change);
                change
            };
            let (first, second) = (put(3, None), put(1, Some(id(3))));
            assert_eq!(numbers(state, DONE), [1, 3]);
            for (number, rank, change) in [(3, "M", &first), (1, "G", &second)] {
                state.settle_own(change, card(number, rank));
                state.sender.note_answer(OpId(uuid::Uuid::from_u128((number as u128) << 64)));
                assert_eq!(numbers(state, DONE), [1, 3]);
            }
        });
    }

    #[test]
    fn a_card_that_is_answered_stays_where_it_is_among_those_that_are_on_their_way() {
        with_state(three(), |state| {
            let to = Anchor { column: DONE, after: None, before: None, lane: None };
            let first = Change::Move { card: id(3), to, is_back: false };
            assert!(state.show(&first));
            let below = Change::Move { card: id(1), to: Anchor { after: Some(id(3)), ..to }, is_back: false };
            assert!(state.show(&below));
            state.sender.send(below, state.clone(), |_| {});
            state.settle_own(&first, card(3, "Z"));
            assert_eq!(numbers(state, DONE), [3, 1]);
        });
    }
}
