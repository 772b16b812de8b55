//! The storage of the browser's tab: it outlives a reload and not the tab. Another tab of the same person has its own.

#[cfg(feature = "hydrate")]
pub use browser::{read, write};

#[cfg(not(feature = "hydrate"))]
pub use server::{read, write};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::window;

    fn storage() -> Option<web_sys::Storage> {
        window().session_storage().ok().flatten()
    }

    /// What is kept under a name.
    pub fn read(name: &str) -> Option<String> {
        storage()?.get_item(name).ok().flatten()
    }

    /// Keeps words under a name, or none.
    pub fn write(name: &str, words: Option<&str>) {
        let Some(storage) = storage() else { return };
        // What a full or forbidden storage does not take is still sent; older words must not stand in its place.
        if words.is_none_or(|words| storage.set_item(name, words).is_err()) {
            drop(storage.remove_item(name));
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// The server has no tabs.
    pub fn read(_name: &str) -> Option<String> {
        None
    }

    /// As above.
    pub fn write(_name: &str, _words: Option<&str>) {}
}
