//! The clipboard of the browser.

use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Only pages over HTTPS, and those of this machine, have one.
pub fn is_there() -> bool {
    let navigator: JsValue = window().navigator().into();
    js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|found| found.is_object())
}

/// Puts a text into it; false where there is none, or where the browser refuses.
pub async fn put(text: &str) -> bool {
    is_there() && JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}
