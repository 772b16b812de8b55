//! What the server has not answered, in the storage of the tab: under the person and what is asked of the server. It is
//! there after a reload and gone with its tab, so that nothing is done weeks later.

use leptos::prelude::use_context;
use serde::{Serialize, de::DeserializeOwned};

use crate::{domain::account::Me, ui::tab_storage};

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
        let words = tab_storage::read(&self.name);
        words.and_then(|words| serde_json::from_slice(words.as_bytes()).ok()).unwrap_or_default()
    }

    /// Keeps changes instead of what was kept before.
    pub fn keep<S: Serialize>(&mut self, changes: &[S]) {
        if changes.is_empty() && !self.is_filled {
            return;
        }
        self.is_filled = !changes.is_empty();
        let words = if self.is_filled { serde_json::to_string(changes).ok() } else { None };
        tab_storage::write(&self.name, words.as_deref());
    }
}
