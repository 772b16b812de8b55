//! Changes that were sent when the session had ended, or when the server was out of reach: they wait for somebody to sign in
//! again, and for the server.

use std::collections::VecDeque;

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use super::board::{Named, is_out_of_reach};
use crate::{
    error::{AppError, AppResult},
    ui::{Moment, OnceMore, Reach, SessionEnd, toast::Toasts},
};

/// Between two attempts at most this many seconds pass.
const LONGEST: u64 = 8;

/// A change that can wait. The name of it makes a repeat do nothing.
pub trait Waits: Named {
    /// Whether it takes the place of another one that waits, as it says of the same thing what is to be.
    fn replaces(&self, other: &Self) -> bool;

    /// Whether it waits for a server that is out of reach, too. What is gone for good is not done later by itself.
    fn outlasts() -> bool {
        true
    }
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
    /// Where it is said that something waits for the server.
    toasts: Option<Toasts>,
    /// When the server is asked again.
    once_more: OnceMore,
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
        let held = Self {
            action,
            is_pending: action.pending(),
            end: use_context::<SessionEnd>(),
            sent,
            last,
            waiting,
            is_asking: StoredValue::new(false),
            toasts: use_context::<Toasts>(),
            once_more: OnceMore::within(LONGEST),
        };
        let reach = use_context::<Reach>();
        // Tracked, so that it is sent again as soon as the server is back; a stream alone that is cut off holds nothing up.
        let listens = move || {
            let _is_lost = reach.map(Reach::is_lost);
            true
        };
        held.once_more.then(listens, move || held.send_again());
        on_cleanup(move || held.give_up());
        held
    }

    /// The changes that are on their way: an answer is about one of them.
    pub fn on_the_way(self) -> Vec<S> {
        self.sent.with_value(Vec::clone)
    }

    /// Hears an answer. Whether what it is about waits for the server, or for a session; `put_off` runs with all that waits if
    /// it gets none.
    pub fn keeps(self, answer: &AppResult<S::Output>, put_off: impl FnOnce(Vec<S>) + 'static) -> bool {
        match (answer, self.end) {
            (Err(AppError::SignedOut), Some(end)) => {
                self.hold(end, put_off);
                true
            }
            (Err(error), _) if S::outlasts() && is_out_of_reach(error) => {
                self.lose(answer);
                true
            }
            _ => {
                self.once_more.note(&AppResult::Ok(()));
                if !self.is_pending.get_untracked() {
                    self.sent.update_value(Vec::clear);
                }
                if !self.is_asking.get_value() {
                    self.send_next();
                }
                self.tell();
                false
            }
        }
    }

    /// Lets what is on its way wait, in the order in which it was asked for.
    fn put_aside(self) {
        let sent = self.sent.try_update_value(std::mem::take).unwrap_or_default();
        self.waiting.update_value(|waiting| {
            waiting.retain(|change| sent.iter().all(|other| other.op() != change.op()));
            waiting.extend(sent);
            waiting.make_contiguous().sort_by_key(Named::op);
        });
    }

    /// Lets what did not get through wait for the server.
    fn lose(self, answer: &AppResult<S::Output>) {
        self.put_aside();
        self.once_more.note(answer);
        self.tell();
    }

    /// Says that something waits for the server, as long as it does.
    fn tell(self) {
        let Some(toasts) = self.toasts else { return };
        match self.waiting.with_value(VecDeque::len) {
            0 => toasts.close_about(S::url()),
            // What waits for a session is counted where the password is asked for.
            _ if self.is_asking.get_value() => {}
            count => toasts.fail_about(S::url(), waits(count), "Try again", move || self.send_again()),
        }
    }

    /// Tries what waits once more, unless something is on its way or the person is asked for the password.
    fn send_again(self) {
        if self.is_pending.try_get_untracked() == Some(false) && self.is_asking.try_get_value() == Some(false) {
            self.send_next();
        }
    }

    /// The page is left: what still waits is not sent any more.
    fn give_up(self) {
        let count = self.waiting.try_with_value(VecDeque::len).unwrap_or_default();
        if let Some(toasts) = self.toasts.filter(|_| count > 0) {
            toasts.close_about(S::url());
            toasts.fail(given_up(count));
        }
    }

    fn hold(self, end: SessionEnd, put_off: impl FnOnce(Vec<S>) + 'static) {
        self.put_aside();
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

fn waits(count: usize) -> String {
    match count {
        1 => "Not saved yet: offline. 1 change waits to be sent.".to_owned(),
        many => format!("Not saved yet: offline. {many} changes wait to be sent."),
    }
}

fn given_up(count: usize) -> String {
    match count {
        1 => "Not saved: 1 change was not sent before you left its page. Make it again there.".to_owned(),
        many => format!("Not saved: {many} changes were not sent before you left their page. Make them again there."),
    }
}
