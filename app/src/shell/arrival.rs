//! Arriving on a page without loading it anew: the heading takes the focus and the title is said,
//! as a page load would do.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Follows the route; the first page was loaded and needs nothing but a clean address.
pub fn follow_route() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        match before {
            None => forget_refusal(),
            Some(before) if before != now => arrive(before, now.clone()),
            Some(_) => {}
        }
        now
    });
}

#[cfg(feature = "hydrate")]
use browser::{arrive, forget_refusal};

#[cfg(not(feature = "hydrate"))]
use server::{arrive, forget_refusal};

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::{document, set_timeout, window};
    use wasm_bindgen::JsCast;

    /// Opening and closing a drawer over a board is not another page.
    fn page_of(path: &str) -> &str {
        path.split("/tasks/").next().filter(|start| start.starts_with("/board/")).unwrap_or(path)
    }

    /// Moves the focus to the heading once it is there, and says the title. Who is quicker and has gone somewhere on
    /// the new page by then stays there.
    pub fn arrive(before: String, now: String) {
        if page_of(&before) == page_of(&now) {
            return;
        }
        let left = document().active_element();
        set_timeout(
            move || {
                let focused = document().active_element();
                let main = document().get_element_by_id("main");
                let is_in_page =
                    main.is_some_and(|main| main.contains(focused.as_deref()) && focused.as_ref() != Some(&main));
                if is_in_page && focused != left {
                    return say_title();
                }
                let heading = document().query_selector("#main h1").ok().flatten();
                if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = heading.focus();
                }
                say_title();
            },
            Duration::from_millis(60),
        );
    }

    fn say_title() {
        if let Some(region) = document().get_element_by_id("live-polite") {
            region.set_text_content(Some(&document().title()));
        }
    }

    /// The refusal of a plain form travelled in the address: it is shown now, and a reload or a
    /// copied link should not show it again.
    pub fn forget_refusal() {
        let location = window().location();
        let search = location.search().unwrap_or_default();
        if !search.contains("__err=") {
            return;
        }
        let kept: Vec<&str> = search
            .trim_start_matches('?')
            .split('&')
            .filter(|pair| {
                !["__err=", "__path=", "__kept="].iter().any(|name| pair.starts_with(name)) && !pair.is_empty()
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
    /// Effects do not run on the server.
    pub fn arrive(_before: String, _now: String) {}

    /// Effects do not run on the server.
    pub fn forget_refusal() {}
}
