//! The instants of a schedule (native): the one piece of code behind the planner, the form's five dates and the dashboard.
//!
//! [`Pattern`] says which *local* times a schedule names; everything about zones is decided here, so that the rules of
//! SCHEDULING hold whatever an expression parser thinks of daylight saving.

use super::{Cadence, MonthDay, Nth, RunNote, ScheduleSpec, SpecProblem, UpcomingRun, pattern::Pattern};
use crate::domain::zone::{self, LocalMoment};
use chrono::{DateTime, Days, Duration, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

/// A schedule, checked and ready to be asked for instants.
#[derive(Debug, Clone)]
pub struct Timetable {
    pattern: Pattern,
    zone: Tz,
    follows: Follows,
    not_before: Option<DateTime<Utc>>,
    /// First instant that is too late.
    closes: Option<DateTime<Utc>>,
}

/// 2026-01-01: since then, zones change their clocks by the rules that hold now.
const RECENTLY: DateTime<Utc> = DateTime::from_timestamp_nanos(1_767_225_600_000_000_000);
/// Gaps in a row that a search passes. What names nothing but gaps is not kept up by the years after 2037, for which
/// the time-zone data have no rules.
const GAPS: u32 = 8;

/// What an expression means on the days on which the clocks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// Fixed local times: a missing one runs at the end of the gap, a doubled one the first time.
    WallClock,
    /// A wildcard or a step in the time of day: both hours run, a missing hour does not.
    RealTime,
}

impl Timetable {
    /// Checks a schedule and makes its timetable.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the form.
    pub fn compile(spec: &ScheduleSpec) -> Result<Timetable, Vec<SpecProblem>> {
        let mut problems = spec.problems();
        let zone = zone::named(spec.zone.trim()).ok();
        if zone.is_none() && !problems.contains(&SpecProblem::UnknownZone) {
            problems.push(SpecProblem::UnknownZone);
        }
        let (Some(zone), true) = (zone, problems.is_empty()) else { return Err(problems) };
        let pattern = Pattern::of(&spec.cadence, &spec.except).map_err(|problem| vec![problem])?;
        let timetable = Timetable {
            pattern,
            zone,
            follows: spec.cadence.follows(),
            not_before: spec.starts_on.map(|day| zone::start_of_day(zone, day)),
            closes: spec
                .ends_on
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .map(|day| zone::start_of_day(zone, day)),
        };
        match timetable.never_runs() {
            Some(problem) => Err(vec![problem]),
            None => Ok(timetable),
        }
    }

    /// A wildcard expression can name nothing but local times that its zone leaves out, and a few days between the
    /// start and the end can hold no run.
    fn never_runs(&self) -> Option<SpecProblem> {
        let ever = Timetable { closes: None, ..self.clone() };
        let Some(start) = self.not_before else {
            return ever.next_after(RECENTLY).is_none().then_some(SpecProblem::NeverRuns);
        };
        let before = start - Duration::nanoseconds(1);
        match (ever.next_after(before), self.next_after(before)) {
            (None, _) => Some(SpecProblem::NeverRuns),
            (Some(_), None) => Some(SpecProblem::NeverRunsInside),
            _ => None,
        }
    }

    /// The first run strictly after an instant, or none when the schedule has ended.
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let after = match self.not_before {
            // One nanosecond back, because a run on the first moment of the first day counts.
            Some(start) => after.max(start - Duration::nanoseconds(1)),
            None => after,
        };
        let next = match self.follows {
            Follows::WallClock => self.next_fixed(after),
            Follows::RealTime => self.next_real(after),
        }?;
        self.closes.is_none_or(|end| next < end).then_some(next)
    }

    /// The runs strictly after an instant, in order.
    pub fn runs_after(&self, after: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        std::iter::successors(self.next_after(after), |&last| self.next_after(last))
    }

    /// The next `count` runs with their local times and what daylight saving does to them.
    pub fn upcoming(&self, after: DateTime<Utc>, count: usize) -> Vec<UpcomingRun> {
        self.runs_after(after).take(count).map(|at| self.look_at(at)).collect()
    }

    /// An instant with its local time; with a note where the schedule names it on a day of daylight saving.
    pub fn look_at(&self, at: DateTime<Utc>) -> UpcomingRun {
        let is_named = self.next_after(at - Duration::nanoseconds(1)) == Some(at);
        let note = if is_named { self.note(at) } else { None };
        UpcomingRun { at, local: zone::local(self.zone, at), note }
    }

    /// The last run strictly before an instant, if there is one within a span.
    pub fn last_before(&self, at: DateTime<Utc>, within: Duration) -> Option<DateTime<Utc>> {
        // Twice as far back each time, so that a minutely schedule does not walk a year.
        let mut back = Duration::minutes(2);
        loop {
            let from = at - back.min(within);
            if let Some(last) = self.runs_after(from).take_while(|&run| run < at).last() {
                return Some(last);
            }
            if back >= within {
                return None;
            }
            back = back * 2;
        }
    }

    /// An instant as the lists show it, in the schedule's zone: "Mon 30 Nov 2026, 07:00".
    pub fn local_words(&self, at: DateTime<Utc>) -> String {
        super::words::moment(zone::local(self.zone, at))
    }

    fn next_fixed(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // Local times and their instants rise together (a gap only makes some equal), so the first local time whose
        // instant lies after `after` is the answer.
        self.locals_after(zone::local(self.zone, after))
            .map(|local| zone::resolve(self.zone, local).fixed())
            .find(|&at| at > after)
    }

    fn next_real(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let here = zone::local(self.zone, after);
        let ahead = self.next_existing(here, after);
        // In the first pass through a doubled hour, the second pass lies ahead as well.
        let again = match zone::resolve(self.zone, here.with_nanosecond(0).unwrap_or(here)) {
            LocalMoment::Twice(first, second) if after < second => self.first_in_second_pass(first, second),
            _ => None,
        };
        ahead.into_iter().chain(again).min()
    }

    /// The first instant after one whose local time exists and is named after `here`.
    fn next_existing(&self, here: NaiveDateTime, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut local = self.pattern.after(here)?;
        let mut gaps = 0;
        loop {
            local = match zone::resolve(self.zone, local) {
                LocalMoment::Once(at) if at > after => return Some(at),
                LocalMoment::Twice(first, _) if first > after => return Some(first),
                LocalMoment::Twice(_, second) if second > after => return Some(second),
                LocalMoment::Never { .. } if gaps == GAPS => return None,
                LocalMoment::Never { resumes } => {
                    gaps += 1;
                    self.pattern.after(zone::local(self.zone, resumes) - Duration::seconds(1))?
                }
                _ => self.pattern.after(local)?,
            };
        }
    }

    fn first_in_second_pass(&self, first: DateTime<Utc>, second: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let change = zone::change_between(self.zone, first, second);
        let begins = zone::local(self.zone, change);
        self.pattern.after(begins - Duration::seconds(1)).map(|local| change + (local - begins))
    }

    /// The local times that the schedule names after one, without regard to any zone.
    fn locals_after(&self, local: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        std::iter::successors(self.pattern.after(local), |&from| self.pattern.after(from))
    }

    fn note(&self, at: DateTime<Utc>) -> Option<RunNote> {
        let local = zone::local(self.zone, at);
        if !self.pattern.names(local) {
            return Some(RunNote::Moved);
        }
        match (zone::resolve(self.zone, local), self.follows) {
            (LocalMoment::Twice(..), Follows::WallClock) => Some(RunNote::FirstOfTwo),
            (LocalMoment::Twice(..), Follows::RealTime) => Some(RunNote::RunsTwice),
            _ => None,
        }
    }
}

