//! Periods: whole days in a zone, the one before, and the words for both.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// Days from the first to the last, both included, as the project's zone counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Period {
    /// The `days` days that end with `last`. A planned report ends with the day before it is sent;
    /// one that is asked for now ends with today.
    pub fn ending(last: NaiveDate, days: u32) -> Self {
        let back = Days::new(u64::from(days.max(1)) - 1);
        Self { first: last.checked_sub_days(back).unwrap_or(last), last }
    }

    /// How many days, at least one.
    pub fn days(&self) -> u32 {
        u32::try_from((self.last - self.first).num_days() + 1).unwrap_or(1).max(1)
    }

    /// Each day in order.
    pub fn dates(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        self.first.iter_days().take(self.days() as usize)
    }

    /// The period of the same length just before.
    #[must_use]
    pub fn previous(&self) -> Self {
        Self::ending(self.first.pred_opt().unwrap_or(self.first), self.days())
    }

    /// Whether a day lies in it.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.first <= date && date <= self.last
    }

    /// The last instant that belongs to it (a microsecond before the next day: both databases keep
    /// microseconds).
    pub fn last_instant<Z: TimeZone>(&self, zone: &Z) -> DateTime<Utc> {
        let next = self.last.succ_opt().unwrap_or(self.last);
        day_start(next, zone) - TimeDelta::microseconds(1)
    }

    /// "16–22 November 2026", saying month and year once where both ends share them.
    pub fn words(&self) -> String {
        self.with_months("%B")
    }

    /// "16–22 Nov 2026".
    pub fn short_words(&self) -> String {
        self.with_months("%b")
    }

    fn with_months(&self, month: &str) -> String {
        self.in_words(|date, said| {
            let format = match said {
                Said::Day => "%-d".to_owned(),
                Said::DayAndMonth => format!("%-d {month}"),
                Said::Whole => format!("%-d {month} %Y"),
            };
            date.format(&format).to_string()
        })
    }

    /// Both ends as `write` has them, saying month and year once where they share them.
    pub(super) fn in_words(&self, write: impl Fn(NaiveDate, Said) -> String) -> String {
        let (first, last) = (self.first, self.last);
        let end = write(last, Said::Whole);
        if first == last {
            end
        } else if first.year() != last.year() {
            format!("{} – {end}", write(first, Said::Whole))
        } else if first.month() != last.month() {
            format!("{} – {end}", write(first, Said::DayAndMonth))
        } else {
            format!("{}–{end}", write(first, Said::Day))
        }
    }
}

/// How much of a day the words of a period say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Day,
    DayAndMonth,
    Whole,
}

/// The day that an instant falls on in a zone.
pub fn day_of<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> NaiveDate {
    at.with_timezone(zone).date_naive()
}

/// The first instant of a day in a zone. Where the clocks skip midnight, the day begins when they
/// go on; where they repeat it, at the first of both.
pub fn day_start<Z: TimeZone>(date: NaiveDate, zone: &Z) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    (0..=24 * 4)
        .find_map(|quarter| {
            let local = midnight + TimeDelta::minutes(15 * quarter);
            zone.from_local_datetime(&local).earliest()
        })
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

/// The same time of day so many days earlier, by the clock of a zone: where the clocks were changed in between, that is an
/// hour more or less than so many times 24. Where they skipped that time, when they go on; where they repeated it, the
/// second of both, so that the end of a day stays its end.
pub fn days_before<Z: TimeZone>(at: DateTime<Utc>, days: u32, zone: &Z) -> DateTime<Utc> {
    same_time(at, zone, |local| local.checked_sub_days(Days::new(u64::from(days))))
}

/// The same time of day so many days later, as [`days_before`].
pub fn days_after<Z: TimeZone>(at: DateTime<Utc>, days: u32, zone: &Z) -> DateTime<Utc> {
    same_time(at, zone, |local| local.checked_add_days(Days::new(u64::from(days))))
}

/// So much earlier by the clock of a zone, as [`days_before`] of parts of days, too.
pub fn earlier_by<Z: TimeZone>(at: DateTime<Utc>, time: TimeDelta, zone: &Z) -> DateTime<Utc> {
    same_time(at, zone, |local| local.checked_sub_signed(time))
}

