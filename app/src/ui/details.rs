//! `<details>` that a page keeps open while it draws them anew.

#[cfg(feature = "hydrate")]
pub use browser::is_toggled_open;
#[cfg(not(feature = "hydrate"))]
pub use server::is_toggled_open;

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event};

    /// Whether a `toggle` has opened its element.
    pub fn is_toggled_open(event: &Event) -> bool {
        event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|details| details.has_attribute("open"))
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// Nothing is toggled while a page is rendered.
    pub fn is_toggled_open<T>(_event: &T) -> bool {
        false
    }
}
