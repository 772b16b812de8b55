//! The transitions of a run, one by one.

use super::*;
use crate::domain::smtp_reply::SmtpReply;

fn at(minute: u32) -> DateTime<Utc> {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(7, minute, 0).unwrap().and_utc()
}

/// Follows events from the planned state; all of them must fit.
fn after(events: &[Event]) -> Standing {
    events.iter().fold(Standing::planned(at(0)), |standing, event| {
        let (next, _) = standing.clone().step(event.clone(), at(1), 7);
        assert_ne!(next, standing, "{event:?} changed nothing");
        next
    })
}

fn sending() -> Standing {
    after(&[
        Event::Claimed,
        Event::BuildBegins { fence: 1 },
        Event::Frozen { fence: 1 },
        Event::SendingBegins { fence: 1 },
    ])
}

fn sent(tally: Tally) -> Standing {
    sending().step(Event::Sent { fence: 1, tally, for_others: true }, at(2), 7).0
}

#[test]
fn a_run_goes_through_its_states_and_ends_done() {
    let done = sent(Tally { accepted: 3, ..Tally::default() });
    assert_eq!((done.state, done.reason, done.lease_until), (OccurrenceState::Done, None, None));
}

#[test]
fn the_end_says_how_many_messages_did_not_arrive() {
    let partly = sent(Tally { accepted: 2, failed: 1, ..Tally::default() });
    assert_eq!(partly.state, OccurrenceState::Partly);
    assert_eq!(partly.reason.as_deref(), Some("Of 3 messages: 1 not delivered."));
    assert_eq!(sent(Tally { failed: 2, ..Tally::default() }).state, OccurrenceState::Failed);
    assert_eq!(Tally { failed: 1, ..Tally::default() }.words().as_deref(), Some("Of 1 message: 1 not delivered."));
    // Unknown is not failed: it may have arrived.
    assert_eq!(sent(Tally { uncertain: 1, ..Tally::default() }).state, OccurrenceState::Partly);
}

#[test]
fn messages_that_were_held_back_are_said_and_are_no_failure() {
    let done = sent(Tally { accepted: 2, withheld: 1, ..Tally::default() });
    assert_eq!((done.state, done.reason.as_deref()), (OccurrenceState::Done, Some("Of 3 messages: 1 held back.")));
    let failed = sent(Tally { failed: 1, withheld: 1, ..Tally::default() });
    assert_eq!(failed.state, OccurrenceState::Failed);
}

#[test]
fn a_report_that_went_to_nobody_has_failed_and_a_mail_about_ones_own_tasks_has_not() {
    let all_held_back = Tally { withheld: 2, ..Tally::default() };
    let failed = sent(all_held_back);
    assert_eq!(failed.state, OccurrenceState::Failed);
    assert_eq!(failed.reason.as_deref(), Some("It went to nobody. Of 2 messages: 2 held back."));
    let failed = sent(Tally::default());
    assert_eq!(failed.state, OccurrenceState::Failed);
    assert_eq!(failed.reason.as_deref(), Some("It went to nobody: there was nobody on the list of recipients."));
    // Who may have it, has it.
    assert_eq!(sent(Tally { uncertain: 1, withheld: 1, ..Tally::default() }).state, OccurrenceState::Partly);
    for tally in [all_held_back, Tally::default()] {
        let own = Event::Sent { fence: 1, tally, for_others: false };
        assert_eq!(sending().step(own, at(2), 7).0.state, OccurrenceState::Done);
    }
}

#[test]
fn deferred_messages_keep_the_run_open_without_an_owner() {
    let open = sent(Tally { accepted: 2, waiting: 1, next_try_at: Some(at(9)), ..Tally::default() });
    assert_eq!((open.state, open.lease_until, open.next_try_at), (OccurrenceState::Sending, None, Some(at(9))));
    assert!(!open.is_claimable(at(8)));
    let (again, effects) = open.step(Event::Claimed, at(9), 7);
    assert_eq!((again.fence, effects), (2, vec![Effect::Send]));
}

