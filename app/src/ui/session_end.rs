//! Whether the session of the page has ended. What finds out says it here; what waits goes on when somebody has signed in
//! again.

mod asking;

use std::time::Duration;

use leptos::prelude::*;

use super::rest;
use asking::Asking;
pub use asking::{Moment, Told};

/// How often what waits for a new session looks whether it is there.
const LOOK: Duration = Duration::from_millis(100);

/// The event that tells the page of an answer for which nobody is signed in; the script of the frame sends it, and says
/// when what address was asked.
pub const SIGNED_OUT_EVENT: &str = "autoreport-signed-out";

/// Known to the whole page; copies are the same.
#[derive(Clone, Copy, Debug)]
pub struct SessionEnd {
    asking: RwSignal<Asking>,
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
            asking: RwSignal::new(Asking::default()),
            waiting: RwSignal::new(0),
            held: RwSignal::new(0),
            begun_again: RwSignal::new(0),
        };
        provide_context(end);
        Effect::new(move |_| {
            let listener = window_event_listener_untyped(SIGNED_OUT_EVENT, move |event| end.tell(told(&event)));
            on_cleanup(move || listener.remove());
        });
        end
    }

    /// Whether the person is asked to sign in again.
    pub fn is_asked(self) -> bool {
        self.asking.with(Asking::is_asked)
    }

    /// The same without listening to it.
    pub fn is_asked_now(self) -> bool {
        self.asking.with_untracked(Asking::is_asked)
    }

    /// Whether the person has put off to sign in, and goes on without.
    pub fn is_put_off(self) -> bool {
        self.asking.with(Asking::is_put_off)
    }

    /// Whether it has ended and nobody has signed in again here since.
    pub fn has_ended(self) -> bool {
        self.asking.with_untracked(Asking::has_ended)
    }

    /// How many changes of the page wait for it.
    pub fn waiting(self) -> usize {
        self.waiting.get() + self.held.get()
    }

    /// How many times somebody has signed in again since the page was loaded.
    pub fn begun_again(self) -> u32 {
        self.begun_again.get()
    }

    /// Says that nobody is signed in any more: the person is asked for the password, unless they have just put that off.
    pub fn tell(self, told: Told) {
        self.step(|asking| asking.tell(told));
    }

    /// Asks for the password, because the person wants to sign in or has done what needs it.
    pub fn ask(self) {
        self.tell(Told::Deed(Moment::now()));
    }

    /// Asks no more for a while, except for what the person does.
    pub fn put_off(self) {
        self.step(|asking| asking.put_off(Moment::now()));
    }

    /// Where it was put off, what is read from now on may ask for the password again: the person wants to see it.
    pub fn end_quiet(self) {
        self.step(Asking::end_quiet);
    }

    /// Goes on, after somebody has signed in again.
    pub fn begin_again(self) {
        // First, so that whoever hears of both takes it for no putting off.
        self.begun_again.update(|times| *times += 1);
        self.step(|asking| asking.begin_again(Moment::now()));
    }

    /// Asks for the password and waits, with so many changes of the page that were sent then and answered without a session.
    /// Whether somebody has signed in again, so that they can be sent once more; else it was put off. Where either has
    /// happened since they were sent, nobody is asked.
    pub async fn comes_back(self, sent: Moment, changes: usize) -> bool {
        let times = self.begun_again.get_untracked();
        self.tell(Told::Deed(sent));
        let before = self.asking.get_untracked();
        if !before.is_asked() {
            return before.may_go_on();
        }
        self.held.update(|held| *held += changes);
        while self.asking.get_untracked() == before {
            rest(LOOK).await;
        }
        self.held.update(|held| *held = held.saturating_sub(changes));
        self.begun_again.get_untracked() != times
    }

    /// Sends what the person has done, with so many changes; where nobody is signed in, once more when somebody has signed in
    /// again. The last answer.
    pub async fn send<T, F>(
        end: Option<Self>,
        changes: impl Fn() -> usize,
        has_no_session: impl Fn(&T) -> bool,
        send: impl Fn() -> F,
    ) -> T
    where
        F: Future<Output = T>,
    {
        loop {
            let sent = Moment::now();
            let answer = send().await;
            let Some(end) = end.filter(|_| has_no_session(&answer)) else { return answer };
            if !end.comes_back(sent, changes()).await {
                return answer;
            }
        }
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
                // What the person has done to find out was told by its answer.
                self.tell(Told::Look(Moment::now()));
            // What waits for an answer of the person is given up by the person alone: the line may be back because
            // somebody has signed in in another tab, which this page is yet to hear of.
            } else if before == Some(true) && self.held.get_untracked() == 0 {
                self.step(Asking::come_back);
            }
            is_over
        });
        Effect::new(move |before: Option<usize>| {
            let waiting = waiting();
            self.waiting.set(waiting);
            on_cleanup(move || {
                self.waiting.try_set(0);
            });
            // It waits behind others, so nothing is sent that would be answered.
            if before.is_some_and(|before| before < waiting) && self.asking.with_untracked(Asking::is_put_off) {
                self.ask();
            }
            waiting
        });
    }

    /// Tells nobody of what changes nothing.
    fn step(self, step: impl FnOnce(&mut Asking)) {
        let before = self.asking.get_untracked();
        let mut asking = before;
        step(&mut asking);
        if asking != before {
            self.asking.set(asking);
        }
    }
}

