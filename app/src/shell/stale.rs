//! A page of an older build than the server's: it says so and goes on; only the person reloads it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::Icon;

/// The event that tells the page of another build; the script of the frame sends it, and leaves
/// `data-stale` on the document for those who begin to listen later.
pub const STALE_EVENT: &str = "autoreport-stale";

/// The bar under the head; a full load of the same address gets the new version.
#[component]
pub fn StaleBar() -> impl IntoView {
    let is_stale = RwSignal::new(false);
    Effect::new(move |_| {
        let page = document().document_element();
        // It may have been heard before this was awake.
        is_stale.set(page.is_some_and(|page| page.has_attribute("data-stale")));
        let listener = window_event_listener_untyped(STALE_EVENT, move |_| is_stale.set(true));
        on_cleanup(move || listener.remove());
    });
    let location = use_location();
    let here = move || {
        let search = location.search.get();
        let mark = if search.is_empty() { "" } else { "?" };
        format!("{}{mark}{search}", location.pathname.get())
    };
    move || {
        is_stale.get().then(|| {
            view! {
                <p class="bar" role="status">
                    <Icon name="refresh-cw" />"A new version is ready."<a href=here rel="external">"Reload"</a>
                </p>
            }
        })
    }
}
