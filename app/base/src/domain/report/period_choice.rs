//! Which days a report is about, said in a way that stays right for every run.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeZone, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::{
    domain::period::{Period, day_of},
    error::{Checks, Problem},
};

/// Most days of a report.
pub const DAYS_MAX: u32 = 366;
const WEEK: u32 = 7;

/// The choice of days; what it means for a run says [`PeriodChoice::resolve`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodChoice {
    /// The seven days before the run.
    #[default]
    #[serde(rename = "last_7_days")]
    Last7Days,
    LastFullWeek,
    LastFullMonth,
    LastFullQuarter,
    /// From the day after the last report of the schedule; seven days where there was none.
    SinceLast,
    /// So many days before the run, 1 to [`DAYS_MAX`].
    Days(u32),
    /// The same days for every run, both included.
    Between {
        first: NaiveDate,
        last: NaiveDate,
    },
}

/// With which day a period ends that goes up to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// With the day before: a planned report tells of days that are over.
    DayBefore,
    /// With the day itself: who asks for a report wants to see today.
    Today,
}

impl PeriodChoice {
    /// The days of a planned run. `last_report_end` is the last day of the schedule's report before it.
    pub fn resolve<Z: TimeZone>(
        &self,
        as_of: DateTime<Utc>,
        zone: &Z,
        week_start: Weekday,
        last_report_end: Option<NaiveDate>,
    ) -> Period {
        self.on_day(day_of(as_of, zone), Until::DayBefore, week_start, last_report_end)
    }

    /// The days of a run on a day of the project's zone. Full weeks, months and quarters are over before it, whoever
    /// asks.
    pub fn on_day(
        &self,
        today: NaiveDate,
        until: Until,
        week_start: Weekday,
        last_report_end: Option<NaiveDate>,
    ) -> Period {
        let last = match until {
            Until::DayBefore => today.pred_opt().unwrap_or(today),
            Until::Today => today,
        };
        match *self {
            Self::Last7Days => Period::ending(last, WEEK),
            Self::Days(days) => Period::ending(last, days.clamp(1, DAYS_MAX)),
            Self::LastFullWeek => {
                let this_week = today.week(week_start).checked_first_day().unwrap_or(today);
                Period::ending(this_week.pred_opt().unwrap_or(this_week), WEEK)
            }
            Self::LastFullMonth => before(today.with_day(1).unwrap_or(today), 1),
            Self::LastFullQuarter => {
                let month = today.month0() / 3 * 3;
                let this_quarter = today.with_day(1).and_then(|day| day.with_month0(month)).unwrap_or(today);
                before(this_quarter, 3)
            }
            Self::SinceLast => match last_report_end.and_then(|end| end.succ_opt()) {
                None => Period::ending(last, WEEK),
                // Nothing is new since the last one, or the clock was set back: a report has at least a day.
                Some(first) if first >= last => Period::ending(last, 1),
                Some(first) => Period::ending(last, Period { first, last }.days().min(DAYS_MAX)),
            },
            Self::Between { first, last } => Period { first, last: last.max(first) },
        }
    }

    /// The words in a list of choices and on the page of a job.
    pub fn words(&self) -> String {
        match self {
            Self::Last7Days => "The last 7 days".into(),
            Self::LastFullWeek => "The last full week".into(),
            Self::LastFullMonth => "The last full month".into(),
            Self::LastFullQuarter => "The last full quarter".into(),
            Self::SinceLast => "Since the last report".into(),
            Self::Days(1) => "The last day".into(),
            Self::Days(days) => format!("The last {days} days"),
            Self::Between { first, last } => Period { first: *first, last: *last }.words(),
        }
    }

    /// Notes what is wrong with its field: `days`, or `first` and `last`.
    pub fn check(&self, checks: &mut Checks) {
        match *self {
            Self::Days(days) if !(1..=DAYS_MAX).contains(&days) => {
                checks.add("days", Problem::OutOfRange { min: 1, max: DAYS_MAX.into() });
            }
            Self::Between { first, last } if last < first => checks.add("last", Problem::EndsBeforeStart),
            Self::Between { first, last } if Period { first, last }.days() > DAYS_MAX => {
                checks.add("last", Problem::TooManyDays { max: DAYS_MAX });
            }
            _ => {}
        }
    }
}

