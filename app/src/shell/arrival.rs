//! Arriving on a page without loading it anew: the heading takes the focus and the title is said,
//! as a page load would do.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::Passage;

/// Follows the route; the first page was loaded and needs nothing but a clean address.
pub fn follow_route(passage: Passage) {
    let path = use_location().pathname;
    // How many pages the person went to: who goes on before a page is there does not arrive on it.
    let turns = StoredValue::new(0);
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        match before {
            None => forget_answer(),
            Some(before) if before != now => arrive(&before, &now, passage, turns),
            Some(_) => {}
        }
        now
    });
}

#[cfg(feature = "hydrate")]
use browser::{arrive, forget_answer};

#[cfg(not(feature = "hydrate"))]
use server::{arrive, forget_answer};

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::{GetValue, StoredValue, UpdateValue, document, set_timeout, window};
    use wasm_bindgen::JsCast;
    use web_sys::Element;

    use crate::ui::Passage;

    /// How often it is looked whether the page is there.
    const LOOK: Duration = Duration::from_millis(60);
    /// What has come fades in within this time, with some to spare.
    const FADE: Duration = Duration::from_millis(240);

    /// Opening and closing a drawer over a board is not another page.
    fn page_of(path: &str) -> &str {
        path.split("/tasks/").next().filter(|start| start.starts_with("/board/")).unwrap_or(path)
    }

    /// Moves the focus to the heading once it is there, and says the title.
    pub fn arrive(before: &str, now: &str, passage: Passage, turns: StoredValue<u32>) {
        if page_of(before) == page_of(now) {
            return;
        }
        turns.update_value(|turns| *turns += 1);
        passage.set_arriving(true);
        wait(document().active_element(), passage, turns, turns.get_value());
    }

    /// Until nothing of the page is on its way any more: its program and what it shows come over the network.
    fn wait(left: Option<Element>, passage: Passage, turns: StoredValue<u32>, turn: u32) {
        set_timeout(
            move || {
                if turns.try_get_value() != Some(turn) {
                    return;
                }
                if passage.is_busy_now() {
                    return wait(left, passage, turns, turn);
                }
                land(left.as_ref());
                let end = move || {
                    if turns.try_get_value() == Some(turn) {
                        passage.set_arriving(false);
                    }
                };
                set_timeout(end, FADE);
            },
            LOOK,
        );
    }

    /// Who is quicker and has gone somewhere on the new page by then stays there.
    fn land(left: Option<&Element>) {
        let focused = document().active_element();
        let main = document().get_element_by_id("main");
        let is_in_page = main.is_some_and(|main| main.contains(focused.as_deref()) && focused.as_ref() != Some(&main));
        if is_in_page && focused.as_ref() != left {
            return say_title();
        }
        let heading = document().query_selector("#main h1").ok().flatten();
        if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = heading.focus();
        }
        say_title();
    }

    fn say_title() {
        if let Some(region) = document().get_element_by_id("live-polite") {
            region.set_text_content(Some(&document().title()));
        }
    }

    /// The refusal or the success of a plain form travelled in the address: it is shown now, and a reload or a
    /// copied link should not show it again.
    pub fn forget_answer() {
        let location = window().location();
        let search = location.search().unwrap_or_default();
        if !search.contains("__err=") && !search.contains("notice=") {
            return;
        }
        let kept: Vec<&str> = search
            .trim_start_matches('?')
            .split('&')
            .filter(|pair| {
                !["__err=", "__path=", "__kept=", "notice="].iter().any(|name| pair.starts_with(name))
                    && !pair.is_empty()
            })
            .collect();
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        let url = format!("{}{query}", location.pathname().unwrap_or_default());
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::prelude::StoredValue;

    use crate::ui::Passage;

    /// Effects do not run on the server.
    pub fn arrive(_before: &str, _now: &str, _passage: Passage, _turns: StoredValue<u32>) {}

    /// Effects do not run on the server.
    pub fn forget_answer() {}
}
