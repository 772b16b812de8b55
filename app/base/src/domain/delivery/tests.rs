//! The delivery's rules one by one, and a simulation with crashes, duplicates and late answers.

use super::*;

fn start() -> DateTime<Utc> {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn reply(code: u16) -> SmtpReply {
    SmtpReply::new(code, None, "words")
}

const HOLD: fn() -> DeliveryPolicy = DeliveryPolicy::default;

fn retry_once() -> DeliveryPolicy {
    DeliveryPolicy { uncertain: UncertainRule::RetryOnce, ..HOLD() }
}

/// Plays events at one instant and gives the last state and effects.
fn play(
    delivery: Delivery,
    policy: &DeliveryPolicy,
    events: impl IntoIterator<Item = Event>,
) -> (Delivery, Vec<Effect>) {
    let now = delivery.next_try_at.unwrap_or_else(start);
    events.into_iter().fold((delivery, Vec::new()), |(delivery, _), event| delivery.step(event, now, policy, 1))
}

fn up_to(phase: DeliveryPhase) -> Delivery {
    let steps = [Event::Claimed, Event::EnvelopeBegins { attempt: 1 }, Event::DotNext { attempt: 1 }];
    let count = match phase {
        DeliveryPhase::Connecting => 1,
        DeliveryPhase::Envelope => 2,
        _ => 3,
    };
    play(Delivery::queued(start()), &HOLD(), steps.into_iter().take(count)).0
}

#[test]
fn a_message_is_accepted_with_the_servers_words() {
    let (delivery, effects) =
        play(up_to(DeliveryPhase::DataSent), &HOLD(), [Event::Accepted { attempt: 1, reply: reply(250) }]);
    assert_eq!((delivery.phase, delivery.reply), (DeliveryPhase::Accepted, Some(reply(250))));
    assert_eq!(effects, [Effect::Finished]);
}

#[test]
fn what_is_queued_is_due_also_where_the_clock_was_set_back_since() {
    let before = start() - Duration::hours(1);
    let queued = Delivery::queued(start());
    assert_eq!(queued.due_at(before), Some(before));
    let begun = queued.step(Event::Claimed, before, &HOLD(), 1).0;
    assert_eq!((begun.phase, begun.due_at(before)), (DeliveryPhase::Connecting, None));
    let deferred = begun.step(Event::Broken { attempt: 1, reason: "reset".into() }, start(), &HOLD(), 1).0;
    assert!(!deferred.is_due(start()) && deferred.due_at(start()) == deferred.next_try_at);
}

#[test]
fn a_next_try_that_is_further_ahead_than_any_is_put_off_has_come_after_the_clock_was_set_back() {
    let broken = |attempt| Event::Broken { attempt, reason: "reset".into() };
    let mut delivery = Delivery::queued(start());
    for attempt in 1..=6 {
        delivery = play(delivery, &HOLD(), [Event::Claimed, broken(attempt)]).0;
        let at = delivery.next_try_at.unwrap();
        let waits = delivery.longest_wait();
        assert!(!delivery.is_due(at - waits), "attempt {attempt}: the longest that it can be");
        // The clock of another instance may be a minute behind.
        assert!(!delivery.is_due(at - waits - Duration::minutes(1)), "attempt {attempt}");
        let before = at - waits - Duration::seconds(61);
        assert_eq!(delivery.due_at(before), Some(before), "attempt {attempt}");
        assert_eq!(delivery.clone().step(Event::Claimed, before, &HOLD(), 1).0.phase, DeliveryPhase::Connecting);
    }
    assert!(delivery.longest_wait() > Duration::minutes(32), "the waits have grown, and what is too long with them");
}

#[test]
fn after_it_is_queued_again_the_waits_begin_anew() {
    let broken = |attempt| Event::Broken { attempt, reason: "reset".into() };
    let mut delivery = Delivery::queued(start());
    for attempt in 1..=10 {
        delivery = play(delivery, &HOLD(), [Event::Claimed, broken(attempt)]).0;
    }
    let now = delivery.next_try_at.expect("it is tried again");
    let step = |delivery: Delivery, event| delivery.step(event, now, &HOLD(), 1).0;
    let again = step(step(step(delivery, Event::GivenUp { by: None }), Event::SendAgain), Event::Claimed);
    assert_eq!(again.attempts, 11, "answers of earlier attempts are told apart");
    let waits = step(again, broken(11)).next_try_at.expect("it is tried again") - now;
    assert!(waits < Duration::minutes(2), "{waits}");
}

#[test]
fn the_dot_is_sent_only_after_data_sent_is_the_state() {
    let (delivery, effects) = play(up_to(DeliveryPhase::Envelope), &HOLD(), [Event::DotNext { attempt: 1 }]);
    assert_eq!((delivery.phase, effects), (DeliveryPhase::DataSent, vec![Effect::SendFinalDot]));
    let (_, effects) = play(up_to(DeliveryPhase::Connecting), &HOLD(), [Event::DotNext { attempt: 1 }]);
    assert_eq!(effects, []);
}

#[test]
fn a_break_before_the_dot_is_tried_again_after_at_least_a_minute() {
    for phase in [DeliveryPhase::Connecting, DeliveryPhase::Envelope] {
        for event in [Event::Broken { attempt: 1, reason: "reset".into() }, Event::Abandoned] {
            let (delivery, effects) = play(up_to(phase), &HOLD(), [event]);
            assert_eq!(delivery.phase, DeliveryPhase::Deferred);
            let at = delivery.next_try_at.unwrap();
            assert!(at >= start() + Duration::minutes(1));
            assert_eq!(effects, [Effect::WakeAt(at)]);
            assert!(!delivery.is_due(at - Duration::seconds(1)) && delivery.is_due(at));
        }
    }
}

#[test]
fn a_break_after_the_dot_is_held_for_the_owner() {
    for event in [Event::Broken { attempt: 1, reason: "reset".into() }, Event::Abandoned] {
        let (delivery, effects) = play(up_to(DeliveryPhase::DataSent), &HOLD(), [event]);
        assert_eq!((delivery.phase, effects), (DeliveryPhase::Uncertain, vec![Effect::Finished]));
        let (settled, _) = play(delivery.clone(), &HOLD(), [Event::KnownToHaveArrived { by: Some("Mina".into()) }]);
        let said = (settled.phase, settled.reason.as_deref());
        assert_eq!(said, (DeliveryPhase::Accepted, Some("Marked as delivered by Mina.")));
        let (given_up, _) = play(delivery.clone(), &HOLD(), [Event::GivenUp { by: None }]);
        assert_eq!(given_up.phase, DeliveryPhase::Failed);
        let (again, effects) = play(delivery, &HOLD(), [Event::SendAgain, Event::Claimed]);
        assert_eq!((again.phase, again.attempts, effects), (DeliveryPhase::Connecting, 2, vec![Effect::Connect]));
    }
}

#[test]
fn who_gave_up_is_said_behind_what_the_server_said() {
    let shown = |delivery: &Delivery| said(delivery.reply.as_ref(), delivery.reason.as_deref());
    let give_up = |delivery| play(delivery, &HOLD(), [Event::GivenUp { by: Some("Mina".into()) }]).0;
    let refused = Event::Refused { attempt: 1, reply: reply(451) };
    let refused = play(up_to(DeliveryPhase::Envelope), &HOLD(), [refused]).0;
    assert_eq!(shown(&refused).as_deref(), Some("451 words"));
    let given_up = give_up(refused);
    assert_eq!(given_up.phase, DeliveryPhase::Failed);
    assert_eq!(shown(&given_up).as_deref(), Some("451 words. Given up by Mina."));
    let broken = Event::Broken { attempt: 1, reason: "The connection broke.".into() };
    let given_up = give_up(play(up_to(DeliveryPhase::Envelope), &HOLD(), [broken]).0);
    assert_eq!(shown(&given_up).as_deref(), Some("The connection broke. Given up by Mina."));
    let (queued, _) = play(Delivery::queued(start()), &HOLD(), [Event::GivenUp { by: None }]);
    assert_eq!(shown(&queued).as_deref(), Some("Given up by hand."));
}

#[test]
fn an_unknown_outcome_is_retried_once_where_the_policy_says_so() {
    let broken = |attempt| Event::Broken { attempt, reason: "reset".into() };
    let (delivery, _) = play(up_to(DeliveryPhase::DataSent), &retry_once(), [broken(1)]);
    assert_eq!(delivery.phase, DeliveryPhase::Deferred);
    let (delivery, _) = play(
        delivery,
        &retry_once(),
        [Event::Claimed, Event::EnvelopeBegins { attempt: 2 }, Event::DotNext { attempt: 2 }, broken(2)],
    );
    assert_eq!(delivery.phase, DeliveryPhase::Uncertain);
}

#[test]
fn what_may_have_arrived_and_comes_to_nothing_by_itself_stays_unknown_until_a_person_decides() {
    let broken = Event::Broken { attempt: 1, reason: "Reset.".into() };
    let (doubtful, _) = play(up_to(DeliveryPhase::DataSent), &retry_once(), [broken]);
    let refused = |code| [Event::Claimed, Event::Refused { attempt: 2, reply: reply(code) }];
    for (events, said) in [
        (vec![Event::Withheld { reason: "Stopped.".into() }], "Stopped. An earlier try may have arrived."),
        (vec![Event::Stranded { reason: "Gone.".into() }], "Gone. An earlier try may have arrived."),
        (vec![Event::GivenUp { by: None }], "Reset. Given up by hand. An earlier try may have arrived."),
        (refused(554).into(), "An earlier try may have arrived."),
    ] {
        assert!(events.iter().all(|event| event.may_leave_unknown() || *event == Event::Claimed));
        let (ended, effects) = play(doubtful.clone(), &retry_once(), events);
        assert_eq!((ended.phase, ended.reason.as_deref()), (DeliveryPhase::Uncertain, Some(said)));
        assert_eq!(effects, [Effect::Finished]);
        let (given_up, _) = play(ended.clone(), &retry_once(), [Event::GivenUp { by: None }]);
        assert_eq!(given_up.phase, DeliveryPhase::Failed, "a person has decided");
        let (again, _) = play(ended, &retry_once(), [Event::SendAgain]);
        let (failed, _) = play(again, &retry_once(), [Event::Stranded { reason: "Gone.".into() }]);
        assert_eq!(failed.phase, DeliveryPhase::Failed, "whoever sent it again knew");
    }
    // There is no such recipient, so the first try has not arrived either.
    let bounced = Event::Bounced { attempt: 2, reply: reply(550) };
    assert_eq!(play(doubtful, &retry_once(), [Event::Claimed, bounced]).0.phase, DeliveryPhase::Failed);
}

#[test]
fn a_temporary_refusal_defers_and_a_final_one_fails_at_every_phase() {
    for phase in [DeliveryPhase::Connecting, DeliveryPhase::Envelope, DeliveryPhase::DataSent] {
        let (deferred, _) = play(up_to(phase), &HOLD(), [Event::Refused { attempt: 1, reply: reply(451) }]);
        assert_eq!((deferred.phase, deferred.reply), (DeliveryPhase::Deferred, Some(reply(451))));
        let (failed, effects) = play(up_to(phase), &HOLD(), [Event::Refused { attempt: 1, reply: reply(550) }]);
        assert_eq!((failed.phase, effects), (DeliveryPhase::Failed, vec![Effect::Finished]));
    }
}

#[test]
fn a_server_that_closes_slows_the_account() {
    let (_, effects) =
        play(up_to(DeliveryPhase::Envelope), &HOLD(), [Event::Refused { attempt: 1, reply: reply(421) }]);
    assert_eq!(effects[0], Effect::SlowDown);
}

#[test]
fn a_wrong_password_opens_the_breaker_and_loses_nothing() {
    let event = Event::AccountBlocked { attempt: 1, reason: "535".into() };
    let (delivery, effects) = play(up_to(DeliveryPhase::Connecting), &HOLD(), [event]);
    assert_eq!((delivery.phase, &effects[0]), (DeliveryPhase::Deferred, &Effect::OpenBreaker));
}

#[test]
fn an_address_that_does_not_exist_fails_and_is_suppressed() {
    for phase in [DeliveryPhase::Envelope, DeliveryPhase::DataSent] {
        let (failed, effects) = play(up_to(phase), &HOLD(), [Event::Bounced { attempt: 1, reply: reply(550) }]);
        assert_eq!((failed.phase, failed.reply), (DeliveryPhase::Failed, Some(reply(550))));
        assert_eq!(effects, [Effect::Suppress, Effect::Finished]);
    }
}

#[test]
fn a_message_that_must_not_go_is_withheld_with_its_reason_until_somebody_sends_it_again() {
    let withheld = || Event::Withheld { reason: "stopped".into() };
    let (refused, _) =
        play(up_to(DeliveryPhase::Envelope), &HOLD(), [Event::Refused { attempt: 1, reply: reply(450) }]);
    for waiting in [Delivery::queued(start()), refused] {
        let (held, effects) = play(waiting, &HOLD(), [withheld()]);
        assert_eq!(
            (held.phase, held.reason.as_deref(), &held.reply),
            (DeliveryPhase::Withheld, Some("stopped"), &None)
        );
        assert!(effects == [Effect::Finished] && held.phase.is_finished() && !held.is_due(start()));
        let (again, _) = play(held, &HOLD(), [Event::SendAgain]);
        assert!(again.is_due(start()));
    }
    let sent = up_to(DeliveryPhase::DataSent);
    assert_eq!(play(sent.clone(), &HOLD(), [withheld()]), (sent, Vec::new()), "what is on its way is not taken back");
}

#[test]
fn after_a_day_it_gives_up_with_the_last_reply() {
    let mut delivery = Delivery::queued(start());
    let policy = HOLD();
    for attempt in 1.. {
        let events = [Event::Claimed, Event::EnvelopeBegins { attempt }, Event::Refused { attempt, reply: reply(450) }];
        delivery = play(delivery, &policy, events).0;
        if delivery.phase == DeliveryPhase::Failed {
            assert!((12..30).contains(&attempt), "{attempt}");
            break;
        }
        assert!(delivery.next_try_at.unwrap() <= start() + policy.give_up_after);
    }
    assert_eq!(delivery.reply, Some(reply(450)));
}

#[test]
fn answers_of_an_earlier_attempt_change_nothing() {
    let (deferred, _) =
        play(up_to(DeliveryPhase::Envelope), &HOLD(), [Event::Broken { attempt: 1, reason: "reset".into() }]);
    let second = play(deferred, &HOLD(), [Event::Claimed]).0;
    for event in [
        Event::DotNext { attempt: 1 },
        Event::Accepted { attempt: 1, reply: reply(250) },
        Event::Refused { attempt: 1, reply: reply(550) },
        Event::Broken { attempt: 1, reason: "late".into() },
    ] {
        assert_eq!(play(second.clone(), &HOLD(), [event]), (second.clone(), Vec::new()));
    }
}

/// Random numbers that can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A mail server and a worker that may die at any moment; the row is what survives.
struct World {
    dice: Dice,
    now: DateTime<Utc>,
    row: Delivery,
    policy: DeliveryPolicy,
    accepted_by_server: u32,
    was_uncertain: bool,
}

impl World {
    fn tell(&mut self, event: Event) -> Vec<Effect> {
        let before = self.row.clone();
        let (row, effects) = self.row.clone().step(event.clone(), self.now, &self.policy, 5);
        assert!(!(before.phase == DeliveryPhase::Accepted && row != before), "accepted is final: {event:?}");
        self.was_uncertain |= before.phase == DeliveryPhase::DataSent
            && row.phase != DeliveryPhase::Accepted
            && !matches!(event, Event::Refused { .. });
        self.row = row;
        // Every event may be delivered twice.
        if self.dice.roll(10) == 0 {
            let (row, effects) = self.row.clone().step(event, self.now, &self.policy, 5);
            assert!(
                !effects.contains(&Effect::SendFinalDot) && !effects.contains(&Effect::Connect),
                "a repeated event repeats no act"
            );
            self.row = row;
        }
        effects
    }

    /// One attempt of one worker. `false`: it died on the way and said nothing more.
    fn attempt(&mut self) -> bool {
        if !self.tell(Event::Claimed).contains(&Effect::Connect) {
            return true;
        }
        let attempt = self.row.attempts;
        match self.dice.roll(8) {
            0 => return false,
            1 => return self.report(Event::Broken { attempt, reason: "refused".into() }),
            2 => return self.report(Event::AccountBlocked { attempt, reason: "535".into() }),
            _ => {}
        }
        self.tell(Event::EnvelopeBegins { attempt });
        match self.dice.roll(8) {
            0 => return false,
            1 => return self.report(Event::Refused { attempt, reply: reply(450) }),
            2 => return self.report(Event::Broken { attempt, reason: "reset".into() }),
            _ => {}
        }
        if !self.tell(Event::DotNext { attempt }).contains(&Effect::SendFinalDot) {
            return true;
        }
        let outcome = self.dice.roll(8);
        let heard = self.dice.roll(4) > 0;
        if outcome < 5 {
            self.accepted_by_server += 1;
        }
        match (outcome, heard) {
            (_, false) if self.dice.roll(2) == 0 => false,
            (_, false) => self.report(Event::Broken { attempt, reason: "silence".into() }),
            (0..=4, true) => self.report(Event::Accepted { attempt, reply: reply(250) }),
            (5, true) => self.report(Event::Refused { attempt, reply: reply(550) }),
            _ => self.report(Event::Refused { attempt, reply: reply(421) }),
        }
    }

    fn report(&mut self, event: Event) -> bool {
        self.tell(event);
        true
    }
}

#[test]
fn simulated_crashes_never_send_twice_silently_and_never_lose_a_message() {
    for seed in 1..=3000u64 {
        let policy = if seed % 2 == 0 { HOLD() } else { retry_once() };
        let row = Delivery::queued(start());
        let mut world =
            World { dice: Dice(seed), now: start(), row, policy, accepted_by_server: 0, was_uncertain: false };
        for _ in 0..200 {
            if world.row.phase.is_finished() {
                break;
            }
            if world.row.phase.is_in_flight() || !world.attempt() {
                world.tell(Event::Abandoned);
            }
            world.now += Duration::minutes(i64::try_from(world.dice.roll(90)).unwrap());
        }
        let row = &world.row;
        assert!(row.phase.is_finished(), "seed {seed} ends: {row:?}");
        if !world.was_uncertain {
            assert!(world.accepted_by_server <= 1, "seed {seed}: sent twice silently");
            assert_eq!(world.accepted_by_server == 1, row.phase == DeliveryPhase::Accepted, "seed {seed}: {row:?}");
        }
        if row.phase == DeliveryPhase::Failed {
            assert!(row.reply.is_some() || row.reason.is_some(), "seed {seed}: a failure says why");
        }
        if world.policy.uncertain == UncertainRule::Hold {
            assert!(world.accepted_by_server <= 1, "seed {seed}: holding never sends twice");
        }
    }
}
