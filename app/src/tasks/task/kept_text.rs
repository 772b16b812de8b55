//! Texts that are typed and not sent, in the browser's storage: they outlive the page, for the person who typed them.

use leptos::prelude::use_context;

use crate::domain::{account::Me, ids::TaskId};

#[cfg(feature = "hydrate")]
pub use browser::{read, write};

#[cfg(not(feature = "hydrate"))]
pub use server::{read, write};

/// The name under which the text of a field of a task is kept; none where nobody is known to type it.
pub fn name(task: TaskId, field: &str) -> Option<String> {
    use_context::<Me>().map(|me| format!("autoreport.typed.{}.{task}.{field}", me.id))
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::window;

    /// A longer text, in bytes, takes the room of others, and too long at every letter.
    const MOST: usize = 100_000;

    fn storage() -> Option<web_sys::Storage> {
        window().local_storage().ok().flatten()
    }

    /// What is kept under a name.
    pub fn read(name: &str) -> Option<String> {
        storage()?.get_item(name).ok().flatten()
    }

    /// Keeps a text under a name; nothing instead of an empty one.
    pub fn write(name: &str, text: &str) {
        let Some(storage) = storage() else { return };
        let is_kept = (1..=MOST).contains(&text.len());
        // A full or forbidden storage keeps nothing: the text still stands in its field.
        drop(if is_kept { storage.set_item(name, text) } else { storage.remove_item(name) });
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// Nothing was kept on the server.
    pub fn read(_name: &str) -> Option<String> {
        None
    }

    /// Nothing is kept on the server.
    pub fn write(_name: &str, _text: &str) {}
}
