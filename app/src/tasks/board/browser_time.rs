//! The browser's clock, and ids for changes.

use chrono::{DateTime, Utc};

use crate::domain::ids::OpId;

/// The time that the browser believes it is.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

/// A new id for a change. `crypto.getRandomValues` is there on plain HTTP too, `randomUUID` is not.
pub fn op_id() -> OpId {
    let mut bytes = [0_u8; 16];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        drop(crypto.get_random_values_with_u8_array(&mut bytes));
    }
    OpId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
