//! A schedule: when a job runs, in which zone, and the sentence that says so.
//!
//! Both sides know the shape and the words. The instants come from [`Timetable`] (native), because only the
//! server carries the time-zone data.
//!
//! Steps of minutes and hours count on the wall clock of the zone, from midnight: every 20 minutes is 00:00, 00:20,
//! 00:40 …, and every 7 minutes begins anew each day. On the days on which the clocks change they follow real time, as
//! wildcard expressions do: an hour that happens twice has its runs twice, one that is left out has none. Every other
//! preset names fixed local times: a missing one runs at the end of the gap, a doubled one the first time.

mod cron;
mod cron_words;
#[cfg(feature = "ssr")]
mod next;
#[cfg(feature = "ssr")]
mod pattern;
mod recognise;
mod words;

#[cfg(feature = "ssr")]
pub use next::{Follows, Timetable};

use crate::{error::CronProblem, text_enum};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// Longest step of minutes: half a day.
pub const MINUTES_MAX: u16 = 720;
/// Longest step of hours; a day has its own preset.
pub const HOURS_MAX: u8 = 23;
/// Most runs that can be set as a limit.
pub const RUNS_MAX: u32 = 10_000;
/// Most days that can be left out.
pub const EXCEPT_MAX: usize = 366;

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
    /// After how many planned runs it ends. What is skipped, or started by a person, does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<u32>,
    /// Local days on which it does not run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<NaiveDate>,
}

/// How often, and at which local time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "snake_case")]
pub enum Cadence {
    /// Every so many minutes from midnight, on the wall clock.
    Minutes {
        step: u16,
    },
    /// Every so many hours from midnight, on the wall clock, at a minute of the hour.
    Hours {
        step: u8,
        #[serde(default)]
        minute: u8,
    },
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
    /// Four times a year, in the first, second or third month of each quarter.
    Quarterly {
        /// 1 to 3.
        month: u8,
        on: MonthDay,
        at: NaiveTime,
    },
    /// An expression in croner's dialect: 5 fields, or 6 with seconds in front.
    Cron {
        expression: String,
    },
}

/// The day of a monthly or quarterly schedule. A month without that day has no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthDay {
    /// 1 to 31.
    Day(u8),
    Last,
    /// Such as the second Tuesday.
    Weekday {
        nth: Nth,
        day: Weekday,
    },
}

text_enum!(
    /// Which of the same weekdays of a month. Every month has each of these.
    Nth {
        First = "first",
        Second = "second",
        Third = "third",
        Fourth = "fourth",
        Last = "last",
    }
);

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpecProblem {
    NoDay,
    DayOutOfRange,
    /// Not a number of minutes that a step can have.
    MinutesOutOfRange,
    /// Not a number of hours that a step can have.
    HoursOutOfRange,
    /// Not a minute of an hour.
    MinuteOutOfRange,
    /// Not a month of a quarter.
    QuarterMonthOutOfRange,
    UnknownZone,
    /// The expression does not follow the dialect.
    BadExpression,
    /// One field of the expression does not.
    BadField(CronProblem),
    /// No date ever matches, such as 30 February.
    NeverRuns,
    /// Two runs would be less than a minute apart.
    TooOften,
    EndsBeforeStart,
    /// Between the start and the end there is no run.
    NeverRunsInside,
    RunsOutOfRange,
    TooManyExceptions,
}

impl ScheduleSpec {
    /// A schedule without limits.
    pub fn new(cadence: Cadence, zone: impl Into<String>) -> Self {
        Self { cadence, zone: zone.into(), starts_on: None, ends_on: None, runs: None, except: Vec::new() }
    }

    /// What both sides can check without time-zone data. The rest is checked by [`Timetable::compile`].
    pub fn problems(&self) -> Vec<SpecProblem> {
        let mut found: Vec<SpecProblem> = self.cadence.problem().into_iter().collect();
        if self.zone.trim().is_empty() {
            found.push(SpecProblem::UnknownZone);
        }
        if let (Some(start), Some(end)) = (self.starts_on, self.ends_on)
            && end < start
        {
            found.push(SpecProblem::EndsBeforeStart);
        }
        if self.runs.is_some_and(|runs| !(1..=RUNS_MAX).contains(&runs)) {
            found.push(SpecProblem::RunsOutOfRange);
        }
        if self.except.len() > EXCEPT_MAX {
            found.push(SpecProblem::TooManyExceptions);
        }
        found
    }
}

impl Cadence {
    fn problem(&self) -> Option<SpecProblem> {
        match self {
            Cadence::Minutes { step } if !(1..=MINUTES_MAX).contains(step) => Some(SpecProblem::MinutesOutOfRange),
            Cadence::Hours { step, .. } if !(1..=HOURS_MAX).contains(step) => Some(SpecProblem::HoursOutOfRange),
            Cadence::Hours { minute: 60.., .. } => Some(SpecProblem::MinuteOutOfRange),
            Cadence::Weekly { days, .. } if days.is_empty() => Some(SpecProblem::NoDay),
            Cadence::Quarterly { month, .. } if !(1..=3).contains(month) => Some(SpecProblem::QuarterMonthOutOfRange),
            Cadence::Monthly { on, .. } | Cadence::Quarterly { on, .. } => on.problem(),
            Cadence::Cron { expression } if !matches!(expression.split_whitespace().count(), 1 | 5 | 6) => {
                Some(SpecProblem::BadExpression)
            }
            _ => None,
        }
    }
}

impl MonthDay {
    fn problem(self) -> Option<SpecProblem> {
        match self {
            MonthDay::Day(day) if !(1..=31).contains(&day) => Some(SpecProblem::DayOutOfRange),
            _ => None,
        }
    }
}
