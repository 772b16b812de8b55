//! What the timetable promises, by example and against a walk minute by minute in every zone.

use super::*;
use crate::domain::schedule::DaySet;
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::HashSet;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn spec(cadence: Cadence, zone: &str) -> ScheduleSpec {
    ScheduleSpec { cadence, zone: zone.into(), starts_on: None, ends_on: None }
}

fn cron(expression: &str, zone: &str) -> Timetable {
    Timetable::compile(&spec(Cadence::Cron { expression: expression.into() }, zone)).unwrap()
}

fn refused(expression: &str) -> Vec<SpecProblem> {
    Timetable::compile(&spec(Cadence::Cron { expression: expression.into() }, "UTC")).unwrap_err()
}

fn first(timetable: &Timetable, after: &str, count: usize) -> Vec<String> {
    timetable.runs_after(utc(after)).take(count).map(|at| at.format("%m-%d %H:%M").to_string()).collect()
}

#[test]
fn mondays_at_seven_follow_the_wall_clock_through_the_winter() {
    let weekly =
        Cadence::Weekly { days: DaySet::from_iter([Weekday::Mon]), at: NaiveTime::from_hms_opt(7, 0, 0).unwrap() };
    let timetable = Timetable::compile(&spec(weekly, "Europe/Ljubljana")).unwrap();
    // Summer time ends on 25 October 2026.
    assert_eq!(first(&timetable, "2026-10-18T00:00:00Z", 3), ["10-19 05:00", "10-26 06:00", "11-02 06:00"]);
}

#[test]
fn next_is_strictly_after_even_within_the_second() {
    let timetable = cron("0 7 * * *", "UTC");
    assert_eq!(timetable.next_after(utc("2026-11-23T06:59:59.999Z")), Some(utc("2026-11-23T07:00:00Z")));
    assert_eq!(timetable.next_after(utc("2026-11-23T07:00:00Z")), Some(utc("2026-11-24T07:00:00Z")));
    assert_eq!(timetable.next_after(utc("2026-11-23T07:00:00.5Z")), Some(utc("2026-11-24T07:00:00Z")));
}

#[test]
fn a_missing_local_time_runs_once_at_the_end_of_the_gap() {
    // 28 March 2027: 02:00 becomes 03:00 (01:00 UTC).
    let timetable = cron("0,30 2 * * *", "Europe/Ljubljana");
    assert_eq!(first(&timetable, "2027-03-27T12:00:00Z", 3), ["03-28 01:00", "03-29 00:00", "03-29 00:30"]);
    assert_eq!(timetable.upcoming(utc("2027-03-27T12:00:00Z"), 1)[0].note, Some(RunNote::Moved));
}

#[test]
fn a_doubled_local_time_runs_once_the_first_time() {
    // 25 October 2026: 03:00 becomes 02:00 (01:00 UTC).
    let timetable = cron("30 2 * * *", "Europe/Ljubljana");
    assert_eq!(first(&timetable, "2026-10-24T12:00:00Z", 2), ["10-25 00:30", "10-26 01:30"]);
    assert_eq!(first(&timetable, "2026-10-25T01:10:00Z", 1), ["10-26 01:30"]);
    assert_eq!(timetable.upcoming(utc("2026-10-24T12:00:00Z"), 1)[0].note, Some(RunNote::FirstOfTwo));
}

#[test]
fn wildcards_follow_real_time() {
    let half_hours = cron("*/30 * * * *", "Europe/Ljubljana");
    assert_eq!(
        first(&half_hours, "2026-10-25T00:00:00Z", 4),
        ["10-25 00:30", "10-25 01:00", "10-25 01:30", "10-25 02:00"]
    );
    let at_two = cron("*/30 2 * * *", "Europe/Ljubljana");
    assert_eq!(first(&at_two, "2026-10-25T00:00:00Z", 4), ["10-25 00:30", "10-25 01:00", "10-25 01:30", "10-26 01:00"]);
    assert_eq!(at_two.upcoming(utc("2026-10-25T00:00:00Z"), 1)[0].note, Some(RunNote::RunsTwice));
    assert_eq!(first(&at_two, "2027-03-27T12:00:00Z", 1), ["03-29 00:00"]);
}

#[test]
fn a_gap_at_midnight_does_not_lose_the_day() {
    // Cairo, 24 April 2026: 00:00 becomes 01:00.
    let timetable = cron("0 0 * * *", "Africa/Cairo");
    assert_eq!(first(&timetable, "2026-04-22T23:00:00Z", 2), ["04-23 22:00", "04-24 21:00"]);
}

#[test]
fn the_last_day_of_the_month_and_the_nth_weekday_are_known() {
    let last = Cadence::Monthly { on: MonthDay::Last, at: NaiveTime::from_hms_opt(18, 0, 0).unwrap() };
    let timetable = Timetable::compile(&spec(last, "UTC")).unwrap();
    assert_eq!(first(&timetable, "2027-01-31T20:00:00Z", 2), ["02-28 18:00", "03-31 18:00"]);
    assert_eq!(first(&cron("0 9 * * 2#2", "UTC"), "2026-11-11T00:00:00Z", 2), ["12-08 09:00", "01-12 09:00"]);
}

#[test]
fn start_and_end_are_whole_local_days() {
    let mut spec = spec(Cadence::Cron { expression: "0 0 * * *".into() }, "Europe/Ljubljana");
    spec.starts_on = NaiveDate::from_ymd_opt(2026, 12, 1);
    spec.ends_on = NaiveDate::from_ymd_opt(2026, 12, 2);
    let timetable = Timetable::compile(&spec).unwrap();
    let all: Vec<_> = timetable.runs_after(utc("2026-11-01T00:00:00Z")).collect();
    assert_eq!(all, [utc("2026-11-30T23:00:00Z"), utc("2026-12-01T23:00:00Z")]);
}

