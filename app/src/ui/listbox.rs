//! What lists of options under a field have in common: the keys that walk them, and how many there
//! are said aloud.

use std::time::Duration;

use leptos::prelude::*;

use super::Pause;

#[cfg(feature = "hydrate")]
pub use browser::show_option;

#[cfg(not(feature = "hydrate"))]
pub use server::show_option;

/// The number of results is said after this time.
const COUNTING: Duration = Duration::from_millis(300);

/// The option that a key leads to, of `count`; from the last one on to the first.
pub fn walk(key: &str, at: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" => Some(at.map_or(0, |at| (at + 1) % count)),
        "ArrowUp" => Some(at.map_or(last, |at| (at + last) % count)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// What a live region says of the number of results, a moment after they are there. Where there is
/// no number it falls silent, so that the same number is said again.
pub fn count_aloud(count: Signal<Option<usize>>) -> RwSignal<String> {
    let (said, pause) = (RwSignal::new(String::new()), Pause::idle());
    Effect::new(move |_| {
        pause.cancel();
        let Some(count) = count.get() else { return said.set(String::new()) };
        let say = move || {
            let words = if count == 1 { "1 result".to_owned() } else { format!("{count} results") };
            said.try_set(words);
        };
        pause.then(COUNTING, say);
    });
    said
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::document;
    use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

    /// Scrolls an option into sight.
    pub fn show_option(id: &str) {
        if let Some(option) = document().get_element_by_id(id) {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// The server scrolls nothing.
    pub fn show_option(_id: &str) {}
}

#[cfg(test)]
mod tests {
    use super::walk;

    #[test]
    fn arrows_go_round_and_begin_at_the_end_they_come_from() {
        assert_eq!(walk("ArrowDown", None, 3), Some(0));
        assert_eq!(walk("ArrowUp", None, 3), Some(2));
        assert_eq!(walk("ArrowDown", Some(2), 3), Some(0));
        assert_eq!(walk("ArrowUp", Some(0), 3), Some(2));
        assert_eq!(walk("End", Some(0), 3), Some(2));
    }

    #[test]
    fn other_keys_and_empty_lists_lead_nowhere() {
        assert_eq!(walk("a", Some(1), 3), None);
        assert_eq!(walk("ArrowDown", None, 0), None);
    }
}
