//! What the timetable promises, by example and against a walk minute by minute in every zone.

use super::*;
use crate::domain::schedule::DaySet;
use chrono::{Datelike, NaiveDate, Weekday};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn spec(cadence: Cadence, zone: &str) -> ScheduleSpec {
    ScheduleSpec::new(cadence, zone)
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
    let words = |expression: &str| refused(expression).first().map(|problem| problem.problem().words());
    assert_eq!(words("61 * * * *").as_deref(), Some("Minute: 61 is not between 0 and 59"));
    assert_eq!(words("0 7 * 13 *").as_deref(), Some("Month: 13 is not between 1 and 12"));
    assert_eq!(refused("every monday"), [SpecProblem::BadExpression]);
    assert_eq!(refused("* * * * * *"), [SpecProblem::TooOften]);
    assert_eq!(refused("0 7 * * 1 2030 1"), [SpecProblem::BadExpression]);
    let nowhere = Timetable::compile(&spec(Cadence::Cron { expression: "0 7 * * 1".into() }, "Mars/Olympus"));
    assert_eq!(nowhere.unwrap_err(), [SpecProblem::UnknownZone]);
    // A leap day is rare but possible.
    assert_eq!(first(&cron("0 0 29 2 *", "UTC"), "2026-11-11T00:00:00Z", 1), ["02-29 00:00"]);
}

#[test]
fn steps_count_from_midnight_and_follow_real_time() {
    let compile = |cadence| Timetable::compile(&spec(cadence, "Europe/Ljubljana")).unwrap();
    let hours = compile(Cadence::Hours { step: 2, minute: 15 });
    // 25 October 2026: 02:15 happens at 00:15 and at 01:15 UTC.
    let autumn = ["10-24 22:15", "10-25 00:15", "10-25 01:15", "10-25 03:15"];
    assert_eq!(first(&hours, "2026-10-24T22:00:00Z", 4), autumn);
    let doubled = hours.upcoming(utc("2026-10-25T00:00:00Z"), 2);
    assert!(doubled.iter().all(|run| run.note == Some(RunNote::RunsTwice)));
    // 28 March 2027: there is no 02:15.
    assert_eq!(first(&hours, "2027-03-27T23:00:00Z", 2), ["03-27 23:15", "03-28 02:15"]);
    let minutes = compile(Cadence::Minutes { step: 100 });
    assert_eq!(
        first(&minutes, "2026-11-23T21:00:00Z", 4),
        ["11-23 22:20", "11-23 23:00", "11-24 00:40", "11-24 02:20"]
    );
}

#[test]
fn a_day_that_is_left_out_has_no_run_even_at_the_end_of_its_gap() {
    let mut cairo = spec(Cadence::Daily { at: NaiveTime::MIN }, "Africa/Cairo");
    cairo.except = vec![NaiveDate::from_ymd_opt(2026, 4, 24).unwrap()];
    let timetable = Timetable::compile(&cairo).unwrap();
    assert_eq!(first(&timetable, "2026-04-22T20:00:00Z", 3), ["04-22 22:00", "04-24 21:00", "04-25 21:00"]);
}

#[test]
fn a_schedule_whose_days_hold_no_run_is_refused() {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let mondays = Cadence::Weekly { days: DaySet::from_iter([Weekday::Mon]), at: NaiveTime::MIN };
    let mut short = ScheduleSpec { starts_on: day("2026-11-24"), ends_on: day("2026-11-29"), ..spec(mondays, "UTC") };
    assert_eq!(Timetable::compile(&short).unwrap_err(), [SpecProblem::NeverRunsInside]);
    short.ends_on = day("2026-11-30");
    assert!(Timetable::compile(&short).is_ok());
    short.except = short.ends_on.into_iter().collect();
    assert_eq!(Timetable::compile(&short).unwrap_err(), [SpecProblem::NeverRunsInside]);
}

#[test]
fn a_wildcard_that_names_only_left_out_hours_is_refused() {
    // The clocks of Ljubljana leave out 02:00 to 03:00 on the last Sunday of March, each year.
    let expression = Cadence::Cron { expression: "*/30 2 * 3 0L".into() };
    let mut spec = spec(expression, "Europe/Ljubljana");
    assert_eq!(Timetable::compile(&spec).unwrap_err(), [SpecProblem::NeverRuns]);
    spec.starts_on = NaiveDate::from_ymd_opt(2027, 1, 1);
    assert_eq!(Timetable::compile(&spec).unwrap_err(), [SpecProblem::NeverRuns]);
    // At a fixed time it runs when the clocks have gone forward.
    let fixed = cron("30 2 * 3 0L", "Europe/Ljubljana");
    assert_eq!(first(&fixed, "2027-01-01T00:00:00Z", 1), ["03-28 01:00"]);
}

