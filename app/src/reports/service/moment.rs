//! Instants as pages around reports say them.

use chrono::{DateTime, Utc};

use crate::{platform::ctx::Ctx, reports::view::Moment, tasks::service::find};

/// An instant in the zone of the person who asks.
pub fn moment(ctx: &Ctx, at: DateTime<Utc>) -> Moment {
    let local = at.with_timezone(&find::zone(ctx));
    Moment { words: local.format("%-d %b %Y, %H:%M").to_string(), machine: at.to_rfc3339() }
}