#[test]
fn a_run_waits_for_its_account_until_each_message_was_tried_and_something_was_heard() {
    assert!(sending().waits_for_account, "none was tried");
    let mut tried = Delivery::queued(at(0));
    tried.phase = DeliveryPhase::Deferred;
    let heard = Delivery { reply: Some(SmtpReply::new(451, None, "Later.")), ..tried.clone() };
    let arrived = Delivery { phase: DeliveryPhase::Accepted, ..heard.clone() };
    let again = Delivery { phase: DeliveryPhase::Queued, ..heard.clone() };
    let open = |messages: &[&Delivery]| sent(Tally::of(messages.iter().map(|&one| (one.clone(), Some(at(9))))));
    for (messages, waits, words) in [
        (vec![&heard], false, "Of 1 message: 1 waiting for another try."),
        (vec![&tried, &tried], true, "Of 2 messages: 2 waiting for another try."),
        (vec![&heard, &tried], false, "Of 2 messages: 2 waiting for another try."),
        (vec![&tried, &arrived], false, "Of 2 messages: 1 waiting for another try."),
        (vec![&heard, &Delivery::queued(at(0))], true, "Of 2 messages: 1 waiting for another try, 1 not tried yet."),
        (vec![&again, &arrived], true, "Of 2 messages: 1 not tried yet."),
    ] {
        let open = open(&messages);
        assert_eq!((open.waits_for_account, open.reason.as_deref()), (waits, Some(words)));
    }
    let cancelled = sending().step(Event::Cancelled { reason: "Stopped.".into() }, at(2), 7).0;
    assert!(!cancelled.waits_for_account);
}

#[test]
fn nobody_takes_a_run_whose_owner_lives() {
    let claimed = after(&[Event::Claimed]);
    let (same, effects) = claimed.clone().step(Event::Claimed, at(1), 7);
    assert_eq!((same, effects.len()), (claimed, 0));
}

#[test]
fn an_owner_that_lost_its_lease_can_write_nothing() {
    let (taken, _) = after(&[Event::Claimed, Event::BuildBegins { fence: 1 }]).step(Event::Claimed, at(3), 7);
    assert_eq!((taken.state, taken.fence), (OccurrenceState::Claimed, 2));
    for late in [Event::Frozen { fence: 1 }, Event::Heartbeat { fence: 1 }, Event::Released { fence: 1 }] {
        assert_eq!(taken.clone().step(late, at(3), 7), (taken.clone(), vec![]));
    }
}

#[test]
fn frozen_data_are_rendered_again_and_never_built_again() {
    let frozen = after(&[Event::Claimed, Event::BuildBegins { fence: 1 }, Event::Frozen { fence: 1 }]);
    let (taken, effects) = frozen.clone().step(Event::Claimed, at(3), 7);
    assert_eq!((taken.state, effects), (OccurrenceState::Frozen, vec![Effect::Render]));
    let broke = Event::Broke { fence: 1, reason: "no font".into(), remedy: Remedy::TryAgain };
    let (waiting, _) = frozen.step(broke, at(1), 7);
    assert_eq!(waiting.state, OccurrenceState::Frozen);
    assert!(waiting.next_try_at.unwrap() >= at(2));
}

#[test]
fn building_is_tried_five_times_and_then_fails_with_its_reason() {
    let mut standing = Standing::planned(at(0));
    let mut now = at(0);
    for attempt in 1.. {
        let (claimed, _) = standing.step(Event::Claimed, now, 7);
        let fence = claimed.fence;
        let broke = Event::Broke { fence, reason: "The database went away.".into(), remedy: Remedy::TryAgain };
        standing = claimed.step(broke, now, 7).0;
        if standing.state.is_final() {
            assert_eq!(attempt, RunRules::default().tries);
            break;
        }
        now = standing.next_try_at.unwrap();
    }
    assert_eq!(standing.state, OccurrenceState::Failed);
    assert_eq!(standing.reason.as_deref(), Some("The database went away."));
}

#[test]
fn a_run_that_kills_its_worker_each_time_ends_as_failed() {
    let mut standing = Standing::planned(at(0));
    let mut now = at(0);
    for _ in 0..=RunRules::default().tries {
        standing = standing.step(Event::Claimed, now, 7).0;
        now += LEASE;
    }
    assert_eq!(standing.state, OccurrenceState::Failed);
}

