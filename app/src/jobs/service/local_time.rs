//! Local times as a form sends them, in the zone of a schedule.

use chrono::{DateTime, NaiveDateTime, Timelike, Utc};
use chrono_tz::Tz;

use crate::domain::zone::{self, LocalMoment};

/// Which of two instants is meant where the clocks go back over a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    First,
    Second,
}

/// Reads `2026-11-23T07:00`, as fields of date and time send it, or the same with a space, as people type it.
pub fn read(zone: Tz, text: &str, which: Which) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(match (zone::resolve(zone, local), which) {
        (LocalMoment::Twice(_, second), Which::Second) => second,
        (moment, _) => moment.fixed(),
    })
}

/// An instant as such a field shows it.
pub fn field(zone: Tz, at: DateTime<Utc>) -> String {
    zone::local(zone, at).format("%Y-%m-%dT%H:%M").to_string()
}

/// As [`field`], with seconds where there are any.
pub fn exact_field(zone: Tz, at: DateTime<Utc>) -> String {
    let local = zone::local(zone, at);
    let format = if local.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    local.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<DateTime<Utc>> {
        text.parse().ok()
    }

    #[test]
    fn a_local_time_is_read_as_a_field_sends_it_and_as_it_is_typed() {
        let zone = Tz::Europe__Ljubljana;
        for text in ["2026-11-23T07:00", " 2026-11-23 07:00 ", "2026-11-23T07:00:00"] {
            assert_eq!(read(zone, text, Which::First), utc("2026-11-23T06:00:00Z"), "{text}");
        }
        assert_eq!(read(zone, "soon", Which::First), None);
        assert_eq!(field(zone, utc("2026-11-23T06:00:00Z").unwrap()), "2026-11-23T07:00");
    }

    #[test]
    fn a_field_shows_seconds_where_there_are_any() {
        let zone = Tz::Europe__Ljubljana;
        for (at, shown) in [("06:00:00", "2026-11-23T07:00"), ("06:00:30", "2026-11-23T07:00:30")] {
            let at = utc(&format!("2026-11-23T{at}Z")).unwrap();
            let field = exact_field(zone, at);
            assert_eq!((field.as_str(), read(zone, &field, Which::First)), (shown, Some(at)));
        }
    }

    #[test]
    fn an_hour_that_happens_twice_begins_with_the_first_and_ends_with_the_second() {
        let zone = Tz::Europe__Ljubljana;
        assert_eq!(read(zone, "2026-10-25T02:30", Which::First), utc("2026-10-25T00:30:00Z"));
        assert_eq!(read(zone, "2026-10-25T02:30", Which::Second), utc("2026-10-25T01:30:00Z"));
        assert_eq!(read(zone, "2027-03-28T02:30", Which::Second), utc("2027-03-28T01:00:00Z"));
    }
}
