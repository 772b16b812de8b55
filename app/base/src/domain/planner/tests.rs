//! What the planner decides after ordinary and extraordinary pauses.

use super::*;
use crate::domain::schedule::{Cadence, ScheduleSpec};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn every(expression: &str) -> Timetable {
    let cadence = Cadence::Cron { expression: expression.into() };
    Timetable::compile(&ScheduleSpec::new(cadence, "UTC")).unwrap()
}

fn hourly(rules: &PlanRules, last: &str, now: &str) -> Plan {
    plan(&every("0 * * * *"), rules, Ongoing::default(), utc(last), utc(now))
}

fn runs(plan: &Plan) -> Vec<String> {
    let run = plan.decisions.iter().filter(|decision| decision.verdict == Verdict::Run);
    run.map(|decision| decision.at.format("%H:%M").to_string()).collect()
}

#[test]
fn an_instant_that_has_come_runs_and_the_next_is_named() {
    let plan = hourly(&PlanRules::default(), "2026-11-23T06:00:00Z", "2026-11-23T07:00:03Z");
    assert_eq!(runs(&plan), ["07:00"]);
    assert_eq!(plan.last_planned_at, utc("2026-11-23T07:00:00Z"));
    assert_eq!(plan.next_run_at, Some(utc("2026-11-23T08:00:00Z")));
}

#[test]
fn planning_again_plans_nothing_and_a_clock_set_back_neither() {
    let first = hourly(&PlanRules::default(), "2026-11-23T06:00:00Z", "2026-11-23T07:00:03Z");
    for now in ["2026-11-23T07:00:03Z", "2026-11-23T05:30:00Z"] {
        let again =
            plan(&every("0 * * * *"), &PlanRules::default(), Ongoing::default(), first.last_planned_at, utc(now));
        assert_eq!((again.decisions.len(), again.next_run_at), (0, first.next_run_at));
    }
}

#[test]
fn within_its_grace_a_run_is_simply_late() {
    let rules = PlanRules { misfire: Misfire::Skip, ..PlanRules::default() };
    assert_eq!(runs(&hourly(&rules, "2026-11-23T06:00:00Z", "2026-11-23T07:15:00Z")), ["07:00"]);
    let missed = hourly(&rules, "2026-11-23T06:00:00Z", "2026-11-23T07:15:01Z");
    assert!(matches!(missed.decisions[0].verdict, Verdict::Skip(SkipReason::Missed { .. })));
}

#[test]
fn a_grace_that_is_longer_than_the_window_of_missed_runs_is_kept() {
    let (grace, catch_up) = (Duration::hours(12), Duration::hours(1));
    let rules =
        PlanRules { grace, catch_up, misfire: Misfire::Skip, overlap: Overlap::QueueAll, ..PlanRules::default() };
    let plan = hourly(&rules, "2026-11-22T22:00:00Z", "2026-11-23T12:00:00Z");
    assert_eq!(runs(&plan).first().map(String::as_str), Some("00:00"), "twelve hours late, and not a minute more");
    assert_eq!(runs(&plan).len(), 13);
    let too_old = Verdict::Skip(SkipReason::TooOld { window: catch_up, left_out: 0 });
    assert_eq!(plan.decisions[0].verdict, too_old, "23:00 is later than its grace, and than what is caught up with");
}