#[test]
fn expressions_of_presets_name_the_same_instants() {
    let at = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
    let nth = |nth| MonthDay::Weekday { nth, day: Weekday::Sun };
    let presets = [
        Cadence::Minutes { step: 15 },
        Cadence::Hours { step: 3, minute: 20 },
        Cadence::Daily { at },
        Cadence::Weekly { days: DaySet::WORKING, at },
        Cadence::Monthly { on: MonthDay::Last, at },
        Cadence::Monthly { on: nth(Nth::Second), at },
        Cadence::Quarterly { month: 1, on: nth(Nth::Last), at },
        Cadence::Quarterly { month: 2, on: MonthDay::Day(31), at },
        Cadence::Quarterly { month: 3, on: nth(Nth::Last), at },
    ];
    for preset in presets {
        let expression = preset.expression().unwrap();
        let runs = |timetable: &Timetable| timetable.runs_after(utc_minute(START)).take(500).collect::<Vec<_>>();
        let by_preset = Timetable::compile(&spec(preset, "Europe/Ljubljana")).unwrap();
        assert_eq!(runs(&by_preset), runs(&cron(&expression, "Europe/Ljubljana")), "{expression}");
    }
    assert_eq!(Cadence::Minutes { step: 7 }.expression(), None);
}

/// How long the slowest `next` takes, as a line that `make bench` reads: `figure NAME VALUE UNIT LIMIT`.
#[test]
#[ignore = "measures; run it alone: cargo test --release -- --ignored --nocapture how_long_next_takes"]
#[allow(clippy::disallowed_methods, reason = "measures real time")]
fn how_long_next_takes() {
    let expressions = [
        "* * * * *",
        "*/15 * * * *",
        "0 7 * * 1",
        "0-59 2 * * *",
        "0 0 L * *",
        "0 0 LW 2 *",
        "0 9 * * 1#5",
        "0 0 29 2 *",
        "0 0 29 2 +1",
    ];
    let moments = ["2026-11-23T06:59:59Z", "2026-10-25T00:30:00Z", "2027-03-28T00:59:00Z", "2076-03-01T00:00:00Z"];
    let mut most = 0;
    for expression in expressions {
        let begun = std::time::Instant::now();
        let timetable = cron(expression, "Europe/Ljubljana");
        let compiled = begun.elapsed();
        let slowest = moments.map(|moment| {
            let after = utc(moment);
            let begun = std::time::Instant::now();
            for _ in 0..1_000 {
                let _ = std::hint::black_box(timetable.next_after(std::hint::black_box(after)));
            }
            begun.elapsed().as_nanos() / 1_000
        });
        println!("{expression:>16}: compile {compiled:?}, next {slowest:?} ns");
        most = slowest.into_iter().fold(most, u128::max);
    }
    println!("figure next.slowest {:.2} us 20", most as f64 / 1_000.0);
    assert!(most > 0, "it was measured");
}

/// What a schedule says about local minutes, written without a cron parser.
struct Rule {
    schedule: Schedule,
    follows: Follows,
    names: fn(&Day, i64) -> bool,
}

