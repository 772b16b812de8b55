//! The WebAssembly entry: wakes the page that the server rendered.

// The types of nested views are deep; the compiler computes the layout of the outermost.
#![recursion_limit = "1024"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::app::App);
}