/// The months before a first day of a month.
fn before(first_of_month: NaiveDate, months: u32) -> Period {
    Period {
        first: first_of_month.checked_sub_months(Months::new(months)).unwrap_or(first_of_month),
        last: first_of_month.checked_sub_days(Days::new(1)).unwrap_or(first_of_month),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(first: &str, last: &str) -> Period {
        Period { first: date(first), last: date(last) }
    }

    fn on(choice: PeriodChoice, today: &str) -> Period {
        choice.on_day(date(today), Until::DayBefore, Weekday::Mon, None)
    }

    #[test]
    fn a_planned_report_ends_the_day_before_and_one_asked_for_today() {
        let monday = date("2026-11-23");
        let choice = PeriodChoice::Last7Days;
        assert_eq!(choice.on_day(monday, Until::DayBefore, Weekday::Mon, None), days("2026-11-16", "2026-11-22"));
        assert_eq!(choice.on_day(monday, Until::Today, Weekday::Mon, None), days("2026-11-17", "2026-11-23"));
        assert_eq!(on(PeriodChoice::Days(30), "2026-03-01"), days("2026-01-30", "2026-02-28"));
        assert_eq!(on(PeriodChoice::Days(0), "2026-03-01").days(), 1);
    }

    #[test]
    fn a_full_week_begins_where_weeks_begin() {
        let week = |today: &str, start| PeriodChoice::LastFullWeek.on_day(date(today), Until::Today, start, None);
        assert_eq!(week("2026-11-23", Weekday::Mon), days("2026-11-16", "2026-11-22"));
        assert_eq!(week("2026-11-22", Weekday::Mon), days("2026-11-09", "2026-11-15"), "Sunday is not over");
        assert_eq!(week("2026-11-22", Weekday::Sun), days("2026-11-15", "2026-11-21"));
        assert_eq!(week("2027-01-01", Weekday::Mon), days("2026-12-21", "2026-12-27"));
    }

    #[test]
    fn full_months_and_quarters_end_with_their_last_day() {
        assert_eq!(on(PeriodChoice::LastFullMonth, "2026-03-31"), days("2026-02-01", "2026-02-28"));
        assert_eq!(on(PeriodChoice::LastFullMonth, "2028-03-01"), days("2028-02-01", "2028-02-29"));
        assert_eq!(on(PeriodChoice::LastFullMonth, "2027-01-31"), days("2026-12-01", "2026-12-31"));
        assert_eq!(on(PeriodChoice::LastFullQuarter, "2026-11-30"), days("2026-07-01", "2026-09-30"));
        assert_eq!(on(PeriodChoice::LastFullQuarter, "2027-01-01"), days("2026-10-01", "2026-12-31"));
        assert_eq!(on(PeriodChoice::LastFullQuarter, "2026-05-31"), days("2026-01-01", "2026-03-31"));
    }

    #[test]
    fn since_the_last_report_follows_it_and_has_at_least_a_day() {
        let since = |today: &str, end: &str| {
            PeriodChoice::SinceLast.on_day(date(today), Until::DayBefore, Weekday::Mon, Some(date(end)))
        };
        assert_eq!(since("2026-11-23", "2026-11-12"), days("2026-11-13", "2026-11-22"));
        assert_eq!(since("2026-11-23", "2026-11-22"), days("2026-11-22", "2026-11-22"), "two runs on a day");
        assert_eq!(since("2026-11-23", "2026-12-24"), days("2026-11-22", "2026-11-22"), "the clock was set back");
        assert_eq!(since("2026-11-23", "2020-01-01").days(), DAYS_MAX);
        assert_eq!(on(PeriodChoice::SinceLast, "2026-11-23"), days("2026-11-16", "2026-11-22"), "none before");
    }

    #[test]
    fn days_are_those_of_the_zone_also_when_the_clocks_change() {
        use chrono_tz::{America::Santiago, Europe::Ljubljana};
        let planned = |at: &str, zone: &chrono_tz::Tz| {
            PeriodChoice::Last7Days.resolve(at.parse().unwrap(), zone, Weekday::Mon, None)
        };
        // Half past midnight in summer, two hours ahead; the clocks went back on Sunday the 25th.
        assert_eq!(planned("2026-10-24T22:30:00Z", &Ljubljana), days("2026-10-18", "2026-10-24"));
        assert_eq!(planned("2026-10-25T22:30:00Z", &Ljubljana), days("2026-10-18", "2026-10-24"), "one hour now");
        assert_eq!(planned("2026-10-25T23:30:00Z", &Ljubljana), days("2026-10-19", "2026-10-25"));
        // Chile has no midnight on 6 September 2026.
        assert_eq!(planned("2026-09-06T04:00:00Z", &Santiago), days("2026-08-30", "2026-09-05"));
        assert_eq!(planned("2026-09-06T03:59:59Z", &Santiago), days("2026-08-29", "2026-09-04"));
    }
}
