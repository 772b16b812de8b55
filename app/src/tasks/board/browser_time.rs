//! The browser's clock, and ids for changes.

use chrono::{DateTime, Utc};

use crate::domain::ids::OpId;

/// The time that the browser believes it is.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

/// A new id for a change, behind those of changes before it (UUID of version 7). `crypto.getRandomValues` is there on plain
/// HTTP too, `randomUUID` is not.
pub fn op_id() -> OpId {
    let mut bytes = [0_u8; 10];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        drop(crypto.get_random_values_with_u8_array(&mut bytes));
    }
    let millis = u64::try_from(now().timestamp_millis()).unwrap_or_default();
    OpId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
}