#[test]
fn impossible_and_broken_expressions_are_refused() {
    assert_eq!(refused("0 0 30 2 *"), [SpecProblem::NeverRuns]);
    assert_eq!(refused("61 * * * *"), [SpecProblem::BadExpression]);
    assert_eq!(refused("every monday"), [SpecProblem::BadExpression]);
    assert_eq!(refused("* * * * * *"), [SpecProblem::TooOften]);
    assert_eq!(refused("0 7 * * 1 2030 1"), [SpecProblem::BadExpression]);
    let nowhere = Timetable::compile(&spec(Cadence::Cron { expression: "0 7 * * 1".into() }, "Mars/Olympus"));
    assert_eq!(nowhere.unwrap_err(), [SpecProblem::UnknownZone]);
    // A leap day is rare but possible.
    assert_eq!(first(&cron("0 0 29 2 *", "UTC"), "2026-11-11T00:00:00Z", 1), ["02-29 00:00"]);
}

/// What an expression says about local minutes, written without a cron parser.
struct Rule {
    expression: &'static str,
    follows: Follows,
    names: fn(&Day, i64) -> bool,
}

/// A local day as the rules look at it.
struct Day {
    number: i64,
    weekday: Weekday,
    is_last_of_month: bool,
}

const RULES: [Rule; 7] = [
    Rule { expression: "30 2 * * *", follows: Follows::WallClock, names: |_, m| m == 2 * 60 + 30 },
    Rule { expression: "0 0 * * *", follows: Follows::WallClock, names: |_, m| m == 0 },
    Rule {
        expression: "15,45 0-3,23 * * *",
        follows: Follows::WallClock,
        names: |_, m| matches!(m / 60, 0..=3 | 23) && matches!(m % 60, 15 | 45),
    },
    Rule {
        expression: "59 1 L * *",
        follows: Follows::WallClock,
        names: |day, m| m == 60 + 59 && day.is_last_of_month,
    },
    Rule {
        expression: "5 3 * * 0,6",
        follows: Follows::WallClock,
        names: |day, m| m == 3 * 60 + 5 && matches!(day.weekday, Weekday::Sat | Weekday::Sun),
    },
    Rule {
        expression: "*/20 0-3,23 * * *",
        follows: Follows::RealTime,
        names: |_, m| m % 20 == 0 && matches!(m / 60, 0..=3 | 23),
    },
    Rule {
        expression: "*/7 1-2 * * 7",
        follows: Follows::RealTime,
        names: |day, m| m % 60 % 7 == 0 && matches!(m / 60, 1 | 2) && day.weekday == Weekday::Sun,
    },
];

/// 2026-01-01T00:00Z, in minutes.
const START: i64 = 1_767_225_600 / 60;
const MINUTES: i64 = 2 * 365 * 24 * 60;

#[test]
fn next_agrees_with_a_walk_minute_by_minute_over_two_years_in_every_zone() {
    let mut seen = HashSet::new();
    let mut walked = 0;
    for zone in chrono_tz::TZ_VARIANTS {
        // Zones whose clocks change alike over the two years are one zone for this test.
        if seen.insert(changes(&offsets(zone, 60))) {
            walked += 1;
            let offsets = offsets(zone, 15);
            for rule in &RULES {
                assert_agrees(zone, &offsets, rule);
            }
        }
    }
    assert!(walked > 60, "only {walked} different zones were walked");
}

fn offsets(zone: Tz, every: usize) -> Vec<i64> {
    (START..=START + MINUTES).step_by(every).map(|minute| zone::offset_seconds(zone, utc_minute(minute)) / 60).collect()
}

fn changes(offsets: &[i64]) -> Vec<(usize, i64)> {
    let mut found = Vec::new();
    for (index, &offset) in offsets.iter().enumerate() {
        if found.last().is_none_or(|&(_, last)| last != offset) {
            found.push((index, offset));
        }
    }
    found
}

fn assert_agrees(zone: Tz, offsets: &[i64], rule: &Rule) {
    let timetable = cron(rule.expression, zone.name());
    assert_eq!(timetable.follows, rule.follows);
    let mut runs = timetable.runs_after(utc_minute(START)).map(|at| at.timestamp() / 60);
    let mut due = runs.next();
    let mut latest = START + offsets[0];
    let mut day = Day::of(latest);
    let mut names = |local: i64| {
        if local.div_euclid(1440) != day.number {
            day = Day::of(local);
        }
        (rule.names)(&day, local.rem_euclid(1440))
    };
    for now in START + 1..=START + MINUTES {
        let local = now + offsets[usize::try_from((now - START) / 15).unwrap()];
        let expected = match rule.follows {
            Follows::RealTime => names(local),
            // A wall clock never runs a local minute twice, and catches up with the ones it jumps over.
            Follows::WallClock => {
                let skipped = latest + 1..=local;
                latest = latest.max(local);
                skipped.fold(false, |named, minute| names(minute) | named)
            }
        };
        let at = utc_minute(now);
        assert_eq!(due == Some(now), expected, "{} in {zone} at {at} (next says {due:?})", rule.expression);
        if expected {
            due = runs.next();
        }
    }
}

impl Day {
    fn of(local: i64) -> Day {
        let date = utc_minute(local).date_naive();
        Day {
            number: local.div_euclid(1440),
            weekday: date.weekday(),
            is_last_of_month: (date + Days::new(1)).day() == 1,
        }
    }
}

fn utc_minute(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}
