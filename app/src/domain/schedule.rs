//! A schedule: when a job runs, in which zone, and the sentence that says so.
//!
//! Both sides know the shape and the words. The instants come from [`Timetable`] (native), because only the
//! server carries the time-zone data.

#[cfg(feature = "ssr")]
mod next;
mod words;

#[cfg(feature = "ssr")]
pub use next::{Follows, Timetable};
pub use words::day_name;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// A schedule as a person writes it; stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleSpec {
    pub cadence: Cadence,
    /// IANA name of the zone in which the local times are meant, such as "Europe/Ljubljana".
    pub zone: String,
    /// First local day on which it may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<NaiveDate>,
    /// Last local day on which it may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<NaiveDate>,
}

/// How often, and at which local time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "snake_case")]
pub enum Cadence {
    Daily {
        at: NaiveTime,
    },
    Weekly {
        days: DaySet,
        at: NaiveTime,
    },
    Monthly {
        on: MonthDay,
        at: NaiveTime,
    },
    /// An expression in croner's dialect: 5 fields, or 6 with seconds in front.
    Cron {
        expression: String,
    },
}

/// The day of a monthly schedule. A month without that day has no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthDay {
    /// 1 to 31.
    Day(u8),
    Last,
}

/// A set of weekdays, kept and shown from Monday.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Weekday>", into = "Vec<Weekday>")]
pub struct DaySet(u8);

impl DaySet {
    /// The days from Monday to Sunday.
    pub const WEEK: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    /// All seven days.
    pub const ALL: DaySet = DaySet(0b111_1111);
    /// Monday to Friday.
    pub const WORKING: DaySet = DaySet(0b001_1111);

    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The days of the set, from Monday.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Self::WEEK.into_iter().filter(move |&day| self.contains(day))
    }
}

impl FromIterator<Weekday> for DaySet {
    fn from_iter<T: IntoIterator<Item = Weekday>>(days: T) -> Self {
        DaySet(days.into_iter().fold(0, |set, day| set | 1 << day.num_days_from_monday()))
    }
}

impl From<Vec<Weekday>> for DaySet {
    fn from(days: Vec<Weekday>) -> Self {
        days.into_iter().collect()
    }
}

impl From<DaySet> for Vec<Weekday> {
    fn from(days: DaySet) -> Self {
        days.iter().collect()
    }
}

/// One future run, with what the page needs to show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpcomingRun {
    pub at: DateTime<Utc>,
    /// The wall clock of the schedule's zone at that instant.
    pub local: NaiveDateTime,
    pub note: Option<RunNote>,
}

/// What daylight saving does to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunNote {
    /// The local time does not exist that day; the run is at the end of the gap.
    Moved,
    /// The local time exists twice that day; the run is the first.
    FirstOfTwo,
    /// The local time exists twice that day and the expression follows real time: both run.
    RunsTwice,
}

/// Why a schedule cannot be saved. It knows its field and its [`Problem`](crate::error::Problem).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecProblem {
    NoDay,
    DayOutOfRange,
    UnknownZone,
    /// The expression does not follow the dialect.
    BadExpression,
    /// No date ever matches, such as 30 February.
    NeverRuns,
    /// Two runs would be less than a minute apart.
    TooOften,
    EndsBeforeStart,
}

impl ScheduleSpec {
    /// What both sides can check without time-zone data. The rest is checked by [`Timetable::compile`].
    pub fn problems(&self) -> Vec<SpecProblem> {
        let mut found = Vec::new();
        match &self.cadence {
            Cadence::Weekly { days, .. } if days.is_empty() => found.push(SpecProblem::NoDay),
            Cadence::Monthly { on: MonthDay::Day(day), .. } if !(1..=31).contains(day) => {
                found.push(SpecProblem::DayOutOfRange);
            }
            Cadence::Cron { expression } if !matches!(expression.split_whitespace().count(), 1 | 5 | 6) => {
                found.push(SpecProblem::BadExpression);
            }
            _ => {}
        }
        if self.zone.trim().is_empty() {
            found.push(SpecProblem::UnknownZone);
        }
        if let (Some(start), Some(end)) = (self.starts_on, self.ends_on)
            && end < start
        {
            found.push(SpecProblem::EndsBeforeStart);
        }
        found
    }
}
