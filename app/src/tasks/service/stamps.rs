//! The version of a text that has no counter: the instant of its last change.

use chrono::{DateTime, Utc};

use crate::error::{AppError, AppResult};

/// An instant as a version.
pub fn stamp_version(changed_at: DateTime<Utc>) -> i64 {
    changed_at.timestamp_micros()
}

/// Refuses a text whose author saw an older version than the one that is stored.
///
/// # Errors
/// [`AppError::Conflict`] with both texts.
pub fn was_edited(field: &str, base: i64, changed_at: DateTime<Utc>, mine: &str, theirs: &str) -> AppResult<()> {
    let version = stamp_version(changed_at);
    if base == version || mine == theirs {
        return Ok(());
    }
    Err(AppError::conflict(field, mine, theirs, version))
}
