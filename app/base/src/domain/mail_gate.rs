//! When an account may send: its breaker, its pace, and its rest after a server asked for less. One state per account,
//! kept in the database, asked before each message by whoever sends over it.
//!
//! ```text
//! open ── account blocked ──► closed until the next try ── its time comes ──► one message tries
//!   ▲                             ▲                                               │
//!   ├──────── by a person ────────┤◄──────────────── blocked again ───────────────┤
//!   └────────────────────────────────────────────────── it worked ────────────────┘
//! ```

use super::backoff::Backoff;
use chrono::{DateTime, Duration, Utc};

/// Where an account stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// The account itself does not work.
    pub block: Option<Block>,
    /// The first instant that no message has taken yet.
    pub next_send_at: Option<DateTime<Utc>>,
    /// A server asked for less.
    pub slow: Option<Slow>,
}

/// A breaker that has opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub since: DateTime<Utc>,
    /// Why, as the last message found out.
    pub words: String,
    /// How often in a row.
    pub times: u32,
    /// When one message may try whether it works again.
    pub probe_at: DateTime<Utc>,
}

/// How slow an account goes, from when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    pub times: u32,
    pub since: DateTime<Utc>,
}

/// Who has found out that an account does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finder {
    /// A message that was let through while it seemed to work: of several at once the first one tells.
    Message,
    /// The message that tries whether it works again, or a person.
    Try,
}

/// The answer to a message that wants to go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// At this instant, which is taken for it.
    Go(DateTime<Utc>),
    /// At this instant, as the one that finds out whether the account works again.
    Probe(DateTime<Utc>),
    /// Nothing was taken; ask again then.
    Wait(DateTime<Utc>),
}

/// Between the tries of an account that does not work.
const RETRY: Backoff = Backoff { first: Duration::minutes(1), longest: Duration::hours(1) };
/// How long others wait for the message that tries.
const PROBE_TAKES: Duration = Duration::minutes(2);
/// The rest after a server asked for less.
const REST: Duration = Duration::minutes(1);
/// After so long without another such answer the account goes twice as fast again.
const RECOVERS_EVERY: Duration = Duration::minutes(10);
/// The slowest is 2^6 times as slow.
const SLOWEST: u32 = 6;
/// Between two messages of an account without a limit, while it is slow.
const UNLIMITED: Duration = Duration::seconds(1);
/// How far ahead of its pace an instant may be taken: by who waits for it, and by a process whose clock is another.
const APART: Duration = Duration::minutes(1);

impl Gate {
    /// Whether a message may go, at most `per_minute` of them, evenly spaced: never more than the limit in any minute.
    /// One that would wait longer than `patience` takes nothing.
    pub fn ask(mut self, now: DateTime<Utc>, per_minute: Option<u32>, patience: Duration) -> (Self, Passage) {
        // A try that lies further ahead than any was put off before the clock was set back.
        if let Some(block) = &self.block
            && now < block.probe_at
            && block.probe_at <= now + block.longest_pause() + APART
        {
            let at = block.probe_at;
            return (self, Passage::Wait(at));
        }
        // What lies further ahead than anybody takes was taken before the clock was set back.
        let furthest = now + self.longest_pause(per_minute) + APART;
        let slot = self.next_send_at.filter(|at| *at <= furthest).unwrap_or(now).max(now);
        if slot - now > patience {
            return (self, Passage::Wait(slot));
        }
        self.next_send_at = spacing(per_minute, self.slowness(now)).map(|spacing| slot + spacing);
        match &mut self.block {
            None => (self, Passage::Go(slot)),
            Some(block) => {
                block.probe_at = slot + PROBE_TAKES;
                (self, Passage::Probe(slot))
            }
        }
    }

    /// The account itself was refused. `seed` decides the jitter of the waits.
    #[must_use]
    pub fn blocked(mut self, words: String, finder: Finder, now: DateTime<Utc>, seed: u64) -> Self {
        if finder == Finder::Message && self.block.is_some() {
            return self;
        }
        let (since, times) = match &self.block {
            Some(block) => (block.since, block.times.saturating_add(1)),
            None => (now, 1),
        };
        self.block = Some(Block { since, words, times, probe_at: now + RETRY.wait(times, seed) });
        self
    }

    /// The account works: a server listened to it.
    #[must_use]
    pub fn worked(mut self) -> Self {
        self.block = None;
        self
    }

    /// 421: the server asked for less. While the account rests for that, further such answers are to what was on its way
    /// already, over other connections.
    #[must_use]
    pub fn slowed(mut self, now: DateTime<Utc>) -> Self {
        if self.slow.is_some_and(|slow| slow.since <= now && now < slow.since + REST) {
            return self;
        }
        self.slow = Some(Slow { times: (self.slowness(now) + 1).min(SLOWEST), since: now });
        self.next_send_at = Some(self.next_send_at.unwrap_or(now).max(now + REST));
        self
    }

    /// A person has looked at it: everything may go at once.
    #[must_use]
    pub fn cleared(self) -> Self {
        Self::default()
    }

