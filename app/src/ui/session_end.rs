//! Whether the session of the page has ended. What finds out says it here; what waits goes on when somebody has signed in
//! again.

use std::time::Duration;

use leptos::prelude::*;

use super::rest;

/// How often what waits for a new session looks whether it is there.
const LOOK: Duration = Duration::from_millis(100);

/// The event that tells the page of an answer for which nobody is signed in; the script of the frame sends it.
pub const SIGNED_OUT_EVENT: &str = "autoreport-signed-out";

/// Known to the whole page; copies are the same.
#[derive(Clone, Copy, Debug)]
pub struct SessionEnd {
    is_over: RwSignal<bool>,
    /// It has ended and nobody has signed in again, whether that is asked for now or was put off.
    has_ended: RwSignal<bool>,
    /// Changes of the page that the server has not taken, as a part of it that finds out by itself has them.
    waiting: RwSignal<usize>,
    /// Those that wait in [`SessionEnd::comes_back`].
    held: RwSignal<usize>,
    /// How many times somebody has signed in again.
    begun_again: RwSignal<u32>,
}

impl SessionEnd {
    /// Makes it known to all below, and listens to the answers of the server.
    pub fn provide() -> Self {
        let end = Self {
            is_over: RwSignal::new(false),
            has_ended: RwSignal::new(false),
            waiting: RwSignal::new(0),
            held: RwSignal::new(0),
            begun_again: RwSignal::new(0),
        };
        provide_context(end);
        Effect::new(move |_| {
            let listener = window_event_listener_untyped(SIGNED_OUT_EVENT, move |_| end.tell());
            on_cleanup(move || listener.remove());
        });
        end
    }

    /// Whether the person has to sign in again before the page can go on.
    pub fn is_over(self) -> bool {
        self.is_over.get()
    }

    /// Whether it has ended and nobody has signed in again here since.
    pub fn has_ended(self) -> bool {
        self.has_ended.get_untracked()
    }

    /// How many changes of the page wait for it.
    pub fn waiting(self) -> usize {
        self.waiting.get() + self.held.get()
    }

    /// How many times somebody has signed in again since the page was loaded.
    pub fn begun_again(self) -> u32 {
        self.begun_again.get()
    }

    /// Says that nobody is signed in any more.
    pub fn tell(self) {
        self.has_ended.set(true);
        if !self.is_over.get_untracked() {
            self.is_over.set(true);
        }
    }

    /// Says no more of it until it is told again.
    pub fn put_off(self) {
        self.is_over.set(false);
    }

    /// Goes on, after somebody has signed in again.
    pub fn begin_again(self) {
        // First, so that whoever hears of both takes it for no putting off.
        self.begun_again.update(|times| *times += 1);
        self.has_ended.set(false);
        self.is_over.set(false);
    }

    /// Asks for the password and waits, with so many changes of the page that were answered without a session. Whether
    /// somebody has signed in again, so that they can be sent once more; else it was put off.
    pub async fn comes_back(self, changes: usize) -> bool {
        let before = self.begun_again.get_untracked();
        self.tell();
        self.held.update(|held| *held += changes);
        while self.is_over.get_untracked() && self.begun_again.get_untracked() == before {
            rest(LOOK).await;
        }
        self.held.update(|held| *held = held.saturating_sub(changes));
        self.begun_again.get_untracked() != before
    }

    /// Calls back each time that somebody has signed in again, as long as the caller stands in the page.
    pub fn go_on_with(self, go_on: impl Fn() + 'static) {
        // In the effect, so that nothing of it happens on the server.
        Effect::new(move |before: Option<u32>| {
            let times = self.begun_again.get();
            if before.is_some_and(|before| before != times) {
                untrack(&go_on);
            }
            times
        });
    }

    /// Hears from a part of the page that finds out by itself, as long as the caller stands in the page, whether the session
    /// is over and how many changes wait for a new one.
    pub fn hear(self, is_over: impl Fn() -> bool + 'static, waiting: impl Fn() -> usize + 'static) {
        Effect::new(move |before: Option<bool>| {
            let is_over = is_over();
            if is_over {
                self.tell();
            // What waits for an answer of the person is given up by the person alone: the line may be back because
            // somebody has signed in in another tab, which this page is yet to hear of.
            } else if before == Some(true) && self.held.get_untracked() == 0 {
                self.put_off();
            }
            is_over
        });
        Effect::new(move |_| {
            let waiting = waiting();
            self.waiting.set(waiting);
            on_cleanup(move || {
                self.waiting.try_set(0);
            });
        });
    }
}