impl Moment {
    /// By the clock of the page, which the script of the frame reads, too.
    pub fn now() -> Self {
        Self(millis())
    }
}

#[cfg(feature = "hydrate")]
use browser::{millis, told};

#[cfg(not(feature = "hydrate"))]
use server::{millis, told};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::window;
    use wasm_bindgen::JsCast;
    use web_sys::{CustomEvent, Event};

    use super::{Moment, Told};

    pub fn millis() -> f64 {
        window().performance().map_or(0.0, |clock| clock.now())
    }

    /// What an event tells; one that says nothing is taken for what a person has just done.
    pub fn told(event: &Event) -> Told {
        let said = event.dyn_ref::<CustomEvent>().and_then(|event| event.detail().as_string());
        said.and_then(|said| Told::read(&said)).unwrap_or_else(|| Told::Deed(Moment::now()))
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::{Moment, Told};

    /// Nothing has a moment while a page is rendered.
    pub const fn millis() -> f64 {
        0.0
    }

    /// The server hears no events.
    pub const fn told<T>(_event: &T) -> Told {
        Told::Deed(Moment(0.0))
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn end() -> SessionEnd {
        SessionEnd {
            asking: RwSignal::new(Asking::default()),
            waiting: RwSignal::new(0),
            held: RwSignal::new(0),
            begun_again: RwSignal::new(0),
        }
    }

    /// What a wait for a session that nobody is asked for comes to.
    fn at_once(end: SessionEnd, sent: f64) -> Poll<bool> {
        let wait = pin!(end.comes_back(Moment(sent), 1));
        wait.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_change_whose_answer_comes_after_it_was_put_off_is_given_up_and_asks_nobody() {
        Owner::new().with(|| {
            let end = end();
            end.tell(Told::Deed(Moment(1.0)));
            end.step(|asking| asking.put_off(Moment(2.0)));
            assert_eq!(at_once(end, 1.0), Poll::Ready(false));
            assert!(!end.is_asked_now() && end.held.get_untracked() == 0);
        });
    }

    #[test]
    fn a_change_whose_answer_comes_after_somebody_signed_in_is_sent_once_more() {
        Owner::new().with(|| {
            let end = end();
            end.tell(Told::Deed(Moment(1.0)));
            end.step(|asking| asking.begin_again(Moment(2.0)));
            assert_eq!(at_once(end, 1.0), Poll::Ready(true));
            assert!(!end.has_ended());
        });
    }
}
