//! Where the palette was used to go to, kept in the browser for each person; and what of the
//! document the palette touches.

use serde::{Deserialize, Serialize};

#[cfg(feature = "hydrate")]
pub use browser::{close_palette, is_backdrop, is_palette_open, read, remember, show_modal, wear};

#[cfg(not(feature = "hydrate"))]
pub use server::{is_backdrop, read, remember, show_modal, wear};

/// A place that was gone to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    pub label: String,
    pub path: String,
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::{document, use_context, window};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDialogElement, MouseEvent, Storage};

    use super::Recent;
    use crate::domain::account::{Me, Theme};
    use crate::shell::session::Session;

    const MOST: usize = 5;

    fn place() -> Option<(Storage, String)> {
        let me = use_context::<Me>().or_else(|| use_context::<Session>().and_then(|session| session.me))?;
        Some((window().local_storage().ok().flatten()?, format!("recent-{}", me.id)))
    }

    /// The places of before, the latest first.
    pub fn read() -> Vec<Recent> {
        let Some((storage, name)) = place() else { return Vec::new() };
        let stored = storage.get_item(&name).ok().flatten();
        stored.and_then(|json| serde_json::from_slice(json.as_bytes()).ok()).unwrap_or_default()
    }

    pub fn remember(recent: Recent) {
        let Some((storage, name)) = place() else { return };
        let mut all = read();
        all.retain(|other| other.path != recent.path);
        all.insert(0, recent);
        all.truncate(MOST);
        if let Ok(json) = serde_json::to_string(&all) {
            drop(storage.set_item(&name, &json));
        }
    }

    pub fn show_modal(dialog: &HtmlDialogElement) {
        if !dialog.open() {
            drop(dialog.show_modal());
        }
    }

    /// Closes the palette as Escape would, so that the focus goes back.
    pub fn close_palette() {
        let open = document().query_selector("dialog.palette").ok().flatten();
        if let Some(open) = open.and_then(|open| open.dyn_into::<HtmlDialogElement>().ok()) {
            open.close();
        }
    }

    /// Whether the palette is there to be typed into.
    pub fn is_palette_open() -> bool {
        document().query_selector("dialog.palette[open]").ok().flatten().is_some()
    }

    /// Whether a press was beside the dialog.
    pub fn is_backdrop(event: &MouseEvent) -> bool {
        event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|target| target.tag_name() == "DIALOG")
    }

    /// Puts colours on without loading the page anew.
    pub fn wear(theme: Theme) {
        let Some(root) = document().document_element() else { return };
        drop(match theme {
            Theme::System => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.as_str()),
        });
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::Recent;
    use crate::domain::account::Theme;

    pub fn read() -> Vec<Recent> {
        Vec::new()
    }

    pub fn remember(_recent: Recent) {}

    pub fn show_modal<T>(_dialog: &T) {}

    pub fn is_backdrop<T>(_event: &T) -> bool {
        false
    }

    pub fn wear(_theme: Theme) {}
}