#[test]
fn after_a_pause_the_latest_runs_and_the_others_say_so() {
    let plan = hourly(&PlanRules::default(), "2026-11-23T02:00:00Z", "2026-11-23T05:40:00Z");
    assert_eq!(runs(&plan), ["05:00"]);
    let reasons: Vec<_> = plan
        .decisions
        .iter()
        .filter_map(|decision| match decision.verdict {
            Verdict::Skip(reason) => Some(reason.words(|at| at.format("%H:%M").to_string())),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["Missed: the run of 05:00 takes its place."; 2]);
}

#[test]
fn catching_up_with_all_is_limited_to_the_latest() {
    let rules = PlanRules { misfire: Misfire::All, at_most: 2, ..PlanRules::default() };
    let plan = hourly(&rules, "2026-11-23T00:00:00Z", "2026-11-23T05:40:00Z");
    assert_eq!(runs(&plan), ["04:00", "05:00"]);
    assert_eq!(plan.decisions[0].verdict, Verdict::Skip(SkipReason::OverLimit { at_most: 2 }));
}

#[test]
fn what_lies_before_the_window_is_listed_and_never_runs() {
    let rules = PlanRules { misfire: Misfire::All, at_most: 100, catch_up: Duration::hours(3), ..PlanRules::default() };
    let plan = hourly(&rules, "2026-11-22T20:30:00Z", "2026-11-23T05:40:00Z");
    assert_eq!(runs(&plan), ["03:00", "04:00", "05:00"]);
    assert_eq!(plan.decisions.len(), 9);
    assert_eq!(
        plan.decisions[0].verdict,
        Verdict::Skip(SkipReason::TooOld { window: Duration::hours(3), left_out: 0 })
    );
}

#[test]
fn years_of_absence_are_counted_not_listed() {
    let plan = plan(
        &every("* * * * *"),
        &PlanRules::default(),
        Ongoing::default(),
        utc("2023-01-01T00:00:00Z"),
        utc("2026-11-23T05:40:30Z"),
    );
    // 24 hours of minutes, and a hundred rows for all that is older.
    assert_eq!(plan.decisions.len(), 24 * 60 + OLD_ROWS);
    assert_eq!(plan.next_run_at, Some(utc("2026-11-23T05:41:00Z")));
    let Verdict::Skip(SkipReason::TooOld { left_out, .. }) = plan.decisions[0].verdict else { panic!("{plan:?}") };
    assert!(left_out > 10_000);
}

#[test]
fn a_run_that_is_still_going_is_treated_as_the_schedule_says() {
    let earlier = utc("2026-11-23T06:00:00Z");
    let verdict = |overlap, ongoing| {
        let rules = PlanRules { overlap, ..PlanRules::default() };
        plan(&every("0 * * * *"), &rules, ongoing, earlier, utc("2026-11-23T07:00:01Z")).decisions[0].verdict
    };
    let running = Ongoing { running: Some(earlier), waiting: None };
    let waiting = Ongoing { running: None, waiting: Some(earlier) };
    let still_going = Verdict::Skip(SkipReason::StillGoing { earlier });
    assert_eq!(verdict(Overlap::Skip, running), still_going);
    assert_eq!(verdict(Overlap::Skip, waiting), still_going);
    assert_eq!(verdict(Overlap::QueueOne, running), Verdict::Run);
    assert_eq!(verdict(Overlap::QueueOne, waiting), still_going);
    assert_eq!(verdict(Overlap::QueueAll, waiting), Verdict::Run);
    assert_eq!(verdict(Overlap::CancelRunning, running), Verdict::RunInstead);
    assert_eq!(verdict(Overlap::CancelRunning, Ongoing::default()), Verdict::Run);
}

fn after_ten_minutes(rules: &PlanRules, ongoing: Ongoing) -> Plan {
    plan(&every("* * * * *"), rules, ongoing, utc("2026-11-23T07:00:00Z"), utc("2026-11-23T07:10:02Z"))
}

#[test]
fn a_pause_within_the_grace_makes_no_burst() {
    let rules = |misfire, overlap| PlanRules { misfire, overlap, ..PlanRules::default() };
    let began = |misfire, overlap| runs(&after_ten_minutes(&rules(misfire, overlap), Ongoing::default()));
    for misfire in [Misfire::LatestOnly, Misfire::Skip, Misfire::All] {
        assert_eq!(began(misfire, Overlap::QueueAll).len(), 10);
        assert_eq!(began(misfire, Overlap::CancelRunning), ["07:10"]);
    }
    for overlap in [Overlap::Skip, Overlap::QueueOne] {
        assert_eq!(began(Misfire::LatestOnly, overlap), ["07:10"]);
    }
    for misfire in [Misfire::Skip, Misfire::All] {
        assert_eq!(began(misfire, Overlap::Skip), ["07:01"]);
        assert_eq!(began(misfire, Overlap::QueueOne), ["07:01", "07:02"]);
    }
}

#[test]
fn what_comes_late_says_what_runs_instead_or_what_holds_it_up() {
    let default = after_ten_minutes(&PlanRules::default(), Ongoing::default());
    let by = utc("2026-11-23T07:10:00Z");
    assert!(
        default.decisions[..9].iter().all(|decision| decision.verdict == Verdict::Skip(SkipReason::Superseded { by }))
    );
    let earlier = utc("2026-11-23T06:59:00Z");
    let held_up = after_ten_minutes(&PlanRules::default(), Ongoing { running: Some(earlier), ..Ongoing::default() });
    assert_eq!(held_up.decisions.len(), 10);
    let still_going = Verdict::Skip(SkipReason::StillGoing { earlier });
    assert!(held_up.decisions.iter().all(|decision| decision.verdict == still_going));
    let rules = PlanRules { overlap: Overlap::CancelRunning, ..PlanRules::default() };
    let instead = after_ten_minutes(&rules, Ongoing { running: Some(earlier), ..Ongoing::default() });
    assert_eq!(instead.decisions[9].verdict, Verdict::RunInstead);
    assert_eq!(instead.runs(), 1);
}

#[test]
fn all_that_was_missed_is_caught_up_with_and_what_is_only_late_runs_behind_it() {
    let rules = PlanRules { misfire: Misfire::All, at_most: 3, grace: Duration::minutes(5), ..PlanRules::default() };
    let plan = after_ten_minutes(&rules, Ongoing::default());
    assert_eq!(runs(&plan), ["07:03", "07:04", "07:05", "07:06"]);
    let Verdict::Skip(SkipReason::StillGoing { earlier }) = plan.decisions[9].verdict else { panic!("{plan:?}") };
    assert_eq!(earlier, utc("2026-11-23T07:06:00Z"), "one of those that are late holds up the others");
    let hours = PlanRules { misfire: Misfire::All, at_most: 2, ..PlanRules::default() };
    let plan = hourly(&hours, "2026-11-23T02:00:00Z", "2026-11-23T05:05:00Z");
    assert_eq!(runs(&plan), ["03:00", "04:00", "05:00"], "today's is not lost for those of the days before");
}

#[test]
fn a_draft_and_a_claimed_run_are_going_on_and_one_that_single_recipients_wait_for_is_not() {
    let (one, two) = ("2026-11-23T07:00:00Z", "2026-11-23T08:00:00Z");
    let open = |at: &str, state, is_claimed: bool| OpenRun {
        at: utc(at),
        state,
        lease_until: is_claimed.then(|| utc(two)),
        has_begun: state != OccurrenceState::Planned,
        is_by_hand: false,
        waits_for_account: false,
    };
    let runs = [open(one, OccurrenceState::Sending, false), open(two, OccurrenceState::Frozen, false)];
    assert_eq!(Ongoing::among(runs.into_iter()), Ongoing { running: Some(utc(two)), waiting: None });
    let runs = [open(one, OccurrenceState::Sending, true), open(two, OccurrenceState::Planned, false)];
    assert_eq!(Ongoing::among(runs.into_iter()), Ongoing { running: Some(utc(one)), waiting: Some(utc(two)) });
}

#[test]
fn an_ended_schedule_has_no_next_run() {
    let cadence = Cadence::Cron { expression: "0 7 * * *".into() };
    let ended = ScheduleSpec { ends_on: "2026-11-23".parse().ok(), ..ScheduleSpec::new(cadence, "UTC") };
    let timetable = Timetable::compile(&ended).unwrap();
    let plan = plan(
        &timetable,
        &PlanRules::default(),
        Ongoing::default(),
        utc("2026-11-22T07:00:00Z"),
        utc("2026-11-23T07:00:01Z"),
    );
    assert_eq!((runs(&plan).len(), plan.next_run_at), (1, None));
}

fn jittered(minutes: i64, seed: u64) -> PlanRules {
    PlanRules { jitter: Jitter { most: Duration::minutes(minutes), seed }, ..PlanRules::default() }
}

#[test]
fn jitter_is_the_same_whoever_asks_and_spreads_schedules() {
    let start = |seed| {
        let plan = hourly(&jittered(10, seed), "2026-11-23T06:00:00Z", "2026-11-23T07:00:03Z");
        plan.decisions[0].starts_at - plan.decisions[0].at
    };
    assert_eq!(start(7), start(7));
    let starts: std::collections::BTreeSet<_> = (0..200).map(start).collect();
    assert!(starts.len() > 100);
    assert!(starts.iter().all(|delay| (Duration::zero()..=Duration::minutes(10)).contains(delay)));
    let instants = every("0 * * * *").runs_after(utc("2026-11-23T06:00:00Z")).take(50).collect::<Vec<_>>();
    let of_one: std::collections::BTreeSet<_> =
        instants.iter().map(|&at| jittered(10, 7).jitter.delay(&every("0 * * * *"), at)).collect();
    assert!(of_one.len() > 40);
}

#[test]
fn jitter_keeps_runs_in_order() {
    let minutely = every("* * * * *");
    for seed in 0..50 {
        let delay = jittered(30, seed).jitter.delay(&minutely, utc("2026-11-23T07:00:00Z"));
        assert!(delay < Duration::minutes(1), "{delay}");
    }
}

#[test]
fn what_is_skipped_has_no_jitter() {
    let plan = hourly(&jittered(10, 7), "2026-11-23T02:00:00Z", "2026-11-23T05:40:00Z");
    let skipped = plan.decisions.iter().filter(|decision| !decision.verdict.is_run());
    assert!(skipped.clone().count() == 2 && skipped.clone().all(|decision| decision.at == decision.starts_at));
}

#[test]
fn a_schedule_ends_with_its_last_run() {
    let left = |runs_left| PlanRules { misfire: Misfire::All, runs_left: Some(runs_left), ..PlanRules::default() };
    let plan = hourly(&left(2), "2026-11-23T02:00:00Z", "2026-11-23T05:40:00Z");
    assert_eq!((runs(&plan), plan.runs(), plan.next_run_at), (vec!["03:00".into(), "04:00".into()], 2, None));
    assert_eq!(plan.last_planned_at, utc("2026-11-23T04:00:00Z"));
    let plan = hourly(&left(4), "2026-11-23T02:00:00Z", "2026-11-23T05:40:00Z");
    assert_eq!((plan.runs(), plan.next_run_at), (3, Some(utc("2026-11-23T06:00:00Z"))));
    let none = hourly(&left(0), "2026-11-23T02:00:00Z", "2026-11-23T05:40:00Z");
    assert_eq!((none.decisions.len(), none.next_run_at), (0, None));
}

#[test]
fn missed_runs_that_are_skipped_do_not_use_up_the_number() {
    let rules = PlanRules { runs_left: Some(1), ..PlanRules::default() };
    let plan = hourly(&rules, "2026-11-23T02:00:00Z", "2026-11-23T05:40:00Z");
    assert_eq!((runs(&plan), plan.decisions.len(), plan.next_run_at), (vec!["05:00".to_owned()], 3, None));
}

#[test]
fn what_a_pause_made_miss_its_time_says_so_first() {
    let reason = SkipReason::Superseded { by: utc("2026-11-23T05:00:00Z") };
    let words = reason.words_after_pause(|at| at.format("%H:%M").to_string());
    assert_eq!(words, "The job was paused. Missed: the run of 05:00 takes its place.");
}

#[test]
fn a_schedule_pauses_itself_after_failures_in_a_row() {
    use OccurrenceState::*;
    assert_eq!(after_end(Failed, 1, 3), Streak { failures: 2, pauses: false });
    assert_eq!(after_end(Failed, 2, 3), Streak { failures: 3, pauses: true });
    assert_eq!(after_end(Partly, 2, 3), Streak { failures: 0, pauses: false });
    for silent in [Cancelled, Skipped] {
        assert_eq!(after_end(silent, 2, 3), Streak { failures: 2, pauses: false });
    }
}
