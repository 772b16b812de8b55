//! The part of a calendar that is looked at: a month or a week, in whole weeks from Monday on.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{day_month, month_long};

/// Years that a calendar shows; dates beyond them are shown by lists.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// A month, by its first day, or a week, by its Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CalendarSpan {
    Month(NaiveDate),
    Week(NaiveDate),
}

/// The Monday of a day's week.
pub fn monday(day: NaiveDate) -> NaiveDate {
    day.week(Weekday::Mon).checked_first_day().unwrap_or(day)
}

impl CalendarSpan {
    /// The month of a day.
    pub fn month_of(day: NaiveDate) -> Self {
        Self::Month(day.with_day(1).unwrap_or(day))
    }

    /// The week of a day.
    pub fn week_of(day: NaiveDate) -> Self {
        Self::Week(monday(day))
    }

    /// Reads `?month=2026-11` or `?week=2026-11-23` (any day of the week); else the month of today.
    pub fn from_query(query: &str, today: NaiveDate) -> Self {
        Self::read(query).unwrap_or(Self::month_of(today))
    }

    /// Reads a span, where the address says one that exists.
    pub fn read(query: &str) -> Option<Self> {
        let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
        let read = |text: &str| text.parse::<NaiveDate>().ok().filter(|day| YEARS.contains(&day.year()));
        for (name, value) in pairs {
            let found = match name {
                "month" => read(&format!("{value}-01")).map(Self::Month),
                "week" => read(value).map(Self::week_of),
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The pair of the address that says it.
    pub fn pair(self) -> (&'static str, String) {
        match self {
            Self::Month(first) => ("month", first.format("%Y-%m").to_string()),
            Self::Week(monday) => ("week", monday.to_string()),
        }
    }

    /// The span behind it, and the one before; `None` at the end of the calendar.
    pub fn stepped(self, is_forward: bool) -> Option<Self> {
        let next = match (self, is_forward) {
            (Self::Month(first), true) => Self::Month(first.checked_add_months(Months::new(1))?),
            (Self::Month(first), false) => Self::Month(first.checked_sub_months(Months::new(1))?),
            (Self::Week(monday), true) => Self::Week(monday.checked_add_days(Days::new(7))?),
            (Self::Week(monday), false) => Self::Week(monday.checked_sub_days(Days::new(7))?),
        };
        YEARS.contains(&next.anchor().year()).then_some(next)
    }

    /// The day that names it.
    pub const fn anchor(self) -> NaiveDate {
        match self {
            Self::Month(day) | Self::Week(day) => day,
        }
    }

    /// Its weeks, each from Monday to Sunday.
    pub fn weeks(self) -> Vec<Vec<NaiveDate>> {
        let week = |monday: NaiveDate| monday.iter_days().take(7).collect::<Vec<_>>();
        match self {
            Self::Week(monday) => vec![week(monday)],
            Self::Month(first) => monday(first)
                .iter_weeks()
                .take_while(|start| *start <= first || (start.year(), start.month()) == (first.year(), first.month()))
                .map(week)
                .collect(),
        }
    }

    /// The first and the last day that is shown.
    pub fn bounds(self) -> (NaiveDate, NaiveDate) {
        let weeks = self.weeks();
        let first = weeks.first().and_then(|week| week.first()).copied().unwrap_or(self.anchor());
        let last = weeks.last().and_then(|week| week.last()).copied().unwrap_or(self.anchor());
        (first, last)
    }

    /// Whether a day belongs to it, rather than filling a week up.
    pub fn has(self, day: NaiveDate) -> bool {
        match self {
            Self::Week(_) => true,
            Self::Month(first) => (day.year(), day.month()) == (first.year(), first.month()),
        }
    }

    /// Its days, without those that fill a week up.
    pub fn days(self) -> Vec<NaiveDate> {
        self.weeks().concat().into_iter().filter(|day| self.has(*day)).collect()
    }

    /// `November 2026`, or `23–29 Nov 2026`.
    pub fn words(self) -> String {
        let (first, last) = self.bounds();
        match self {
            Self::Month(first) => format!("{} {}", month_long(first), first.year()),
            Self::Week(_) if first.month() == last.month() => {
                format!("{}–{} {}", first.day(), day_month(last), last.year())
            }
            Self::Week(_) if first.year() == last.year() => {
                format!("{} – {} {}", day_month(first), day_month(last), last.year())
            }
            Self::Week(_) => format!("{} {} – {} {}", day_month(first), first.year(), day_month(last), last.year()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_shown_in_whole_weeks_from_monday_on() {
        let november = CalendarSpan::month_of(day("2026-11-23"));
        let weeks = november.weeks();
        assert_eq!(weeks.len(), 6);
        assert_eq!(november.bounds(), (day("2026-10-26"), day("2026-12-06")));
        assert!(weeks.iter().all(|week| week.len() == 7 && week[0].weekday() == Weekday::Mon));
        assert_eq!(CalendarSpan::month_of(day("2027-02-10")).weeks().len(), 4, "February that begins on a Monday");
        assert!(november.has(day("2026-11-30")) && !november.has(day("2026-12-01")));
    }

    #[test]
    fn every_month_shows_each_of_its_days_once() {
        let mut span = CalendarSpan::month_of(day("2024-01-01"));
        for _ in 0..48 {
            let days: Vec<_> = span.weeks().concat();
            let own = days.iter().filter(|day| span.has(**day)).count();
            let next = span.stepped(true).unwrap();
            assert_eq!(own as i64, (next.anchor() - span.anchor()).num_days(), "{}", span.words());
            assert!(days.is_sorted());
            span = next;
        }
    }

    #[test]
    fn the_address_says_the_span_and_back() {
        let today = day("2026-11-25");
        for query in ["month=2026-02", "week=2026-11-23"] {
            let span = CalendarSpan::from_query(&format!("?q=a&{query}"), today);
            let (name, value) = span.pair();
            assert_eq!(format!("{name}={value}"), query);
        }
        assert_eq!(CalendarSpan::from_query("?week=2026-11-26", today), CalendarSpan::Week(day("2026-11-23")));
        for wrong in ["", "?month=2026-13", "?week=soon", "?month=99999-01", "?month=0001-01", "?month="] {
            assert_eq!(CalendarSpan::from_query(wrong, today), CalendarSpan::Month(day("2026-11-01")), "{wrong}");
        }
    }

    #[test]
    fn spans_follow_each_other_to_the_end_of_the_calendar() {
        let last = CalendarSpan::month_of(day("9999-12-01"));
        assert_eq!(last.stepped(true), None);
        assert_eq!(last.stepped(false), Some(CalendarSpan::month_of(day("9999-11-01"))));
        assert_eq!(CalendarSpan::week_of(day("2026-12-31")).words(), "28 Dec 2026 – 3 Jan 2027");
        assert_eq!(CalendarSpan::week_of(day("2026-11-23")).words(), "23–29 Nov 2026");
        assert_eq!(CalendarSpan::month_of(day("2026-11-23")).words(), "November 2026");
    }
}
