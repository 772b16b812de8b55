//! Instants and spans of runs in words.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::{domain::zone, jobs::view::Moment};

/// When a run begins, in the zone of its job.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> Moment {
    Moment { at, words: zone::local(zone, at).format("%a %-d %b %Y, %H:%M").to_string() }
}

/// A wait in its largest fitting unit: "12 min", "10 h", "6 d".
pub fn span(wait: Duration) -> String {
    match wait {
        wait if wait >= Duration::hours(48) => format!("{} d", wait.num_days()),
        wait if wait >= Duration::minutes(90) => format!("{} h", wait.num_hours()),
        wait => format!("{} min", wait.num_minutes().max(0)),
    }
}

/// How long a run took: "0.8 s", "4 s", "2 min".
pub fn seconds(took: Duration) -> String {
    match took.num_milliseconds() {
        ms if ms < 10_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        ms if ms < 120_000 => format!("{} s", ms / 1_000),
        ms => format!("{} min", ms / 60_000),
    }
}
