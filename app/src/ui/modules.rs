//! Tells the browser early which WebAssembly modules a page needs, so that they come with the first
//! one instead of after it.

#[cfg(feature = "ssr")]
pub use server::preload_module;

#[cfg(not(feature = "ssr"))]
pub use browser::preload_module;

#[cfg(feature = "ssr")]
mod server {
    use leptos::prelude::*;
    use leptos_meta::Link;

    use crate::platform::state::AppState;

    /// Puts links to the modules of a lazy page into the head.
    pub fn preload_module(module: &str) {
        let Some(app) = use_context::<AppState>() else { return };
        for path in app.assets.module(module) {
            // Rendering it registers it with the head; there is no HTML of its own.
            let link = view! { <Link rel="preload" href=path as_="fetch" crossorigin="anonymous" /> };
            drop(link.to_html());
        }
    }
}

#[cfg(not(feature = "ssr"))]
mod browser {
    /// The router fetches them.
    pub fn preload_module(_module: &str) {}
}
