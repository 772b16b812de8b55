//! Tells people who hear the page what has happened, through the two live regions of the shell, or of the modal dialog
//! that makes those silent.

use std::collections::VecDeque;

/// How soon it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// After what is being said, and after the focus has settled.
    Polite,
    /// At once: only while a card is lifted, and for what went wrong.
    Assertive,
}

/// Most sentences that wait in one region; the oldest of more is dropped.
const MOST: usize = 5;

/// A sentence that waits to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sentence {
    words: String,
    /// It says how things stand now, such as a position or a count: the next one like it takes its place.
    is_passing: bool,
}

/// What waits to be said in one region, in order.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Sentence>,
    /// Somebody is going to ask for the next sentence.
    is_running: bool,
}

impl Line {
    /// Puts a sentence last; whether somebody has to begin to say what waits.
    fn push(&mut self, sentence: Sentence) -> bool {
        if sentence.is_passing {
            self.waiting.retain(|other| !other.is_passing);
        }
        self.waiting.push_back(sentence);
        if self.waiting.len() > MOST {
            self.waiting.pop_front();
        }
        !std::mem::replace(&mut self.is_running, true)
    }

    /// The sentence to be said now, and whether more wait behind it.
    fn take_next(&mut self) -> Option<(Sentence, bool)> {
        let sentence = self.waiting.pop_front();
        self.is_running = !self.waiting.is_empty();
        sentence.map(|sentence| (sentence, self.is_running))
    }
}

#[cfg(feature = "hydrate")]
pub use browser::{say, say_passing};

#[cfg(not(feature = "hydrate"))]
pub use server::{say, say_passing};

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;
    use std::time::Duration;

    use leptos::prelude::set_timeout;

    use super::{Line, Sentence, Urgency};
    use crate::ui::region;

    /// A sentence is left standing for so many milliseconds before the next one of its region.
    const HEARD: u64 = 1_500;

    thread_local! {
        static POLITE: RefCell<Line> = RefCell::new(Line::default());
        static ASSERTIVE: RefCell<Line> = RefCell::new(Line::default());
    }

    /// Says the words, after what waits in the same region.
    pub fn say(words: String, urgency: Urgency) {
        put(Sentence { words, is_passing: false }, urgency);
    }

    /// As [`say`], for what is only so until the next words of this kind: they take its place.
    pub fn say_passing(words: String, urgency: Urgency) {
        put(Sentence { words, is_passing: true }, urgency);
    }

    fn put(sentence: Sentence, urgency: Urgency) {
        if with_line(urgency, |line| line.push(sentence)) {
            speak_after(delay(urgency), urgency);
        }
    }

    fn with_line<T>(urgency: Urgency, act: impl FnOnce(&mut Line) -> T) -> T {
        let line = match urgency {
            Urgency::Polite => &POLITE,
            Urgency::Assertive => &ASSERTIVE,
        };
        line.with(|line| act(&mut line.borrow_mut()))
    }

    const fn delay(urgency: Urgency) -> u64 {
        match urgency {
            Urgency::Polite => 1_000,
            Urgency::Assertive => 100,
        }
    }

    fn speak_after(millis: u64, urgency: Urgency) {
        set_timeout(
            move || {
                let Some((sentence, has_more)) = with_line(urgency, Line::take_next) else { return };
                let name = match urgency {
                    Urgency::Polite => "live-polite",
                    Urgency::Assertive => "live-assertive",
                };
                if let Some(region) = region(name) {
                    region.set_text_content(None);
                    region.set_text_content(Some(&sentence.words));
                }
                if has_more {
                    speak_after(if sentence.is_passing { delay(urgency) } else { HEARD }, urgency);
                }
            },
            Duration::from_millis(millis),
        );
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::Urgency;

    /// Nobody listens to the server.
    pub fn say(_words: String, _urgency: Urgency) {}

    /// Nobody listens to the server.
    pub fn say_passing(_words: String, _urgency: Urgency) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasting(words: &str) -> Sentence {
        Sentence { words: words.into(), is_passing: false }
    }

    fn passing(words: &str) -> Sentence {
        Sentence { words: words.into(), is_passing: true }
    }

    #[test]
    fn what_waits_is_said_in_order_and_nothing_is_swallowed() {
        let mut line = Line::default();
        assert!(line.push(lasting("Moved.")), "somebody has to begin");
        assert!(!line.push(lasting("It is still blocked.")));
        assert_eq!(line.take_next(), Some((lasting("Moved."), true)));
        assert_eq!(line.take_next(), Some((lasting("It is still blocked."), false)));
        assert!(line.push(lasting("Archived.")), "and again after a pause");
    }

    #[test]
    fn of_positions_only_the_last_one_is_said() {
        let mut line = Line::default();
        for sentence in [passing("Position 1."), lasting("Full."), passing("Position 2."), passing("Position 3.")] {
            line.push(sentence);
        }
        assert_eq!(line.take_next(), Some((lasting("Full."), true)));
        assert_eq!(line.take_next(), Some((passing("Position 3."), false)));
        assert_eq!(line.take_next(), None);
    }

    #[test]
    fn of_a_flood_the_newest_are_said() {
        let mut line = Line::default();
        for i in 0..20 {
            line.push(lasting(&i.to_string()));
        }
        assert_eq!(line.take_next(), Some((lasting("15"), true)));
    }
}
