//! Planner, runs and deliveries together, in a world that misbehaves: workers crash, stall and come back, heartbeats
//! repeat, the clock jumps, the mail server refuses and breaks. Each world grows from a seed, which a failure prints.
//!
//! One step of a worker is what the service does in one transaction, or one thing outside the database. The invariants
//! are those of SCHEDULING.

use super::*;
use crate::domain::{
    delivery::{self, Delivery, DeliveryPhase, DeliveryPolicy},
    planner::{Misfire, Ongoing, Overlap, PlanRules, Verdict, plan},
    schedule::{Cadence, ScheduleSpec, Timetable},
    smtp_reply::SmtpReply,
};
use std::collections::BTreeMap;

const WORLDS: u64 = 150;
const STEPS: u32 = 700;
const RECIPIENTS: usize = 3;

#[test]
fn nothing_is_lost_and_nothing_is_sent_twice_in_any_world() {
    let mut sent = 0;
    let mut crashes = 0;
    for seed in 0..WORLDS {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.happen();
            world.check();
        }
        world.settle();
        sent += world.inbox.values().filter(|&&count| count > 0).count();
        crashes += world.crashes;
    }
    // The worlds are lively enough to mean something.
    assert!(sent > 10_000 && crashes > 1_000, "{sent} sent, {crashes} crashes");
}

type Key = DateTime<Utc>;

struct World {
    seed: u64,
    dice: Dice,
    now: DateTime<Utc>,
    /// The latest that the clock has ever shown.
    latest: DateTime<Utc>,
    began: DateTime<Utc>,
    timetable: Timetable,
    rules: PlanRules,
    last_planned_at: DateTime<Utc>,
    next_run_at: Option<DateTime<Utc>>,
    rows: BTreeMap<Key, Row>,
    /// How often the mail server took the message of a run for a recipient.
    inbox: BTreeMap<(Key, usize), u32>,
    workers: Vec<Worker>,
    crashes: u32,
    is_calm: bool,
}

struct Row {
    standing: Standing,
    deliveries: Vec<Delivery>,
    /// The data, once frozen: which attempt built them.
    snapshot: Option<u32>,
}

/// What a worker keeps in its memory; a crash loses it.
#[derive(Default)]
struct Worker {
    task: Option<Task>,
    stalled_until: u32,
}

struct Task {
    owner: Owner,
    does: Does,
}

/// A claim: which run, and the fence that proves it.
#[derive(Clone, Copy)]
struct Owner {
    key: Key,
    fence: i64,
}

enum Does {
    Act(Effect),
    Building,
    Rendering,
    /// Connected for a recipient, in the phase that is stored.
    Talking {
        recipient: usize,
        attempt: u32,
    },
    /// The dot may go out.
    Dot {
        recipient: usize,
        attempt: u32,
    },
    /// The answer of the server, not yet stored.
    Tell {
        recipient: usize,
        event: delivery::Event,
    },
}

impl World {
    fn new(seed: u64) -> World {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let began: DateTime<Utc> = "2026-10-24T18:00:00Z".parse().unwrap();
        let expression = ["*/20 * * * *", "30 * * * *", "30 1,2,3 * * *"][dice.below(3) as usize];
        let cadence = Cadence::Cron { expression: expression.into() };
        let timetable = Timetable::compile(&ScheduleSpec::new(cadence, "Europe/Ljubljana")).unwrap();
        let rules = PlanRules {
            misfire: Misfire::ALL[dice.below(3) as usize],
            overlap: Overlap::ALL[dice.below(4) as usize],
            at_most: 3,
            ..PlanRules::default()
        };
        let next_run_at = timetable.next_after(began);
        let workers = (0..2 + dice.below(2)).map(|_| Worker::default()).collect();
        World {
            seed,
            dice,
            now: began,
            latest: began,
            began,
            timetable,
            rules,
            last_planned_at: began,
            next_run_at,
            rows: BTreeMap::new(),
            inbox: BTreeMap::new(),
            workers,
            crashes: 0,
            is_calm: false,
        }
    }