#[test]
fn a_run_that_cannot_reach_its_account_rests_and_is_not_given_up() {
    let broke = Event::Broke { fence: 1, reason: "The account is gone.".into(), remedy: Remedy::Never };
    let (open, _) = sending().step(broke, at(2), 7);
    assert_eq!((open.state, open.lease_until), (OccurrenceState::Sending, None));
    assert!(open.next_try_at.unwrap() > at(2));
}

#[test]
fn a_run_that_breaks_off_while_it_sends_rests_for_seconds_first_and_longer_each_time() {
    let mut run = sending();
    let mut waits = Vec::new();
    for _ in 0..10 {
        let broke = Event::Broke { fence: run.fence, reason: "No database.".into(), remedy: Remedy::TryAgain };
        let now = at(2);
        run = run.step(broke, now, 7).0;
        let until = run.next_try_at.unwrap();
        waits.push(until - now);
        run = run.step(Event::Claimed, until, 7).0;
    }
    assert!(waits[0] < Duration::seconds(10), "{waits:?}");
    assert!(waits.is_sorted_by(|one, next| *one < *next + Duration::minutes(2)), "{waits:?}");
    assert!(waits[9] >= Duration::minutes(5), "{waits:?}");
    // A round that comes to its end begins anew.
    let tally = Tally { waiting: 1, next_try_at: Some(at(30)), ..Tally::default() };
    let (run, _) = run.clone().step(Event::Sent { fence: run.fence, tally, for_others: true }, at(20), 7);
    assert_eq!((run.state, run.rests), (OccurrenceState::Sending, 0));
}

#[test]
fn an_orderly_stop_gives_the_run_back_at_once() {
    let (back, effects) = after(&[Event::Claimed]).step(Event::Released { fence: 1 }, at(1), 7);
    assert_eq!((back.state, back.attempts, back.lease_until), (OccurrenceState::Planned, 0, None));
    assert_eq!(effects, [Effect::WakeAt(at(1))]);
}

#[test]
fn cancelling_outdates_the_owner() {
    let (cancelled, _) = sending().step(Event::Cancelled { reason: "Stopped by Dana.".into() }, at(1), 7);
    assert_eq!((cancelled.state, cancelled.fence), (OccurrenceState::Cancelled, 2));
    let late = Event::Sent { fence: 1, tally: Tally::default(), for_others: true };
    assert_eq!(cancelled.clone().step(late, at(1), 7).0, cancelled);
}

#[test]
fn a_finished_run_can_send_again() {
    let (open, effects) = sent(Tally { failed: 1, ..Tally::default() }).step(Event::Reopened, at(5), 7);
    assert_eq!((open.state, effects), (OccurrenceState::Sending, vec![Effect::WakeAt(at(5))]));
    let skipped = Standing::skipped("Paused.".into());
    assert_eq!(skipped.clone().step(Event::Reopened, at(5), 7).0, skipped);
}

fn strict() -> RunRules {
    let backoff = Backoff { first: Duration::minutes(10), longest: Duration::minutes(20) };
    RunRules { timeout: Some(Duration::minutes(5)), tries: 2, backoff }
}

#[test]
fn a_try_that_takes_too_long_is_broken_and_tried_again_as_the_schedule_says() {
    let rules = strict();
    let (claimed, _) = Standing::planned(at(0)).step_by(&rules, Event::Claimed, at(1), 7);
    assert_eq!(claimed.deadline, Some(at(6)));
    let (alive, _) = claimed.step_by(&rules, Event::Heartbeat { fence: 1 }, at(5), 7);
    assert_eq!(alive.deadline, Some(at(6)));
    let (waiting, effects) = alive.step_by(&rules, Event::Heartbeat { fence: 1 }, at(6), 7);
    assert_eq!((waiting.state, waiting.lease_until, waiting.deadline), (OccurrenceState::Planned, None, None));
    assert_eq!(waiting.reason.as_deref(), Some("It took longer than the 5 minutes that it may take."));
    assert!(waiting.next_try_at.unwrap() >= at(16));
    assert!(matches!(effects.as_slice(), [Effect::WakeAt(_)]));
    // The worker that hangs has lost it.
    assert_eq!(waiting.clone().step_by(&rules, Event::Frozen { fence: 1 }, at(7), 7).0, waiting);
    let (second, _) = waiting.step_by(&rules, Event::Claimed, at(30), 7);
    let (failed, _) = second.step_by(&rules, Event::TimedOut { fence: 2 }, at(36), 7);
    assert_eq!((failed.state, failed.attempts), (OccurrenceState::Failed, 2));
}

