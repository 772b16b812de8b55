//! A dry run: what the run of an instant would be. Its report is rendered and shown; nothing is stored or sent.

use super::PlanRules;
use crate::domain::schedule::{Timetable, UpcomingRun};
use chrono::{DateTime, Duration, Utc};

/// The instant of a dry run, past or future, and what the schedule makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// With its local time and what daylight saving does to it.
    pub run: UpcomingRun,
    /// The schedule names this instant. If not, the report is still that of a run which is meant for it.
    pub is_named: bool,
    /// When a run of this instant begins, with its jitter.
    pub starts_at: DateTime<Utc>,
    /// The instant of the schedule before it within a year, which its report follows on.
    pub previous: Option<DateTime<Utc>>,
}

/// Looks at an instant as if its run were due.
pub fn rehearse(timetable: &Timetable, rules: &PlanRules, at: DateTime<Utc>) -> Rehearsal {
    let run = timetable.look_at(at);
    let is_named = timetable.next_after(at - Duration::nanoseconds(1)) == Some(at);
    let delay = if is_named { rules.jitter.delay(timetable, at) } else { Duration::zero() };
    Rehearsal { run, is_named, starts_at: at + delay, previous: timetable.last_before(at, Duration::days(366)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        planner::Jitter,
        schedule::{Cadence, RunNote, ScheduleSpec},
    };
    use chrono::NaiveTime;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn daily() -> Timetable {
        let at = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        Timetable::compile(&ScheduleSpec::new(Cadence::Daily { at }, "Europe/Ljubljana")).unwrap()
    }

    #[test]
    fn any_instant_can_be_looked_at() {
        let named = rehearse(&daily(), &PlanRules::default(), utc("2026-11-23T01:30:00Z"));
        assert!(named.is_named);
        assert_eq!(named.run.local.to_string(), "2026-11-23 02:30:00");
        assert_eq!(named.previous, Some(utc("2026-11-22T01:30:00Z")));
        let between = rehearse(&daily(), &PlanRules::default(), utc("2026-11-23T09:00:00Z"));
        assert!(!between.is_named);
        assert_eq!((between.run.note, between.previous), (None, Some(utc("2026-11-23T01:30:00Z"))));
    }

    #[test]
    fn daylight_saving_and_jitter_are_those_of_the_run() {
        let rules = PlanRules { jitter: Jitter { most: Duration::minutes(10), seed: 5 }, ..PlanRules::default() };
        let moved = rehearse(&daily(), &rules, utc("2027-03-28T01:00:00Z"));
        assert_eq!((moved.is_named, moved.run.note), (true, Some(RunNote::Moved)));
        assert_eq!(moved.starts_at, moved.run.at + rules.jitter.delay(&daily(), moved.run.at));
    }
}