    fn happen(&mut self) {
        let worker = self.dice.below(self.workers.len() as u64) as usize;
        match self.dice.below(100) {
            0..=65 => self.work(worker),
            66..=73 => self.plan(),
            74..=87 => self.pass_up_to(Duration::minutes(4)),
            88..=90 => self.crash(worker),
            91..=96 => self.workers[worker].stalled_until = 1 + self.dice.below(20) as u32,
            97 => self.pass_up_to(Duration::hours(10)),
            98 => self.now -= Duration::minutes(self.dice.below(90) as i64),
            _ => (0..self.workers.len()).for_each(|worker| self.crash(worker)),
        }
    }

    fn pass_up_to(&mut self, most: Duration) {
        let seconds = self.dice.below(most.num_seconds() as u64) as i64;
        self.pass(Duration::seconds(1 + seconds));
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.latest = self.latest.max(self.now);
    }

    fn crash(&mut self, worker: usize) {
        self.crashes += u32::from(self.workers[worker].task.is_some());
        self.workers[worker] = Worker::default();
    }

    /// One transaction: the schedule's row is locked, so plans come one after the other.
    fn plan(&mut self) {
        if self.next_run_at.is_none_or(|at| at > self.now) {
            return;
        }
        let open = |is: fn(&Standing) -> bool| self.rows.iter().find(|(_, row)| is(&row.standing)).map(|(&key, _)| key);
        let ongoing = Ongoing {
            running: open(|standing| standing.lease_until.is_some()),
            waiting: open(|standing| standing.state == OccurrenceState::Planned),
        };
        let made = plan(&self.timetable, &self.rules, ongoing, self.last_planned_at, self.now);
        for decision in made.decisions {
            if decision.verdict == Verdict::RunInstead {
                self.cancel_running();
            }
            let standing = match decision.verdict {
                Verdict::Run | Verdict::RunInstead => Standing::planned(decision.at),
                Verdict::Skip(reason) => Standing::skipped(reason.words(|at| at.to_string())),
            };
            let row = Row { standing, deliveries: Vec::new(), snapshot: None };
            let before = self.rows.insert(decision.at, row);
            assert!(before.is_none(), "seed {}: {} planned twice", self.seed, decision.at);
        }
        assert!(made.next_run_at > self.next_run_at, "seed {}: next does not rise", self.seed);
        self.last_planned_at = made.last_planned_at;
        self.next_run_at = made.next_run_at;
    }

    fn cancel_running(&mut self) {
        for row in self.rows.values_mut().filter(|row| !row.standing.state.is_final()) {
            let reason = "Cancelled by the next run.".to_owned();
            row.standing = row.standing.clone().step(Event::Cancelled { reason }, self.now, self.seed).0;
        }
    }

    fn work(&mut self, worker: usize) {
        if self.workers[worker].stalled_until > 0 {
            self.workers[worker].stalled_until -= 1;
            return;
        }
        match self.workers[worker].task.take() {
            None => self.workers[worker].task = self.claim(),
            Some(task) => self.workers[worker].task = self.go_on(task),
        }
    }

    fn claim(&mut self) -> Option<Task> {
        let (&key, row) = self.rows.iter_mut().find(|(_, row)| row.standing.is_claimable(self.now))?;
        let (standing, effects) = row.standing.clone().step(Event::Claimed, self.now, self.seed);
        row.standing = standing;
        let effect = effects.into_iter().find(|effect| *effect != Effect::Finished)?;
        Some(Task { owner: Owner { key, fence: row.standing.fence }, does: Does::Act(effect) })
    }

    /// Stores an event of the run; nothing comes back when the claim is lost.
    fn store(&mut self, owner: Owner, event: Event) -> Option<Vec<Effect>> {
        let row = self.rows.get_mut(&owner.key)?;
        let (standing, effects) = row.standing.clone().step(event, self.now, self.seed);
        if standing == row.standing {
            return None;
        }
        row.standing = standing;
        Some(effects)
    }