impl Follows {
    /// As Vixie cron decides: a star or a step in the seconds, minutes or hours makes an expression follow real time.
    fn of(expression: &str) -> Follows {
        let fields: Vec<_> = expression.split_whitespace().collect();
        let time = match fields.as_slice() {
            // Nicknames name a fixed time, but for this one.
            [nickname] if nickname.eq_ignore_ascii_case("@hourly") => return Follows::RealTime,
            [_] => return Follows::WallClock,
            [seconds_or_minutes, rest @ ..] if fields.len() == 5 => [*seconds_or_minutes, rest[0], ""],
            [seconds, minutes, hours, ..] => [*seconds, *minutes, *hours],
            _ => return Follows::WallClock,
        };
        if time.iter().any(|field| field.contains(['*', '/', '?'])) { Follows::RealTime } else { Follows::WallClock }
    }
}

impl Cadence {
    /// What it means on the days on which the clocks change.
    fn follows(&self) -> Follows {
        match self {
            Cadence::Minutes { .. } | Cadence::Hours { .. } => Follows::RealTime,
            Cadence::Cron { expression } => Follows::of(expression),
            _ => Follows::WallClock,
        }
    }

    /// The cron expression that names the same local times; none for steps that do not fill an hour or a day.
    pub fn expression(&self) -> Option<String> {
        Some(match self {
            Cadence::Minutes { step } if 60 % step.max(&1) == 0 => format!("*/{step} * * * *"),
            Cadence::Minutes { .. } => return None,
            Cadence::Hours { step, minute } => format!("{minute} */{step} * * *"),
            Cadence::Daily { at } => format!("{} * * *", clock(*at)),
            Cadence::Weekly { days, at } => {
                let days: Vec<_> = days.iter().map(|day| day.num_days_from_sunday().to_string()).collect();
                format!("{} * * {}", clock(*at), days.join(","))
            }
            Cadence::Monthly { on, at } => on.fields(*at, "*"),
            Cadence::Quarterly { month: 1, on, at } => on.fields(*at, "1,4,7,10"),
            Cadence::Quarterly { month: 2, on, at } => on.fields(*at, "2,5,8,11"),
            Cadence::Quarterly { on, at, .. } => on.fields(*at, "3,6,9,12"),
            Cadence::Cron { expression } => expression.trim().to_owned(),
        })
    }
}

impl MonthDay {
    fn fields(self, at: NaiveTime, months: &str) -> String {
        let clock = clock(at);
        match self {
            MonthDay::Day(day) => format!("{clock} {day} {months} *"),
            MonthDay::Last => format!("{clock} L {months} *"),
            MonthDay::Weekday { nth: Nth::Last, day } => {
                format!("{clock} * {months} {}L", day.num_days_from_sunday())
            }
            MonthDay::Weekday { nth, day } => {
                format!("{clock} * {months} {}#{}", day.num_days_from_sunday(), nth as u8 + 1)
            }
        }
    }
}

/// Seconds where there are any, minute and hour.
fn clock(at: NaiveTime) -> String {
    let seconds = if at.second() == 0 { String::new() } else { format!("{} ", at.second()) };
    format!("{seconds}{} {}", at.minute(), at.hour())
}

#[cfg(test)]
mod tests;
