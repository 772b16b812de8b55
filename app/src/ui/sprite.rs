//! Where the icon sprite is served: the server knows it, the page tells the browser in a `<meta>`.

use leptos::prelude::*;

/// The path of the icon sprite.
#[derive(Clone, Debug)]
pub struct Sprite(pub String);

/// Makes the sprite's path known to all icons below.
pub fn provide_sprite() {
    provide_context(Sprite(path()));
}

#[cfg(feature = "ssr")]
use server::path;

#[cfg(not(feature = "ssr"))]
use browser::path;

#[cfg(feature = "ssr")]
mod server {
    use leptos::prelude::use_context;

    use crate::platform::state::AppState;

    pub fn path() -> String {
        use_context::<AppState>().map(|app| app.assets.path("icons.svg")).unwrap_or_default()
    }
}

#[cfg(not(feature = "ssr"))]
mod browser {
    use leptos::prelude::document;

    pub fn path() -> String {
        document()
            .query_selector("meta[name=icons]")
            .ok()
            .flatten()
            .and_then(|meta| meta.get_attribute("content"))
            .unwrap_or_default()
    }
}
