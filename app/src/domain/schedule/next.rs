//! The instants of a schedule (native): the one piece of code behind the planner, the form's five dates and the dashboard.
//!
//! croner only says which *local* times an expression names; everything about zones is decided here, so that the rules
//! of SCHEDULING hold whatever an expression parser thinks of daylight saving.

use super::{Cadence, DaySet, MonthDay, RunNote, ScheduleSpec, SpecProblem, UpcomingRun};
use crate::domain::zone::{self, LocalMoment};
use chrono::{DateTime, Days, Duration, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// A schedule, checked and ready to be asked for instants.
#[derive(Debug, Clone)]
pub struct Timetable {
    pattern: Cron,
    zone: Tz,
    follows: Follows,
    not_before: Option<DateTime<Utc>>,
    /// First instant that is too late.
    closes: Option<DateTime<Utc>>,
}

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
        let expression = spec.cadence.expression();
        let pattern = parse(&expression).map_err(|problem| vec![problem])?;
        Ok(Timetable {
            pattern,
            zone,
            follows: Follows::of(&expression),
            not_before: spec.starts_on.map(|day| zone::start_of_day(zone, day)),
            closes: spec
                .ends_on
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .map(|day| zone::start_of_day(zone, day)),
        })
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
        let runs = self.runs_after(after).take(count);
        runs.map(|at| UpcomingRun { at, local: zone::local(self.zone, at), note: self.note(at) }).collect()
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
        let ahead = self.locals_after(here).find_map(|local| match zone::resolve(self.zone, local) {
            LocalMoment::Once(at) => (at > after).then_some(at),
            LocalMoment::Twice(first, second) => [first, second].into_iter().find(|&at| at > after),
            LocalMoment::Never { .. } => None,
        });
        // In the first pass through a doubled hour, the second pass lies ahead as well.
        let again = match zone::resolve(self.zone, here.with_nanosecond(0).unwrap_or(here)) {
            LocalMoment::Twice(first, second) if after < second => self.first_in_second_pass(first, second),
            _ => None,
        };
        ahead.into_iter().chain(again).min()
    }

    fn first_in_second_pass(&self, first: DateTime<Utc>, second: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let change = zone::change_between(self.zone, first, second);
        let begins = zone::local(self.zone, change);
        self.locals_after(begins - Duration::seconds(1)).map(|local| change + (local - begins)).next()
    }

    /// The local times that the expression names after one, without regard to any zone.
    fn locals_after(&self, local: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        let next = |from: &NaiveDateTime| self.pattern.find_next_occurrence(from, false).ok();
        std::iter::successors(next(&local), move |from| next(from))
    }

    fn note(&self, at: DateTime<Utc>) -> Option<RunNote> {
        let local = zone::local(self.zone, at);
        if !self.pattern.is_time_matching(&local).unwrap_or(true) {
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
        if time.iter().any(|field| field.contains(['*', '/'])) { Follows::RealTime } else { Follows::WallClock }
    }
}

impl Cadence {
    /// The cron expression that names the same local times.
    pub fn expression(&self) -> String {
        match self {
            Cadence::Daily { at } => format!("{} * * *", clock(*at)),
            Cadence::Weekly { days, at } => format!("{} * * {}", clock(*at), weekday_numbers(*days)),
            Cadence::Monthly { on: MonthDay::Day(day), at } => format!("{} {day} * *", clock(*at)),
            Cadence::Monthly { on: MonthDay::Last, at } => format!("{} L * *", clock(*at)),
            Cadence::Cron { expression } => expression.trim().to_owned(),
        }
    }
}

fn clock(at: NaiveTime) -> String {
    format!("{} {} {}", at.second(), at.minute(), at.hour())
}

fn weekday_numbers(days: DaySet) -> String {
    days.iter().map(|day| day.num_days_from_sunday().to_string()).collect::<Vec<_>>().join(",")
}

fn parse(expression: &str) -> Result<Cron, SpecProblem> {
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
    let pattern = parser.parse(expression).map_err(|_| SpecProblem::BadExpression)?;
    // Without years an expression that matches at all matches within one cycle of the calendar, so where the search
    // begins makes no difference.
    let first = pattern.find_next_occurrence(&NaiveDateTime::default(), true).map_err(|_| SpecProblem::NeverRuns)?;
    let second = pattern.find_next_occurrence(&first, false).map_err(|_| SpecProblem::NeverRuns)?;
    let dense = seconds_field(expression).is_some_and(|field| field.contains(['*', '/', ',', '-']));
    if dense || second - first < Duration::minutes(1) { Err(SpecProblem::TooOften) } else { Ok(pattern) }
}

fn seconds_field(expression: &str) -> Option<&str> {
    let fields: Vec<_> = expression.split_whitespace().collect();
    if fields.len() == 6 { fields.first().copied() } else { None }
}

#[cfg(test)]
mod tests;
