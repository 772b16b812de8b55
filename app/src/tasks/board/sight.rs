//! Noticing that something has come into sight.

#[cfg(feature = "hydrate")]
pub use browser::when_seen;

#[cfg(not(feature = "hydrate"))]
pub use server::when_seen;

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::html::Li;
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{IntersectionObserver, IntersectionObserverEntry};

    /// Calls each time that the element, or one that takes its place, comes into sight.
    pub fn when_seen(node: NodeRef<Li>, call: impl Fn() + Clone + 'static) {
        Effect::new(move |_| {
            let Some(element) = node.get() else { return };
            let call = call.clone();
            let seen = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
                let is_seen = entries.iter().any(|entry| {
                    entry.dyn_into::<IntersectionObserverEntry>().is_ok_and(|entry| entry.is_intersecting())
                });
                if is_seen {
                    call();
                }
            });
            let Ok(observer) = IntersectionObserver::new(seen.as_ref().unchecked_ref()) else { return };
            observer.observe(&element);
            let held = StoredValue::new_local(Some((observer, seen)));
            on_cleanup(move || {
                if let Some((observer, _)) = held.try_update_value(Option::take).flatten() {
                    observer.disconnect();
                }
            });
        });
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::html::Li;
    use leptos::prelude::NodeRef;

    /// Nobody looks at the server.
    pub fn when_seen(_node: NodeRef<Li>, _call: impl Fn() + Clone + 'static) {}
}