fn same_time<Z: TimeZone>(
    at: DateTime<Utc>,
    zone: &Z,
    shift: impl FnOnce(NaiveDateTime) -> Option<NaiveDateTime>,
) -> DateTime<Utc> {
    let Some(shifted) = shift(at.with_timezone(zone).naive_local()) else { return at };
    (0..=24 * 4)
        .find_map(|quarter| zone.from_local_datetime(&(shifted + TimeDelta::minutes(15 * quarter))).latest())
        .map_or(at, |found| found.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_before_monday_runs_from_monday_to_sunday() {
        let week = Period::ending(date("2026-11-22"), 7);
        assert_eq!(week.first, date("2026-11-16"));
        assert_eq!(week.days(), 7);
        assert_eq!(week.dates().last(), Some(date("2026-11-22")));
        assert_eq!(week.previous(), Period { first: date("2026-11-09"), last: date("2026-11-15") });
    }

    #[test]
    fn words_say_month_and_year_once() {
        let words = |first: &str, last: &str| Period { first: date(first), last: date(last) }.words();
        assert_eq!(words("2026-11-16", "2026-11-22"), "16–22 November 2026");
        assert_eq!(words("2026-11-30", "2026-12-06"), "30 November – 6 December 2026");
        assert_eq!(words("2026-12-28", "2027-01-03"), "28 December 2026 – 3 January 2027");
        assert_eq!(words("2026-11-22", "2026-11-22"), "22 November 2026");
        assert_eq!(Period::ending(date("2026-11-22"), 14).short_words(), "9–22 Nov 2026");
    }

    #[test]
    fn days_begin_where_the_zone_says_also_when_midnight_is_skipped() {
        use chrono_tz::{America::Santiago, Europe::Ljubljana};
        assert_eq!(day_start(date("2026-11-23"), &Ljubljana).to_rfc3339(), "2026-11-22T23:00:00+00:00");
        // Chile skips the hour after midnight on 6 September 2026: the day begins at 01:00 local time.
        assert_eq!(day_start(date("2026-09-06"), &Santiago).to_rfc3339(), "2026-09-06T04:00:00+00:00");
        let week = Period::ending(date("2026-11-22"), 7);
        assert_eq!(week.last_instant(&Ljubljana).to_rfc3339(), "2026-11-22T22:59:59.999999+00:00");
        assert_eq!(day_of(week.last_instant(&Ljubljana), &Ljubljana), date("2026-11-22"));
    }

    #[test]
    fn days_before_keep_the_time_of_day_when_the_clocks_change() {
        use chrono_tz::{America::Santiago, Europe::Ljubljana};
        let before = |at: &str, days, zone: &chrono_tz::Tz| days_before(at.parse().unwrap(), days, zone).to_rfc3339();
        assert_eq!(before("2026-11-23T06:00:00Z", 7, &Ljubljana), "2026-11-16T06:00:00+00:00");
        // The clocks went back on Sunday 25 October, and on on Sunday 29 March 2026.
        assert_eq!(before("2026-10-25T23:00:00Z", 7, &Ljubljana), "2026-10-18T22:00:00+00:00", "midnight both times");
        assert_eq!(before("2026-03-29T22:00:00Z", 7, &Ljubljana), "2026-03-22T23:00:00+00:00", "midnight both times");
        // Half past two was skipped that day, and came twice on 25 October.
        assert_eq!(before("2026-03-30T00:30:00Z", 1, &Ljubljana), "2026-03-29T01:00:00+00:00");
        assert_eq!(before("2026-10-26T01:30:00Z", 1, &Ljubljana), "2026-10-25T01:30:00+00:00");
        // Chile has no midnight on 6 September 2026.
        assert_eq!(before("2026-09-07T03:00:00Z", 1, &Santiago), "2026-09-06T04:00:00+00:00");
    }
    #[test]
    fn days_after_end_at_the_same_time_of_day_when_the_clocks_change() {
        use chrono_tz::Europe::Ljubljana;
        let after = |at: &str| days_after(at.parse().unwrap(), 7, &Ljubljana).to_rfc3339();
        assert_eq!(after("2026-10-18T22:00:00Z"), "2026-10-25T23:00:00+00:00", "midnight both times");
        assert_eq!(after("2026-03-22T23:00:00Z"), "2026-03-29T22:00:00+00:00", "midnight both times");
    }
}
