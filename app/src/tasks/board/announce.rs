//! Tells people who hear the page what has happened, through the two live regions of the shell.

/// How soon it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// After what is being said, and after the focus has settled.
    Polite,
    /// At once: only while a card is lifted, and for what went wrong.
    Assertive,
}

#[cfg(feature = "hydrate")]
pub use browser::say;

#[cfg(not(feature = "hydrate"))]
pub use server::say;

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;
    use std::time::Duration;

    use leptos::leptos_dom::helpers::TimeoutHandle;
    use leptos::prelude::{document, set_timeout_with_handle};

    use super::Urgency;

    thread_local! {
        static WAITING: Cell<Option<TimeoutHandle>> = const { Cell::new(None) };
    }

    /// Says the words; what was waiting to be said is dropped.
    pub fn say(words: String, urgency: Urgency) {
        let (region, millis) = match urgency {
            Urgency::Polite => ("live-polite", 1_000),
            Urgency::Assertive => ("live-assertive", 100),
        };
        let speak = move || {
            if let Some(region) = document().get_element_by_id(region) {
                region.set_text_content(None);
                region.set_text_content(Some(&words));
            }
        };
        let waiting = set_timeout_with_handle(speak, Duration::from_millis(millis)).ok();
        if let Some(before) = WAITING.with(|cell| cell.replace(waiting)) {
            before.clear();
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::Urgency;

    /// Nobody listens to the server.
    pub fn say(_words: String, _urgency: Urgency) {}
}
