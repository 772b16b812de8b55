//! Local time and instants: where a local time exists once, twice or never (native: the time-zone data stay on the server).
//!
//! The zone data are compiled in; [`DATA_VERSION`] names them.

use chrono::{DateTime, Duration, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use std::fmt;

/// The version of the IANA time-zone data inside this binary, such as "2025b".
pub const DATA_VERSION: &str = chrono_tz::IANA_TZDB_VERSION;

/// No zone with this name is in the compiled data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone(pub String);

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "There is no time zone called {:?}.", self.0)
    }
}

impl std::error::Error for UnknownZone {}

/// The zone with this IANA name, exactly as written in the data.
///
/// # Errors
/// [`UnknownZone`] when the compiled data have no such name.
pub fn named(name: &str) -> Result<Tz, UnknownZone> {
    name.parse().map_err(|_| UnknownZone(name.to_owned()))
}

/// All names that [`named`] accepts, in the order of the data.
pub fn names() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
}

/// How often a local time happens in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalMoment {
    /// An ordinary time.
    Once(DateTime<Utc>),
    /// The clocks went back over it: the first and the second time.
    Twice(DateTime<Utc>, DateTime<Utc>),
    /// The clocks went forward over it; the instant at which local time goes on.
    Never { resumes: DateTime<Utc> },
}

impl LocalMoment {
    /// The instant of something planned for this local time: the first of two, or the end of the gap
    /// (SCHEDULING: daylight saving).
    pub fn fixed(self) -> DateTime<Utc> {
        match self {
            LocalMoment::Once(at) | LocalMoment::Twice(at, _) | LocalMoment::Never { resumes: at } => at,
        }
    }
}

/// Finds out how often `local` happens in `zone`.
pub fn resolve(zone: Tz, local: NaiveDateTime) -> LocalMoment {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) => LocalMoment::Once(at.to_utc()),
        MappedLocalTime::Ambiguous(one, other) => {
            let (one, other) = (one.to_utc(), other.to_utc());
            LocalMoment::Twice(one.min(other), one.max(other))
        }
        MappedLocalTime::None => LocalMoment::Never { resumes: end_of_gap(zone, local) },
    }
}

/// The first instant of a calendar day in `zone`. Where midnight is skipped, the day begins when the gap ends.
pub fn start_of_day(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    resolve(zone, day.and_time(NaiveTime::MIN)).fixed()
}

/// The wall clock of `zone` at an instant.
pub fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// The first instant with the offset of `to`, between two instants whose offsets differ.
pub(crate) fn change_between(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
    let offset = offset_seconds(zone, to);
    first_second(from, to, |at| offset_seconds(zone, at) == offset)
}

/// Seconds east of UTC at an instant.
pub(crate) fn offset_seconds(zone: Tz, at: DateTime<Utc>) -> i64 {
    i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
}

fn end_of_gap(zone: Tz, missing: NaiveDateTime) -> DateTime<Utc> {
    // No zone is further than 15 hours from UTC, and no gap is longer than the day that Samoa left out.
    let around = missing.and_utc();
    first_second(around - Duration::hours(40), around + Duration::hours(40), |at| local(zone, at) > missing)
}

/// The first whole second in `(from, to]` at which `holds`, for a condition that holds at `to` and stays once it holds.
fn first_second(from: DateTime<Utc>, to: DateTime<Utc>, holds: impl Fn(DateTime<Utc>) -> bool) -> DateTime<Utc> {
    let (mut before, mut after) = (from.timestamp(), to.timestamp());
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        match DateTime::from_timestamp(middle, 0) {
            Some(at) if holds(at) => after = middle,
            _ => before = middle,
        }
    }
    DateTime::from_timestamp(after, 0).unwrap_or(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_summer_gap_resumes_at_its_end() {
        let zone = named("Europe/Ljubljana").unwrap();
        assert_eq!(
            resolve(zone, at("2027-03-28T02:30:00")),
            LocalMoment::Never { resumes: utc("2027-03-28T01:00:00Z") }
        );
        assert_eq!(
            resolve(zone, at("2027-03-28T02:00:00")),
            LocalMoment::Never { resumes: utc("2027-03-28T01:00:00Z") }
        );
        assert_eq!(resolve(zone, at("2027-03-28T03:00:00")), LocalMoment::Once(utc("2027-03-28T01:00:00Z")));
    }

    #[test]
    fn an_autumn_hour_happens_twice_in_order() {
        let zone = named("Europe/Ljubljana").unwrap();
        assert_eq!(
            resolve(zone, at("2026-10-25T02:30:00")),
            LocalMoment::Twice(utc("2026-10-25T00:30:00Z"), utc("2026-10-25T01:30:00Z"))
        );
    }

    #[test]
    fn a_day_without_midnight_begins_when_the_gap_ends() {
        let cairo = named("Africa/Cairo").unwrap();
        // On 24 April 2026 Cairo's clocks went from 00:00 to 01:00.
        assert_eq!(start_of_day(cairo, "2026-04-24".parse().unwrap()), utc("2026-04-23T22:00:00Z"));
    }

    #[test]
    fn the_day_that_samoa_left_out_resumes_on_the_next() {
        let apia = named("Pacific/Apia").unwrap();
        assert_eq!(
            resolve(apia, at("2011-12-30T12:00:00")),
            LocalMoment::Never { resumes: utc("2011-12-30T10:00:00Z") }
        );
    }

    #[test]
    fn unknown_zones_are_named_in_the_error() {
        assert_eq!(
            named("Europe/Atlantis").unwrap_err().to_string(),
            r#"There is no time zone called "Europe/Atlantis"."#
        );
    }
}
