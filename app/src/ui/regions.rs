//! The regions in which those who hear a page are told what happens.

use leptos::prelude::*;

/// The two regions of a modal dialog: while it is open all that is outside is inert, and what is said there is not
/// heard. They have no roles, which would make each word an alert of the dialog.
#[component]
pub fn DialogRegions() -> impl IntoView {
    view! {
        <div class="sr-only" aria-live="polite" data-live="live-polite"></div>
        <div class="sr-only" aria-live="assertive" data-live="live-assertive"></div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
pub use browser::region;

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;
    use web_sys::Element;

    /// The region of this name (`live-polite`, `live-assertive`) that is heard now: the one of the last modal dialog that
    /// is open, else the page's.
    pub fn region(name: &str) -> Option<Element> {
        let page = document();
        let in_dialogs = page.query_selector_all(&format!("dialog:modal [data-live={name}]")).ok();
        let last = in_dialogs.and_then(|all| all.get(all.length().checked_sub(1)?));
        last.and_then(|node| node.dyn_into().ok()).or_else(|| page.get_element_by_id(name))
    }
}
