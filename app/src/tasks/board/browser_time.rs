//! The browser's clock, its pauses, and ids for changes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::set_timeout;
use wasm_bindgen_futures::JsFuture;

use crate::domain::ids::OpId;

/// The time that the browser believes it is.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

/// Waits.
pub async fn pause(time: Duration) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        set_timeout(move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL)), time);
    });
    drop(JsFuture::from(promise).await);
}

/// A new id for a change. `crypto.getRandomValues` is there on plain HTTP too, `randomUUID` is not.
pub fn op_id() -> OpId {
    let mut bytes = [0_u8; 16];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        drop(crypto.get_random_values_with_u8_array(&mut bytes));
    }
    OpId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