    /// How many times its pace is halved now.
    pub fn slowness(&self, now: DateTime<Utc>) -> u32 {
        self.slow.map_or(0, |slow| {
            let recovered = (now - slow.since).num_seconds().max(0) / RECOVERS_EVERY.num_seconds();
            slow.times.saturating_sub(u32::try_from(recovered).unwrap_or(u32::MAX))
        })
    }

    /// The longest for which it can put off messages, as it stands.
    pub fn longest_wait(&self, per_minute: Option<u32>) -> Duration {
        let tried = self.block.as_ref().map(Block::longest_pause);
        let paced = self.next_send_at.map(|_| self.longest_pause(per_minute));
        tried.max(paced).unwrap_or_default()
    }

    /// The longest that it may have had to wait since it was last asked to go more slowly.
    fn longest_pause(&self, per_minute: Option<u32>) -> Duration {
        let slowest = self.slow.map_or(0, |slow| slow.times);
        spacing(per_minute, slowest).unwrap_or_default().max(REST)
    }
}

impl Block {
    /// The longest until the next try: after so many that failed, or of one that is under way.
    fn longest_pause(&self) -> Duration {
        RETRY.most_after(self.times).max(PROBE_TAKES)
    }
}

/// From one message to the next, of an account whose pace is halved so many times; none where they may follow at once.
fn spacing(per_minute: Option<u32>, slowness: u32) -> Option<Duration> {
    // Rounded up, or the last message of a minute would come too early.
    let limit = per_minute.map(|limit| {
        let limit = i64::from(limit.max(1));
        Duration::microseconds((60_000_000 + limit - 1) / limit)
    });
    match slowness {
        0 => limit,
        slowness => Some(limit.unwrap_or_default().max(UNLIMITED) * (1 << slowness.min(SLOWEST))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        "2026-11-23T07:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::seconds(seconds)
    }

    const PATIENCE: Duration = Duration::seconds(2);

    #[test]
    fn without_a_limit_every_message_goes_at_once_and_nothing_is_kept() {
        let (gate, passage) = Gate::default().ask(at(0), None, PATIENCE);
        assert_eq!((gate, passage), (Gate::default(), Passage::Go(at(0))));
    }

    #[test]
    fn never_more_than_the_limit_goes_in_any_minute() {
        for limit in [1, 7, 30, 59, 600] {
            let (mut gate, mut now, mut sent) = (Gate::default(), at(0), Vec::new());
            while now < at(200) {
                let (next, passage) = gate.ask(now, Some(limit), Duration::zero());
                gate = next;
                match passage {
                    Passage::Go(slot) => sent.push(slot),
                    Passage::Wait(until) => now = until,
                    Passage::Probe(_) => panic!("nothing is blocked"),
                }
            }
            for (place, first) in sent.iter().enumerate() {
                let within = sent[place..].iter().filter(|slot| **slot - *first < Duration::minutes(1)).count();
                assert!(within <= limit as usize, "{within} of {limit} from {first}");
            }
            assert!(sent.len() >= 3 * limit as usize, "{} of {limit} a minute in 200 s", sent.len());
        }
    }

    #[test]
    fn a_message_takes_a_later_instant_only_where_it_is_soon() {
        let (gate, _) = Gate::default().ask(at(0), Some(60), PATIENCE);
        let (gate, second) = gate.ask(at(0), Some(60), PATIENCE);
        assert_eq!(second, Passage::Go(at(1)));
        let (gate, third) = gate.ask(at(0), Some(60), PATIENCE);
        assert_eq!(third, Passage::Go(at(2)));
        let (same, fourth) = gate.clone().ask(at(0), Some(60), PATIENCE);
        assert_eq!((same, fourth), (gate, Passage::Wait(at(3))));
    }

    #[test]
    fn an_instant_from_before_the_clock_was_set_back_holds_nobody_up() {
        let (gate, _) = Gate::default().ask(at(3_600), Some(60), PATIENCE);
        assert_eq!(gate.next_send_at, Some(at(3_601)));
        let (gate, passage) = gate.ask(at(0), Some(60), PATIENCE);
        assert_eq!((passage, gate.next_send_at), (Passage::Go(at(0)), Some(at(1))), "the pace goes on from here");
        // What can be of its own pace counts: an account that goes slowly waits for long.
        let (slow, _) = Gate::default().slowed(at(-60)).slowed(at(0)).ask(at(60), Some(1), PATIENCE);
        assert_eq!(slow.next_send_at, Some(at(300)));
        assert_eq!(slow.ask(at(61), Some(1), PATIENCE).1, Passage::Wait(at(300)));
    }

    #[test]
    fn a_blocked_account_waits_and_then_one_message_tries() {
        let gate = Gate::default().blocked("535".into(), Finder::Try, at(0), 1);
        let probe_at = gate.block.as_ref().unwrap().probe_at;
        assert!(probe_at >= at(60) && probe_at <= at(75));
        assert_eq!(gate.clone().ask(at(30), None, PATIENCE).1, Passage::Wait(probe_at));
        let (gate, passage) = gate.ask(probe_at, None, PATIENCE);
        assert_eq!(passage, Passage::Probe(probe_at));
        let (gate, second) = gate.ask(probe_at, None, PATIENCE);
        assert_eq!(second, Passage::Wait(probe_at + PROBE_TAKES), "the others wait for the one that tries");
        assert_eq!(gate.worked().ask(probe_at, None, PATIENCE).1, Passage::Go(probe_at));
    }

    #[test]
    fn of_several_connections_that_find_out_the_same_the_first_one_tells() {
        let gate = Gate::default().blocked("535".into(), Finder::Message, at(0), 1);
        let same = gate.clone().blocked("534".into(), Finder::Message, at(1), 1);
        assert_eq!(same, gate);
        assert_eq!(gate.blocked("534".into(), Finder::Try, at(60), 1).block.unwrap().times, 2);
        let slow = Gate::default().slowed(at(0));
        assert_eq!(slow.clone().slowed(at(59)), slow, "what was on its way already");
        assert_eq!(slow.slowed(at(60)).slow.unwrap().times, 2);
    }

    #[test]
    fn an_account_that_was_blocked_before_the_clock_was_set_back_is_tried_again() {
        let (gate, _) =
            Gate::default().blocked("535".into(), Finder::Try, at(86_400), 1).ask(at(86_500), None, PATIENCE);
        let (gate, passage) = gate.ask(at(0), None, PATIENCE);
        assert_eq!(passage, Passage::Probe(at(0)), "whoever was to try it may be gone");
        assert_eq!(gate.ask(at(1), None, PATIENCE).1, Passage::Wait(at(0) + PROBE_TAKES), "one message tries");
        // An hour is more than a first try is put off for, and less than a tenth one.
        let blocked = |times: i64| {
            (0..times).fold(Gate::default(), |gate, _| gate.blocked("535".into(), Finder::Try, at(3_600), 1))
        };
        assert_eq!(blocked(1).ask(at(0), None, PATIENCE).1, Passage::Probe(at(0)));
        let often = blocked(10);
        let back = often.block.as_ref().unwrap().probe_at - often.longest_wait(None);
        assert!(matches!(often.ask(back, None, PATIENCE).1, Passage::Wait(_)));
    }

    #[test]
    fn how_long_an_account_puts_messages_off_is_known() {
        assert_eq!(Gate::default().longest_wait(None), Duration::zero());
        let (paced, _) = Gate::default().ask(at(0), Some(60), PATIENCE);
        assert_eq!(paced.longest_wait(Some(60)), REST);
        let blocked = paced.blocked("535".into(), Finder::Try, at(0), 1);
        assert_eq!(blocked.longest_wait(Some(60)), PROBE_TAKES, "somebody may be trying it");
        assert!(blocked.blocked("535".into(), Finder::Try, at(0), 1).longest_wait(None) > PROBE_TAKES);
    }

    #[test]
    fn an_account_that_stays_blocked_is_tried_less_and_less_often() {
        let mut gate = Gate::default();
        let mut waits = Vec::new();
        for _ in 0..10 {
            gate = gate.blocked("535".into(), Finder::Try, at(0), 1);
            waits.push(gate.block.as_ref().unwrap().probe_at - at(0));
        }
        assert!(waits[..6].is_sorted() && waits[9] >= Duration::hours(1) && waits[9] <= Duration::minutes(75));
        let block = gate.block.clone().unwrap();
        assert_eq!((block.since, block.times), (at(0), 10), "since the first time");
        assert_eq!(gate.cleared().ask(at(0), None, PATIENCE).1, Passage::Go(at(0)), "a person opens it at once");
    }

    #[test]
    fn after_421_the_account_rests_and_goes_on_more_slowly() {
        let gate = Gate::default().slowed(at(0));
        assert_eq!(gate.clone().ask(at(0), None, PATIENCE).1, Passage::Wait(at(60)));
        let (gate, passage) = gate.ask(at(60), None, PATIENCE);
        assert_eq!(passage, Passage::Go(at(60)));
        assert_eq!(gate.clone().ask(at(60), None, PATIENCE).1, Passage::Go(at(62)), "two seconds instead of none");
        let slower = gate.slowed(at(61));
        assert_eq!(slower.slowness(at(61)), 2);
        assert_eq!(slower.slowness(at(61 + 600)), 1);
        assert_eq!(slower.slowness(at(61 + 1_200)), 0);
        assert_eq!(slower.clone().ask(at(2_000), None, PATIENCE).1, Passage::Go(at(2_000)));
        let limited = Gate::default().slowed(at(0)).ask(at(60), Some(30), PATIENCE).0;
        assert_eq!(limited.next_send_at, Some(at(64)), "half of its own limit");
    }

    #[test]
    fn however_often_it_is_asked_to_slow_down_it_does_not_stop() {
        let gate = (-39..=0).fold(Gate::default(), |gate, minute| gate.slowed(at(60 * minute)));
        assert_eq!(gate.slowness(at(0)), SLOWEST);
        assert_eq!(gate.next_send_at, Some(at(60)));
    }
}
