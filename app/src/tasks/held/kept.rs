//! What the server has not answered, in the browser's storage of this tab: under the person and what is asked of the server.
//! It is there after a reload, in no other tab, and gone with its own, so that nothing is done weeks later.

use leptos::prelude::use_context;
use serde::{Serialize, de::DeserializeOwned};

use crate::domain::account::Me;

/// Where the changes are kept that are asked for at one address, whichever page they were made on: each says what it is about.
pub struct Place {
    name: String,
    is_filled: bool,
}

impl Place {
    /// None where nobody is known to change something.
    pub fn of(url: &str) -> Option<Self> {
        let me = use_context::<Me>()?.id;
        Some(Self { name: format!("autoreport.held.{me}.{url}"), is_filled: false })
    }

    /// What the page before has left.
    pub fn left<S: DeserializeOwned>(&self) -> Vec<S> {
        let words = storage::get(&self.name);
        words.and_then(|words| serde_json::from_slice(words.as_bytes()).ok()).unwrap_or_default()
    }

    /// Keeps changes instead of what was kept before.
    pub fn keep<S: Serialize>(&mut self, changes: &[S]) {
        if changes.is_empty() && !self.is_filled {
            return;
        }
        self.is_filled = !changes.is_empty();
        let words = if self.is_filled { serde_json::to_string(changes).ok() } else { None };
        storage::set(&self.name, words.as_deref());
    }
}

#[cfg(feature = "hydrate")]
use browser as storage;
#[cfg(not(feature = "hydrate"))]
use server as storage;

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::window;

    fn storage() -> Option<web_sys::Storage> {
        window().session_storage().ok().flatten()
    }

    /// What is kept under a name.
    pub fn get(name: &str) -> Option<String> {
        storage()?.get_item(name).ok().flatten()
    }

    /// Keeps words under a name; nothing without any.
    pub fn set(name: &str, words: Option<&str>) {
        let Some(storage) = storage() else { return };
        // A full or forbidden storage keeps nothing: the change still waits in its page.
        drop(match words {
            Some(words) => storage.set_item(name, words),
            None => storage.remove_item(name),
        });
    }
}

/// Nothing is kept on the server.
#[cfg(not(feature = "hydrate"))]
mod server {
    pub const fn get(_name: &str) -> Option<String> {
        None
    }

    pub const fn set(_name: &str, _words: Option<&str>) {}
}