#[test]
fn once_its_messages_exist_a_run_has_no_deadline() {
    let rules = strict();
    let events = [
        Event::Claimed,
        Event::BuildBegins { fence: 1 },
        Event::Frozen { fence: 1 },
        Event::SendingBegins { fence: 1 },
    ];
    let open = events
        .into_iter()
        .fold(Standing::planned(at(0)), |standing, event| standing.step_by(&rules, event, at(1), 7).0);
    assert_eq!((open.state, open.deadline), (OccurrenceState::Sending, None));
    let (same, effects) = open.clone().step_by(&rules, Event::TimedOut { fence: 1 }, at(9), 7);
    assert_eq!((same, effects.len()), (open, 0));
}

#[test]
fn a_report_that_nobody_needs_is_skipped_with_its_reason() {
    let building = after(&[Event::Claimed, Event::BuildBegins { fence: 1 }]);
    let reason = "There was nothing to report.".to_owned();
    let (skipped, effects) = building.step(Event::NotNeeded { fence: 1, reason: reason.clone() }, at(1), 7);
    assert_eq!((skipped.state, skipped.reason, skipped.lease_until), (OccurrenceState::Skipped, Some(reason), None));
    assert_eq!(effects, [Effect::Finished]);
}

#[test]
fn a_skipped_run_can_be_made_up_for() {
    let missed = Standing::skipped("Missed.".into());
    let (planned, effects) = missed.step(Event::Revived, at(5), 7);
    assert_eq!(planned, Standing::planned(at(5)));
    assert_eq!(effects, [Effect::WakeAt(at(5))]);
    let done = sent(Tally { accepted: 1, ..Tally::default() });
    assert_eq!(done.clone().step(Event::Revived, at(5), 7).0, done);
}

#[test]
fn who_does_not_want_to_wait_makes_the_next_try_come_now_and_hurries_no_worker() {
    let waits = after(&[
        Event::Claimed,
        Event::BuildBegins { fence: 1 },
        Event::Broke { fence: 1, reason: "The disk is full.".into(), remedy: Remedy::TryAgain },
    ]);
    let (hurried, _) = waits.clone().step(Event::Hurried, at(1), 7);
    assert_eq!((hurried.next_try_at, hurried.attempts, hurried.reason), (Some(at(1)), 1, waits.reason));
    assert_eq!(sending().step(Event::Hurried, at(1), 7).0, sending(), "a worker has it");
    let done = sent(Tally { accepted: 1, ..Tally::default() });
    assert_eq!(done.clone().step(Event::Hurried, at(3), 7).0, done);
}

#[test]
fn how_long_a_run_can_be_put_off_is_known_but_for_its_instant_and_for_its_owner() {
    let (rules, no_message) = (RunRules::default(), Duration::zero());
    assert_eq!(Standing::planned(at(30)).longest_wait(&rules, no_message), None, "its instant has not come");
    assert_eq!(held(Some(at(30))).longest_wait(&rules, no_message), None, "its owner reads it");
    let mut run = Standing::planned(at(0));
    let mut now = at(0);
    for fence in 1..=4 {
        run = run.step(Event::Claimed, now, 7).0;
        run = run.step(Event::Broke { fence, reason: "It broke.".into(), remedy: Remedy::TryAgain }, now, 7).0;
        let until = run.next_try_at.unwrap();
        assert!(until - now <= run.longest_wait(&rules, no_message).unwrap(), "try {fence}");
        now = until;
    }
    let mut sends = sending();
    sends = sends.step(Event::Broke { fence: 1, reason: "It broke.".into(), remedy: Remedy::TryAgain }, at(2), 7).0;
    assert!(sends.next_try_at.unwrap() - at(2) <= sends.longest_wait(&rules, no_message).unwrap());
    assert_eq!(sends.longest_wait(&rules, Duration::hours(2)), Some(Duration::hours(2)), "a message waits for longer");
}