    /// Stores an event of one delivery, as long as the run is still the worker's.
    fn store_delivery(&mut self, owner: Owner, recipient: usize, event: delivery::Event) -> Option<Delivery> {
        let row = self.rows.get_mut(&owner.key)?;
        if row.standing.fence != owner.fence || row.standing.lease_until.is_none() {
            return None;
        }
        let before = row.deliveries[recipient].clone();
        let (after, _) = before.clone().step(event, self.now, &DeliveryPolicy::default(), self.seed);
        if after == before {
            return None;
        }
        row.deliveries[recipient] = after.clone();
        Some(after)
    }

    fn go_on(&mut self, Task { owner, does }: Task) -> Option<Task> {
        let fence = owner.fence;
        let alive = self.dice.below(4) == 0;
        if alive {
            let _ = self.store(owner, Event::Heartbeat { fence });
        }
        let does = match does {
            Does::Act(Effect::Build) => {
                self.store(owner, Event::BuildBegins { fence })?;
                Does::Building
            }
            Does::Building if self.goes_wrong(12) => {
                let remedy = if self.dice.below(5) == 0 { Remedy::Never } else { Remedy::TryAgain };
                self.store(owner, Event::Broke { fence, reason: "It broke.".into(), remedy });
                return None;
            }
            Does::Building => {
                self.store(owner, Event::Frozen { fence })?;
                let row = self.rows.get_mut(&owner.key)?;
                assert_eq!(row.snapshot, None, "seed {}: frozen twice", self.seed);
                row.snapshot = Some(row.standing.attempts);
                Does::Rendering
            }
            Does::Act(Effect::Render) => Does::Rendering,
            Does::Rendering => {
                self.store(owner, Event::SendingBegins { fence })?;
                let row = self.rows.get_mut(&owner.key)?;
                assert!(row.deliveries.is_empty() && row.snapshot.is_some(), "seed {}: rendered twice", self.seed);
                row.deliveries = vec![Delivery::queued(self.now); RECIPIENTS];
                Does::Act(Effect::Send)
            }
            Does::Act(Effect::Send) => self.next_message(owner)?,
            Does::Act(_) => return None,
            Does::Talking { recipient, attempt } if self.goes_wrong(10) => {
                Does::Tell { recipient, event: self.refusal(attempt) }
            }
            Does::Talking { recipient, attempt } => {
                if self.rows[&owner.key].deliveries[recipient].phase == DeliveryPhase::Connecting {
                    self.store_delivery(owner, recipient, delivery::Event::EnvelopeBegins { attempt })?;
                    Does::Talking { recipient, attempt }
                } else {
                    self.store_delivery(owner, recipient, delivery::Event::DotNext { attempt })?;
                    Does::Dot { recipient, attempt }
                }
            }
            Does::Dot { recipient, attempt } => {
                Does::Tell { recipient, event: self.dot(owner.key, recipient, attempt) }
            }
            Does::Tell { recipient, event } => {
                self.store_delivery(owner, recipient, event)?;
                Does::Act(Effect::Send)
            }
        };
        Some(Task { owner, does })
    }

    /// The next message that is due, or the end of the round.
    fn next_message(&mut self, owner: Owner) -> Option<Does> {
        for recipient in 0..RECIPIENTS {
            let phase = self.rows[&owner.key].deliveries[recipient].phase;
            if phase.is_in_flight() {
                self.store_delivery(owner, recipient, delivery::Event::Abandoned)?;
            }
        }
        let due = self.rows[&owner.key].deliveries.iter().position(|delivery| delivery.is_due(self.now));
        if let Some(recipient) = due {
            let begun = self.store_delivery(owner, recipient, delivery::Event::Claimed)?;
            return Some(Does::Talking { recipient, attempt: begun.attempts });
        }
        let tally = tally(&self.rows[&owner.key].deliveries);
        self.store(owner, Event::Sent { fence: owner.fence, tally });
        None
    }