enum Schedule {
    Expression(&'static str),
    Preset(Cadence),
    /// Every day at this time but for the first day of each month.
    NotOnTheFirst(NaiveTime),
}

/// A local day as the rules look at it.
struct Day {
    number: i64,
    weekday: Weekday,
    month: u32,
    day: u32,
    is_last_of_month: bool,
}

const SUNDAY: Weekday = Weekday::Sun;

fn rules() -> Vec<Rule> {
    use Schedule::{Expression, NotOnTheFirst, Preset};
    let half_past_two = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
    let wall = |schedule, names| Rule { schedule, follows: Follows::WallClock, names };
    let real = |schedule, names| Rule { schedule, follows: Follows::RealTime, names };
    let last_sunday = MonthDay::Weekday { nth: Nth::Last, day: SUNDAY };
    let second_sunday = MonthDay::Weekday { nth: Nth::Second, day: SUNDAY };
    vec![
        wall(Expression("30 2 * * *"), |_, m| m == 2 * 60 + 30),
        wall(Expression("0 0 * * *"), |_, m| m == 0),
        wall(Expression("15,45 0-3,23 * * *"), |_, m| matches!(m / 60, 0..=3 | 23) && matches!(m % 60, 15 | 45)),
        wall(Expression("59 1 L * *"), |day, m| m == 60 + 59 && day.is_last_of_month),
        wall(Expression("5 3 * * 0,6"), |day, m| m == 3 * 60 + 5 && matches!(day.weekday, Weekday::Sat | Weekday::Sun)),
        wall(Expression("0 1 13 * 5"), |day, m| m == 60 && (day.day == 13 || day.weekday == Weekday::Fri)),
        real(Expression("*/20 0-3,23 * * *"), |_, m| m % 20 == 0 && matches!(m / 60, 0..=3 | 23)),
        real(Expression("*/7 1-2 * * 7"), |day, m| m % 60 % 7 == 0 && matches!(m / 60, 1 | 2) && day.weekday == SUNDAY),
        real(Preset(Cadence::Minutes { step: 7 }), |_, m| m % 7 == 0),
        real(Preset(Cadence::Minutes { step: 45 }), |_, m| m % 45 == 0),
        real(Preset(Cadence::Hours { step: 5, minute: 30 }), |_, m| m / 60 % 5 == 0 && m % 60 == 30),
        wall(Preset(Cadence::Monthly { on: second_sunday, at: half_past_two }), |day, m| {
            m == 2 * 60 + 30 && day.weekday == SUNDAY && matches!(day.day, 8..=14)
        }),
        wall(Preset(Cadence::Quarterly { month: 3, on: last_sunday, at: half_past_two }), |day, m| {
            // No month of this kind ends before its 30th day, and March and December have 31.
            let last_week = if matches!(day.month, 6 | 9) { 24..=30 } else { 25..=31 };
            m == 2 * 60 + 30 && day.weekday == SUNDAY && day.month % 3 == 0 && last_week.contains(&day.day)
        }),
        wall(NotOnTheFirst(half_past_two), |day, m| m == 2 * 60 + 30 && day.day != 1),
    ]
}

impl Schedule {
    fn timetable(&self, zone: &str) -> Timetable {
        let spec = match self {
            Schedule::Expression(expression) => {
                ScheduleSpec::new(Cadence::Cron { expression: (*expression).into() }, zone)
            }
            Schedule::Preset(cadence) => ScheduleSpec::new(cadence.clone(), zone),
            Schedule::NotOnTheFirst(at) => {
                let firsts = (2025..2030).flat_map(|year| (1..=12).map(move |month| (year, month)));
                let except = firsts.filter_map(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1)).collect();
                ScheduleSpec { except, ..ScheduleSpec::new(Cadence::Daily { at: *at }, zone) }
            }
        };
        Timetable::compile(&spec).unwrap()
    }
}

/// 2026-01-01T00:00Z, in minutes.
const START: i64 = 1_767_225_600 / 60;
const MINUTES: i64 = 2 * 365 * 24 * 60;

/// Half-hour and two-hour summers, changes at midnight, a second summer within the year, a sea of constant offsets.
const SAMPLE: [Tz; 12] = [
    Tz::Europe__Ljubljana,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Africa__Cairo,
    Tz::Africa__Casablanca,
    Tz::Antarctica__Troll,
    Tz::America__Santiago,
    Tz::Pacific__Chatham,
    Tz::Asia__Gaza,
    Tz::Asia__Kathmandu,
    Tz::America__Nuuk,
    Tz::UTC,
];

#[test]
fn next_agrees_with_a_walk_minute_by_minute_over_two_years() {
    walk(&SAMPLE);
}

/// As above, in every zone that there is; `make soak` runs it.
#[test]
#[ignore = "takes minutes"]
fn next_agrees_with_a_walk_minute_by_minute_over_two_years_in_every_zone() {
    assert!(chrono_tz::TZ_VARIANTS.len() > 500);
    walk(&chrono_tz::TZ_VARIANTS);
}

fn walk(zones: &[Tz]) {
    let rules = rules();
    for &zone in zones {
        let offsets = offsets(zone, 15);
        for (number, rule) in rules.iter().enumerate() {
            assert_agrees(zone, &offsets, rule, number);
        }
    }
}

fn offsets(zone: Tz, every: usize) -> Vec<i64> {
    (START..=START + MINUTES).step_by(every).map(|minute| zone::offset_seconds(zone, utc_minute(minute)) / 60).collect()
}

fn assert_agrees(zone: Tz, offsets: &[i64], rule: &Rule, number: usize) {
    let timetable = rule.schedule.timetable(zone.name());
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
        let is_due = due == Some(now);
        assert!(is_due == expected, "rule {number} in {zone} at {} (next says {due:?})", utc_minute(now));
        if expected {
            due = runs.next();
        }
        // From anywhere, not only from the last run, the same run comes next.
        if now % 1_009 == 0 {
            let next = timetable.next_after(utc_minute(now)).map(|at| at.timestamp() / 60);
            assert_eq!(next, due, "rule {number} in {zone} after {}", utc_minute(now));
        }
    }
}

impl Day {
    fn of(local: i64) -> Day {
        let date = utc_minute(local).date_naive();
        Day {
            number: local.div_euclid(1440),
            weekday: date.weekday(),
            month: date.month(),
            day: date.day(),
            is_last_of_month: (date + Days::new(1)).day() == 1,
        }
    }
}

fn utc_minute(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}
