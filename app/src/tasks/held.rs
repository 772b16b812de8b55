//! Changes that were sent when the session had ended: they wait for somebody to sign in again.

use std::collections::VecDeque;

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use super::board::Named;
use crate::{
    error::{AppError, AppResult},
    ui::{Moment, SessionEnd},
};

/// A change that can wait. The name of it makes a repeat do nothing.
pub trait Waits: Named {
    /// Whether it takes the place of another one that waits, as it says of the same thing what is to be.
    fn replaces(&self, other: &Self) -> bool;
}

/// What an action has sent and has no session; copies are the same.
pub struct Held<S>
where
    S: ServerFn + 'static,
    S::Output: 'static,
{
    action: ServerAction<S>,
    is_pending: Memo<bool>,
    end: Option<SessionEnd>,
    /// On their way: an answer does not say which of several it is about.
    sent: StoredValue<Vec<S>>,
    /// When the last of them was sent.
    last: StoredValue<Moment>,
    /// To be sent once more.
    waiting: StoredValue<VecDeque<S>>,
    /// The person is asked for the password.
    is_asking: StoredValue<bool>,
}

impl<S> Clone for Held<S>
where
    S: ServerFn + 'static,
    S::Output: 'static,
{
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Held<S>
where
    S: ServerFn + 'static,
    S::Output: 'static,
{
}

impl<S> Held<S>
where
    S: ServerFn<Error = AppError> + Waits + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    /// Of the action that sends the changes, as long as the caller stands in the page.
    pub fn of(action: ServerAction<S>) -> Self {
        let (input, sent) = (action.input(), StoredValue::new(Vec::<S>::new()));
        let (waiting, last) = (StoredValue::new(VecDeque::<S>::new()), StoredValue::new(Moment::default()));
        Effect::new(move |_| {
            let Some(change) = input.get() else { return };
            let is_over = |old: &S| old.op() != change.op() && change.replaces(old);
            waiting.update_value(|waiting| waiting.retain(|old| !is_over(old)));
            last.set_value(Moment::now());
            sent.update_value(|sent| {
                sent.retain(|other| other.op() != change.op());
                sent.push(change);
            });
        });
        Self {
            action,
            is_pending: action.pending(),
            end: use_context::<SessionEnd>(),
            sent,
            last,
            waiting,
            is_asking: StoredValue::new(false),
        }
    }

    /// The changes that are on their way: an answer is about one of them.
    pub fn on_the_way(self) -> Vec<S> {
        self.sent.with_value(Vec::clone)
    }

    /// Hears an answer. Whether what it is about waits for a session; `put_off` runs with all that waits if it gets none.
    pub fn keeps(self, answer: &AppResult<S::Output>, put_off: impl FnOnce(Vec<S>) + 'static) -> bool {
        match (answer, self.end) {
            (Err(AppError::SignedOut), Some(end)) => {
                self.hold(end, put_off);
                true
            }
            _ => {
                if !self.is_pending.get_untracked() {
                    self.sent.update_value(Vec::clear);
                }
                if !self.is_asking.get_value() {
                    self.send_next();
                }
                false
            }
        }
    }

    fn hold(self, end: SessionEnd, put_off: impl FnOnce(Vec<S>) + 'static) {
        let sent = self.sent.try_update_value(std::mem::take).unwrap_or_default();
        self.waiting.update_value(|waiting| {
            waiting.retain(|change| sent.iter().all(|other| other.op() != change.op()));
            waiting.extend(sent);
        });
        let (sent, changes) = (self.last.get_value(), self.waiting.with_value(VecDeque::len));
        // Another answer may have told of all that was on its way, and the person has given it up since.
        if changes == 0 || self.is_asking.get_value() {
            return;
        }
        self.is_asking.set_value(true);
        spawn_local(async move {
            let is_signed_in = end.comes_back(sent, changes).await;
            // Nobody looks at a page that was left meanwhile.
            if self.is_asking.try_set_value(false).is_some() {
                return;
            }
            if is_signed_in {
                self.send_next();
            } else {
                let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
                put_off(waiting.into());
            }
        });
    }

    /// One after the other, so that each is heard of.
    fn send_next(self) {
        if let Some(change) = self.waiting.try_update_value(VecDeque::pop_front).flatten() {
            drop(self.action.dispatch(change));
        }
    }
}
