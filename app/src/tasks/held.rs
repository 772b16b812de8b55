//! Changes that were sent when the session had ended, or when the server was out of reach: they wait for somebody to sign in
//! again, and for the server. What is not answered outlives a reload of its page.

mod kept;

pub use kept::Place;

use std::collections::VecDeque;

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use serde::{Serialize, de::DeserializeOwned};

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
    /// Where the browser keeps what waits; none where it does not outlast its page.
    place: StoredValue<Option<kept::Place>>,
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
    S: ServerFn<Error = AppError> + Waits + Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    /// Of the action that sends the changes, as long as the caller stands in the page.
    pub fn of(action: ServerAction<S>) -> Self {
        let held = Self {
            action,
            is_pending: action.pending(),
            end: use_context::<SessionEnd>(),
            sent: StoredValue::new(Vec::new()),
            last: StoredValue::new(Moment::default()),
            waiting: StoredValue::new(VecDeque::new()),
            is_asking: StoredValue::new(false),
            toasts: use_context::<Toasts>(),
            once_more: OnceMore::within(LONGEST),
            place: StoredValue::new(S::outlasts().then(|| kept::Place::of(S::url())).flatten()),
        };
        let input = action.input();
        Effect::new(move |_| {
            let Some(change) = input.get() else { return };
            // One that is sent once more takes no newer one's place.
            let is_over = |old: &S| old.op() < change.op() && change.replaces(old);
            held.waiting.update_value(|waiting| waiting.retain(|old| !is_over(old)));
            held.last.set_value(Moment::now());
            held.sent.update_value(|sent| {
                sent.retain(|other| other.op() != change.op());
                sent.push(change);
            });
            held.keep();
        });
        let reach = use_context::<Reach>();
        // Tracked, so that it is sent again as soon as the server is back; a stream alone that is cut off holds nothing up.
        let listens = move || {
            let _is_lost = reach.map(Reach::is_lost);
            true
        };
        held.once_more.then(listens, move || held.send_again());
        on_cleanup(move || held.give_up());
        Effect::new(move |_| held.take_over());
        held
    }

    /// What was not answered when the page was left by a reload or a crash is sent first.
    fn take_over(self) {
        let left = self.place.with_value(|place| place.as_ref().map(kept::Place::left::<S>)).unwrap_or_default();
        if left.is_empty() {
            return;
        }
        self.let_wait(left);
        self.keep();
        self.send_again();
    }

    /// Has the browser keep what is on its way and what waits, until it is answered.
    fn keep(self) {
        let mut changes = self.sent.try_with_value(Vec::clone).unwrap_or_default();
        changes.extend(self.waiting.try_with_value(VecDeque::clone).unwrap_or_default());
        self.place.try_update_value(|place| place.as_mut().map(|place| place.keep(&changes)));
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
                    self.keep();
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
        self.let_wait(sent);
    }

    /// Lets changes wait with those that do, in their order: without what a later one says again.
    fn let_wait(self, changes: Vec<S>) {
        self.waiting.update_value(|waiting| {
            let mut all: Vec<S> = std::mem::take(waiting).into();
            all.retain(|other| changes.iter().all(|change| change.op() != other.op()));
            all.extend(changes);
            all.sort_by_key(Named::op);
            *waiting = last_words(all);
        });
    }

    /// Lets what did not get through wait for the server.
    fn lose(self, answer: &AppResult<S::Output>) {
        self.put_aside();
        self.keep();
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
        let count = self.waiting.try_update_value(std::mem::take).unwrap_or_default().len();
        self.sent.try_update_value(Vec::clear);
        self.keep();
        if let Some(toasts) = self.toasts.filter(|_| count > 0) {
            toasts.close_about(S::url());
            toasts.fail(given_up(count));
        }
    }

    fn hold(self, end: SessionEnd, put_off: impl FnOnce(Vec<S>) + 'static) {
        self.put_aside();
        self.keep();
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
                self.keep();
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

/// Changes in their order, without those that a later one replaces.
fn last_words<S: Waits>(mut changes: Vec<S>) -> VecDeque<S> {
    let mut kept = VecDeque::new();
    while let Some(change) = changes.pop() {
        if kept.iter().all(|later: &S| !later.replaces(&change)) {
            kept.push_front(change);
        }
    }
    kept
}

/// That so many changes wait for the server.
pub fn waits(count: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::OpId;

    #[derive(Debug, PartialEq, Eq)]
    struct Set(&'static str, u128);

    impl Named for Set {
        fn op(&self) -> Option<OpId> {
            Some(OpId(uuid::Uuid::from_u128(self.1)))
        }
    }

    impl Waits for Set {
        fn replaces(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    #[test]
    fn of_what_is_said_of_the_same_thing_the_last_word_waits_in_its_place() {
        let waits = last_words(vec![Set("priority", 1), Set("due", 2), Set("priority", 3), Set("start", 4)]);
        assert_eq!(waits, [Set("due", 2), Set("priority", 3), Set("start", 4)]);
    }
}
