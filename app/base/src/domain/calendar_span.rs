//! The part of a calendar that is looked at: a month or a week, in whole weeks from the person's first day on.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{day_month, month_long};

/// Years that a calendar shows; dates beyond them are shown by lists.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// A month, or a week, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CalendarSpan {
    Month(NaiveDate),
    Week(NaiveDate),
}

/// The first day of a day's week.
fn week_start(day: NaiveDate, first_day: Weekday) -> NaiveDate {
    day.week(first_day).checked_first_day().unwrap_or(day)
}

impl CalendarSpan {
    /// The month of a day.
    pub fn month_of(day: NaiveDate) -> Self {
        Self::Month(day.with_day(1).unwrap_or(day))
    }

    /// The week of a day, where weeks begin on `first_day`.
    pub fn week_of(day: NaiveDate, first_day: Weekday) -> Self {
        Self::Week(week_start(day, first_day))
    }

    /// Reads `?month=2026-11` or `?week=2026-11-23` (any day of the week); else the month of today.
    pub fn from_query(query: &str, today: NaiveDate, first_day: Weekday) -> Self {
        Self::read(query, first_day).unwrap_or(Self::month_of(today))
    }

    /// Reads a span, where the address says one that exists.
    pub fn read(query: &str, first_day: Weekday) -> Option<Self> {
        let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
        let read = |text: &str| text.parse::<NaiveDate>().ok().filter(|day| YEARS.contains(&day.year()));
        for (name, value) in pairs {
            let found = match name {
                "month" => read(&format!("{value}-01")).map(Self::Month),
                "week" => read(value).map(|day| Self::week_of(day, first_day)),
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
            Self::Week(first) => ("week", first.to_string()),
        }
    }

    /// The span behind it, and the one before; `None` at the end of the calendar.
    pub fn stepped(self, is_forward: bool) -> Option<Self> {
        let next = match (self, is_forward) {
            (Self::Month(first), true) => Self::Month(first.checked_add_months(Months::new(1))?),
            (Self::Month(first), false) => Self::Month(first.checked_sub_months(Months::new(1))?),
            (Self::Week(first), true) => Self::Week(first.checked_add_days(Days::new(7))?),
            (Self::Week(first), false) => Self::Week(first.checked_sub_days(Days::new(7))?),
        };
        YEARS.contains(&next.anchor().year()).then_some(next)
    }

    /// The day that names it.
    pub const fn anchor(self) -> NaiveDate {
        match self {
            Self::Month(day) | Self::Week(day) => day,
        }
    }

    /// Its weeks, each of seven days; those of a month begin on `first_day`.
    pub fn weeks(self, first_day: Weekday) -> Vec<Vec<NaiveDate>> {
        let week = |first: NaiveDate| first.iter_days().take(7).collect::<Vec<_>>();
        match self {
            Self::Week(first) => vec![week(first)],
            Self::Month(first) => week_start(first, first_day)
                .iter_weeks()
                .take_while(|start| *start <= first || (start.year(), start.month()) == (first.year(), first.month()))
                .map(week)
                .collect(),
        }
    }

    /// The first and the last day that is shown.
    pub fn bounds(self, first_day: Weekday) -> (NaiveDate, NaiveDate) {
        let weeks = self.weeks(first_day);
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
        self.weeks(Weekday::Mon).concat().into_iter().filter(|day| self.has(*day)).collect()
    }

    /// `November 2026`, or `23–29 Nov 2026`.
    pub fn words(self) -> String {
        let (first, last) = self.bounds(Weekday::Mon);
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
    fn a_month_is_shown_in_whole_weeks() {
        let november = CalendarSpan::month_of(day("2026-11-23"));
        let weeks = november.weeks(Weekday::Mon);
        assert_eq!(weeks.len(), 6);
        assert_eq!(november.bounds(Weekday::Mon), (day("2026-10-26"), day("2026-12-06")));
        assert!(weeks.iter().all(|week| week.len() == 7 && week[0].weekday() == Weekday::Mon));
        let february = CalendarSpan::month_of(day("2027-02-10"));
        assert_eq!(february.weeks(Weekday::Mon).len(), 4, "February that begins on a Monday");
        assert!(november.has(day("2026-11-30")) && !november.has(day("2026-12-01")));
    }

    #[test]
    fn weeks_begin_on_the_day_that_the_person_wants() {
        let november = CalendarSpan::month_of(day("2026-11-23"));
        assert_eq!(november.bounds(Weekday::Sun), (day("2026-11-01"), day("2026-12-05")));
        assert_eq!(november.bounds(Weekday::Sat), (day("2026-10-31"), day("2026-12-04")));
        assert_eq!(november.days().len(), 30);
        for (first_day, first) in
            [(Weekday::Mon, "2026-11-16"), (Weekday::Sun, "2026-11-22"), (Weekday::Sat, "2026-11-21")]
        {
            let week = CalendarSpan::from_query("?week=2026-11-22", day("2026-11-25"), first_day);
            assert_eq!(week, CalendarSpan::Week(day(first)), "{first_day}");
            assert_eq!(week.weeks(first_day), [day(first).iter_days().take(7).collect::<Vec<_>>()]);
        }
    }

    #[test]
    fn every_month_shows_each_of_its_days_once() {
        let mut span = CalendarSpan::month_of(day("2024-01-01"));
        for _ in 0..48 {
            let days: Vec<_> = span.weeks(Weekday::Sun).concat();
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
            let span = CalendarSpan::from_query(&format!("?q=a&{query}"), today, Weekday::Mon);
            let (name, value) = span.pair();
            assert_eq!(format!("{name}={value}"), query);
        }
        let week = CalendarSpan::from_query("?week=2026-11-26", today, Weekday::Mon);
        assert_eq!(week, CalendarSpan::Week(day("2026-11-23")));
        for wrong in ["", "?month=2026-13", "?week=soon", "?month=99999-01", "?month=0001-01", "?month="] {
            let span = CalendarSpan::from_query(wrong, today, Weekday::Mon);
            assert_eq!(span, CalendarSpan::Month(day("2026-11-01")), "{wrong}");
        }
    }

    #[test]
    fn spans_follow_each_other_to_the_end_of_the_calendar() {
        let last = CalendarSpan::month_of(day("9999-12-01"));
        assert_eq!(last.stepped(true), None);
        assert_eq!(last.stepped(false), Some(CalendarSpan::month_of(day("9999-11-01"))));
        assert_eq!(CalendarSpan::week_of(day("2026-12-31"), Weekday::Mon).words(), "28 Dec 2026 – 3 Jan 2027");
        assert_eq!(CalendarSpan::week_of(day("2026-11-23"), Weekday::Mon).words(), "23–29 Nov 2026");
        assert_eq!(CalendarSpan::month_of(day("2026-11-23")).words(), "November 2026");
    }
}