fn held(until: Option<DateTime<Utc>>) -> Standing {
    after(&[
        Event::Claimed,
        Event::BuildBegins { fence: 1 },
        Event::Frozen { fence: 1 },
        Event::Held { fence: 1, until },
    ])
}

#[test]
fn a_draft_waits_without_a_worker_until_it_is_approved() {
    let draft = held(None);
    assert_eq!((draft.state, draft.lease_until, draft.next_try_at), (OccurrenceState::Frozen, None, None));
    assert!(!draft.is_claimable(at(59)), "without a time it waits as long as it takes");
    for event in [Event::Hurried, Event::SendingBegins { fence: 1 }, Event::Heartbeat { fence: 1 }] {
        assert_eq!(draft.clone().step(event.clone(), at(2), 7).0, draft, "{event:?}");
    }
    let (approved, effects) = draft.step(Event::Approved, at(3), 7);
    assert_eq!(effects, [Effect::WakeAt(at(3))]);
    assert_eq!(approved.clone().step(Event::Approved, at(4), 7), (approved.clone(), Vec::new()), "once is enough");
    let (claimed, effects) = approved.step(Event::Claimed, at(4), 7);
    assert_eq!((effects, claimed.fence), (vec![Effect::Render], 2));
    assert_eq!(claimed.clone().step(Event::Approved, at(5), 7), (claimed, Vec::new()));
}

#[test]
fn a_draft_goes_out_at_its_time_or_never() {
    let draft = held(Some(at(30)));
    assert!(!draft.is_claimable(at(29)) && draft.is_claimable(at(30)));
    let (claimed, effects) = draft.clone().step(Event::Claimed, at(30), 7);
    assert_eq!((effects, claimed.is_held), (vec![Effect::Render], false));
    // A try that breaks is tried again: nobody is asked twice.
    let broke = Event::Broke { fence: 2, reason: "It broke.".into(), remedy: Remedy::TryAgain };
    let (again, _) = claimed.step(broke, at(31), 7);
    assert!(again.state == OccurrenceState::Frozen && again.is_claimable(at(59)));
    let (gone, _) = draft.step(Event::Cancelled { reason: "Not sent.".into() }, at(5), 7);
    assert_eq!((gone.state, gone.is_held), (OccurrenceState::Cancelled, false));
    assert_eq!(gone.clone().step(Event::Approved, at(6), 7), (gone, Vec::new()));
}

/// The first drawing under a heading of `app/README.md`.
fn drawing(heading: &str) -> &'static str {
    let text = include_str!("../../../../README.md");
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    section.split("```").nth(1).unwrap()
}

#[test]
fn the_drawings_of_a_run_and_of_a_message_name_every_state() {
    let (run, message) = (drawing("A run"), drawing("A message"));
    for state in OccurrenceState::ALL {
        assert!(run.contains(state.as_str()), "{state} is not in the drawing of a run");
    }
    assert!(run.contains("held"), "a draft is not in the drawing of a run");
    for phase in DeliveryPhase::ALL {
        assert!(message.contains(phase.as_str()), "{phase} is not in the drawing of a message");
    }
}

#[test]
fn what_has_not_begun_is_passed_over_with_a_reason_and_can_be_made_up_for() {
    let passed_over = || Event::PassedOver { reason: "The job was paused.".into() };
    let (skipped, effects) = Standing::planned(at(0)).step(passed_over(), at(1), 7);
    assert_eq!((skipped.state, skipped.next_try_at), (OccurrenceState::Skipped, None));
    assert_eq!((skipped.reason.as_deref(), effects), (Some("The job was paused."), vec![Effect::Finished]));
    assert_eq!(skipped.step(Event::Revived, at(2), 7).0.state, OccurrenceState::Planned);
    let draft = after(&[
        Event::Claimed,
        Event::BuildBegins { fence: 1 },
        Event::Frozen { fence: 1 },
        Event::Held { fence: 1, until: None },
    ]);
    for begun in [after(&[Event::Claimed]), draft, sending()] {
        assert_eq!(begun.clone().step(passed_over(), at(1), 7), (begun, Vec::new()));
    }
}
