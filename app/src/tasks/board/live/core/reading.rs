//! Reads the board again where its changes cannot be shown one by one, and takes what was read over without losing what
//! the person does meanwhile.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::apply::{Seen, Tail};
use super::super::hand::{HAND, is_adding, is_in_hand};
use super::super::{BoardState, Link, slide};
use super::{Inner, STALE};
use crate::domain::board_look::read_board_query;
use crate::error::AppError;
use crate::tasks::api;
use crate::tasks::view::Board;

/// A board that could not be read is asked for again after this time.
const ONCE_MORE: Duration = Duration::from_secs(5);

impl Inner {
    /// Reads the board again, once for all reasons that come together.
    pub(super) fn read_again(self: &Rc<Self>, tail: Tail) {
        if self.board.borrow().is_none() {
            return;
        }
        self.mark_stale(tail);
        // A reading that is under way is followed by another one.
        if !self.is_reading.get() {
            self.read_soon(STALE);
        }
    }

    /// What one reason drops is dropped, whatever others keep.
    fn mark_stale(&self, tail: Tail) {
        if self.stale.get() != Some(Tail::Dropped) {
            self.stale.set(Some(tail));
        }
    }

    /// What could not be read while the server or the session was away is read now.
    pub(super) fn make_up(self: &Rc<Self>) {
        if self.stale.get().is_some() {
            self.read_soon(STALE);
        }
    }

    fn read_soon(self: &Rc<Self>, time: Duration) {
        if self.is_to_read.replace(true) {
            return;
        }
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                if let Some(inner) = this.upgrade() {
                    inner.is_to_read.set(false);
                    inner.read();
                }
            },
            time,
        );
    }

    /// Reads the board where it is to be read, one reading at a time.
    fn read(self: &Rc<Self>) {
        if self.is_reading.get() {
            return;
        }
        let Some((state, _)) = self.board.borrow().clone() else { return };
        let Some(tail) = self.stale.take() else { return };
        self.is_reading.set(true);
        let this = Rc::downgrade(self);
        let answers = state.sender.answers();
        spawn_local(async move {
            let (filter, look) = read_board_query(&state.query);
            let fresh = api::load_board(state.key.clone(), filter, None, look).await;
            let Some(inner) = this.upgrade() else { return };
            inner.is_reading.set(false);
            match fresh {
                Ok(fresh) => inner.take_over(&state, fresh, tail, answers),
                // The stream does not tell again of what it has told: that stays to be read.
                Err(AppError::SignedOut) => {
                    inner.mark_stale(tail);
                    inner.link.set(Link::SignedOut);
                }
                Err(AppError::NotFound) => inner.link.set(Link::Gone),
                Err(_) => {
                    inner.mark_stale(tail);
                    // A stream that is down says when the server is back.
                    if inner.is_up.get() {
                        inner.read_soon(ONCE_MORE);
                    } else {
                        inner.doubt();
                    }
                }
            }
        });
    }

    /// Shows a board that was read when the server had answered so many of the page's own changes.
    fn take_over(self: &Rc<Self>, state: &BoardState, fresh: Board, tail: Tail, answers: u64) {
        let Some((now, node)) = self.board.borrow().clone() else { return };
        if !now.is_same(state) {
            // Another filter was chosen meanwhile; what was told since is still to be read for it.
            return self.make_up();
        }
        // What is being typed would be gone with a page that is made anew.
        if is_in_hand(state) || (is_adding(&node) && !state.has_shape_of(&fresh)) {
            let (this, state) = (Rc::downgrade(self), state.clone());
            // As if it was still being read: what was read later must not be shown before it.
            self.is_reading.set(true);
            set_timeout(
                move || {
                    if let Some(inner) = this.upgrade() {
                        inner.is_reading.set(false);
                        inner.take_over(&state, fresh, tail, answers);
                    }
                },
                HAND,
            );
            return;
        }
        // It may be from before a change that is not on its way any more, and would take it back.
        if state.sender.answers() != answers {
            self.mark_stale(tail);
            self.read();
            return;
        }
        // A card that is on its way back stands in no reading from before that, and would be gone with it: nothing tells
        // of it later but another reading.
        if state.sender.brings_back() {
            self.mark_stale(tail);
            self.read_soon(STALE);
            return;
        }
        let before = slide::look(&node);
        if !state.reconcile(&fresh, tail) {
            *self.kept.borrow_mut() = Some(slide::keep_place(&node));
            self.rebuild.run(());
            return;
        }
        for change in state.sender.unsent() {
            state.show(&change);
        }
        self.waiting.borrow_mut().retain(|event| event.number > fresh.number);
        self.seen.set(self.seen.get().max(fresh.number));
        let changed: Vec<Seen> =
            self.changed.take().into_iter().filter(|one| state.place_of(one.task).is_some()).collect();
        let by_others: Vec<Seen> = changed.into_iter().filter(|one| self.is_by_another(one)).collect();
        self.unsaid.borrow_mut().extend(by_others.iter().cloned());
        self.say_soon();
        before.show(by_others);
        if self.stale.get().is_some() {
            self.read();
        }
    }
}
