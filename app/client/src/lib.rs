//! The WebAssembly entry: wakes the page that the server rendered.

// The types of nested views are deep; the compiler computes the layout of the outermost.
#![recursion_limit = "1024"]

use leptos::{mount::hydrate_from_async, tachys::dom::body};
use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page; done when the page is awake, with the modules that it needs.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    hydrate_from_async(body(), app::app::App).await.forget();
}