    /// What leaves the house cannot be taken back: the server has the message whether or not its answer arrives.
    fn dot(&mut self, key: Key, recipient: usize, attempt: u32) -> delivery::Event {
        let broken = delivery::Event::Broken { attempt, reason: "The connection was lost.".into() };
        if self.goes_wrong(12) {
            return if self.dice.below(2) == 0 { broken } else { self.refusal(attempt) };
        }
        *self.inbox.entry((key, recipient)).or_default() += 1;
        if self.goes_wrong(12) {
            return broken;
        }
        delivery::Event::Accepted { attempt, reply: SmtpReply::new(250, None, "queued") }
    }

    fn refusal(&mut self, attempt: u32) -> delivery::Event {
        match self.dice.below(3) {
            0 => delivery::Event::Broken { attempt, reason: "The connection was lost.".into() },
            1 => delivery::Event::Refused { attempt, reply: SmtpReply::new(451, None, "later") },
            _ => delivery::Event::Refused { attempt, reply: SmtpReply::new(550, None, "never") },
        }
    }

    fn goes_wrong(&mut self, percent: u64) -> bool {
        self.dice.below(100) < percent && !self.is_calm
    }

    /// Invariant 2, after each step: taken at most once, and if it was taken, the row says so or says that it is unknown.
    fn check(&self) {
        for (&(key, recipient), &count) in &self.inbox {
            let phase = self.rows[&key].deliveries[recipient].phase;
            let seed = self.seed;
            assert!(count <= 1, "seed {seed}: {key} was sent {count} times to {recipient} ({phase})");
            let told = matches!(phase, DeliveryPhase::Accepted | DeliveryPhase::Uncertain | DeliveryPhase::DataSent);
            assert!(told, "seed {seed}: {key} arrived at {recipient}, and its row says {phase}");
        }
    }

    /// Invariants 1 and 3: once the storm is over, every instant has ended, with a reason if it did not run.
    fn settle(&mut self) {
        self.is_calm = true;
        self.now = self.latest;
        (0..self.workers.len()).for_each(|worker| self.crash(worker));
        // Until every lease, wait and retry has run out, a day and some hours.
        for _ in 0..550 {
            self.pass(Duration::minutes(4));
            self.plan();
            for _ in 0..16 {
                (0..self.workers.len()).for_each(|worker| self.work(worker));
            }
            self.check();
        }
        let storm_end = self.latest - Duration::minutes(120);
        let named = self.timetable.runs_after(self.began).take_while(|&at| at <= storm_end).collect::<Vec<_>>();
        for at in named {
            let Some(row) = self.rows.get(&at) else { panic!("seed {}: {at} is lost", self.seed) };
            let standing = &row.standing;
            assert!(standing.state.is_final(), "seed {}: {at} stays {standing:?}", self.seed);
            if standing.state != OccurrenceState::Done {
                assert!(standing.reason.is_some(), "seed {}: {at} ended as {standing:?}", self.seed);
            }
            if standing.state == OccurrenceState::Done {
                let arrived = (0..RECIPIENTS).all(|recipient| self.inbox.get(&(at, recipient)) == Some(&1));
                assert!(arrived, "seed {}: {at} is done and not everybody has it", self.seed);
            }
        }
    }
}

fn tally(deliveries: &[Delivery]) -> Tally {
    let mut tally = Tally::default();
    for delivery in deliveries {
        match delivery.phase {
            DeliveryPhase::Accepted => tally.accepted += 1,
            DeliveryPhase::Failed => tally.failed += 1,
            DeliveryPhase::Uncertain => tally.uncertain += 1,
            _ => {
                tally.waiting += 1;
                tally.next_try_at = tally.next_try_at.into_iter().chain(delivery.next_try_at).min();
            }
        }
    }
    tally
}

/// Xorshift: the same seed throws the same dice everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
