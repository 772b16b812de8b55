//! Planner, runs and deliveries together, in a world that misbehaves: workers are killed at named points, stall and come
//! back; writes are repeated, arrive late, or succeed without their answer; clocks jump and differ; the mail server
//! refuses and breaks; people cancel, resume, make up for what was skipped and send again. Each world grows from a
//! seed, which a failure prints.
//!
//! One step of a worker is what the service does in one transaction, or one thing outside the database. After each step
//! the invariants of SCHEDULING are checked, against instants that were found minute by minute.

mod oracle;

use self::oracle::{SCHEDULES, Schedule};
use super::{
    backoff::Backoff,
    crash_point::CrashPoint,
    delivery::{self, Delivery, DeliveryPhase, DeliveryPolicy},
    occurrence::{Effect, Event, OccurrenceState, Remedy, RunRules, Standing, Tally},
    planner::{Jitter, Misfire, Ongoing, Overlap, PlanRules, Streak, Verdict, after_end, plan},
    schedule::Timetable,
    smtp_reply::SmtpReply,
};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Steps of one world; more steps are more worlds.
const STEPS_OF_A_WORLD: u64 = 700;
const RECIPIENTS: usize = 3;
const PAUSE_AFTER: u32 = 3;

#[test]
fn nothing_is_lost_and_nothing_is_sent_twice_in_100_000_steps() {
    let seen = simulate(1, 100_000);
    // The worlds are lively enough to mean something.
    assert!(seen.sent > 2_000 && seen.crashes > 800, "{seen:?}");
    assert!(seen.late > 100 && seen.paused > 10 && seen.ended > 3 && seen.timed_out > 20, "{seen:?}");
    for point in CrashPoint::ALL {
        assert!(seen.points.get(point).is_some_and(|&count| count > 5), "{point} was not reached: {seen:?}");
    }
}

/// `make simulate SEED=… STEPS=…`
#[test]
#[ignore = "takes as long as it is asked to"]
#[allow(clippy::disallowed_methods, reason = "what make passes to a test comes in by the environment")]
fn as_many_steps_as_asked() {
    let number = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty()).map(|text| text.parse::<u64>());
    let seed = number("SEED").unwrap_or(Ok(1)).expect("SEED is a number");
    let steps = number("STEPS").unwrap_or(Ok(1_000_000)).expect("STEPS is a number");
    let seen = simulate(seed, steps);
    println!("{steps} steps from seed {seed}: {seen:?}");
}

/// Goes through worlds until there were so many steps. The first grows from the seed itself, so what a failure prints
/// can be looked at alone.
fn simulate(seed: u64, steps: u64) -> Seen {
    println!("simulating {steps} steps from seed {seed}");
    let mut seen = Seen::default();
    let mut left = steps;
    for seed in seed.. {
        let mut world = World::new(seed);
        for _ in 0..left.min(STEPS_OF_A_WORLD) {
            world.happen();
            world.check();
        }
        world.settle();
        seen.add(&world);
        left = left.saturating_sub(STEPS_OF_A_WORLD);
        if left == 0 {
            break;
        }
    }
    seen
}

/// What happened in the worlds.
#[derive(Debug, Default)]
struct Seen {
    worlds: u32,
    runs: usize,
    sent: usize,
    crashes: u32,
    /// Writes that arrived late.
    late: u32,
    timed_out: u32,
    /// Schedules that paused themselves.
    paused: u32,
    /// Schedules that came to the end of their number of runs.
    ended: u32,
    points: BTreeMap<CrashPoint, u32>,
}

impl Seen {
    fn add(&mut self, world: &World) {
        self.worlds += 1;
        self.runs += world.rows.len();
        self.sent += world.inbox.len();
        self.crashes += world.seen.crashes;
        self.late += world.seen.late;
        self.timed_out += world.seen.timed_out;
        self.paused += world.seen.paused;
        self.ended += u32::from(world.runs_left() == Some(0));
        for (&point, count) in &world.seen.points {
            *self.points.entry(point).or_default() += count;
        }
    }
}

type Key = DateTime<Utc>;

struct World {
    seed: u64,
    dice: Dice,
    /// What a clock that is right shows; the workers' differ from it.
    now: DateTime<Utc>,
    /// The latest that any clock has ever shown.
    latest: DateTime<Utc>,
    /// The instants that the schedule names, found minute by minute.
    named: Vec<Key>,
    /// How many of them are dealt with.
    checked: usize,
    schedule: Row,
    rules: PlanRules,
    run_rules: RunRules,
    timetable: Timetable,
    rows: BTreeMap<Key, Run>,
    /// The state in which runs have ended; only a person changes it.
    ends: BTreeMap<Key, OccurrenceState>,
    /// How often the mail server took the message of a run for a recipient.
    inbox: BTreeMap<(Key, usize), u32>,
    /// Runs whose report is in the archive.
    archive: BTreeSet<Key>,
    workers: Vec<Worker>,
    /// Writes on their way to the database, from workers that are gone.
    late: Vec<(Owner, Write)>,
    seen: Seen,
    is_calm: bool,
}

/// The row of the schedule.
struct Row {
    last_planned_at: DateTime<Utc>,
    next_run_at: Option<DateTime<Utc>>,
    runs_made: u32,
    most_runs: Option<u32>,
    failures: u32,
    is_paused: bool,
    /// Pauses by their ends: what fell into them was never meant to run.
    pauses: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

/// The row of a run and what hangs on it.
struct Run {
    standing: Standing,
    deliveries: Vec<Delivery>,
    /// The data, once frozen: the fence under which they were built.
    snapshot: Option<i64>,
    is_committed: bool,
}

/// What a worker keeps in its memory; a crash loses it.
#[derive(Default)]
struct Worker {
    task: Option<Task>,
    stalled_until: u32,
    /// How far its clock is off.
    off: Duration,
}

struct Task {
    owner: Owner,
    does: Does,
}

/// A claim: which run, the fence that proves it, and whose clock counts.
#[derive(Clone, Copy)]
struct Owner {
    worker: usize,
    key: Key,
    fence: i64,
}

enum Does {
    Act(Effect),
    Building,
    Freezing,
    Rendering,
    Storing,
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
    /// Everything that was due is tried: the report goes to the archive, then the run ends its round.
    Keeping,
    NotingCommit,
    Ending,
}

/// One transaction of a worker.
#[derive(Clone)]
enum Write {
    Step(Event),
    /// The event and the data.
    Freeze,
    /// The event and one message per recipient.
    Messages,
    Delivery {
        recipient: usize,
        event: delivery::Event,
    },
    /// The run knows that its report is in the archive.
    Commit,
}

impl World {
    fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let schedule: &Schedule = dice.one_of(&SCHEDULES);
        let began = schedule.begins(dice.below(2) == 0);
        let timetable = schedule.timetable();
        let rules = PlanRules {
            misfire: *dice.one_of(Misfire::ALL),
            overlap: *dice.one_of(Overlap::ALL),
            at_most: 3,
            jitter: Jitter { most: Duration::minutes(dice.below(3) as i64 * 4), seed },
            ..PlanRules::default()
        };
        let run_rules = RunRules {
            timeout: (dice.below(2) == 0).then(|| Duration::minutes(10)),
            tries: 1 + dice.below(5) as u32,
            backoff: Backoff { first: Duration::minutes(1), longest: Duration::minutes(30) },
        };
        let next_run_at = timetable.next_after(began);
        let has_wrong_clocks = dice.below(3) == 0;
        let worker = |dice: &mut Dice| Worker {
            off: Duration::minutes(if has_wrong_clocks { dice.below(121) as i64 - 60 } else { 0 }),
            ..Worker::default()
        };
        let workers = (0..2 + dice.below(2)).map(|_| worker(&mut dice)).collect();
        let row = Row {
            last_planned_at: began,
            next_run_at,
            runs_made: 0,
            most_runs: (dice.below(4) == 0).then(|| 5 + dice.below(30) as u32),
            failures: 0,
            is_paused: false,
            pauses: Vec::new(),
        };
        World {
            seed,
            dice,
            now: began,
            latest: began,
            named: schedule.named_after(began),
            checked: 0,
            schedule: row,
            rules,
            run_rules,
            timetable,
            rows: BTreeMap::new(),
            ends: BTreeMap::new(),
            inbox: BTreeMap::new(),
            archive: BTreeSet::new(),
            workers,
            late: Vec::new(),
            seen: Seen::default(),
            is_calm: false,
        }
    }

    fn happen(&mut self) {
        let worker = self.dice.below(self.workers.len() as u64) as usize;
        match self.dice.below(100) {
            0..=47 => self.work(self.at_work().unwrap_or(worker)),
            48..=71 => self.work(worker),
            72..=77 => self.plan(worker),
            78..=84 => self.pass_up_to(Duration::seconds(50)),
            85..=87 => self.pass_up_to(Duration::minutes(20)),
            88 => self.crash(worker),
            89..=91 => self.workers[worker].stalled_until = 1 + self.dice.below(20) as u32,
            92..=94 => self.deliver_late(),
            95..=96 => self.person(),
            97 => self.pass_up_to(Duration::hours(10)),
            98 => self.jump(),
            _ => (0..self.workers.len()).for_each(|worker| self.crash(worker)),
        }
    }

    /// A worker that has a run and does not stall.
    fn at_work(&self) -> Option<usize> {
        self.workers.iter().position(|worker| worker.task.is_some() && worker.stalled_until == 0)
    }

    fn pass_up_to(&mut self, most: Duration) {
        let seconds = self.dice.below(most.num_seconds() as u64) as i64;
        self.pass(Duration::seconds(1 + seconds));
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        let ahead = self.workers.iter().map(|worker| worker.off).max().unwrap_or_default();
        self.latest = self.latest.max(self.now + ahead);
    }

    /// The clock is set, up to an hour forward or back.
    fn jump(&mut self) {
        let minutes = self.dice.below(121) as i64 - 60;
        self.pass(Duration::minutes(minutes));
    }

    fn clock(&self, worker: usize) -> DateTime<Utc> {
        self.now + self.workers[worker].off
    }

    fn crash(&mut self, worker: usize) {
        self.seen.crashes += u32::from(self.workers[worker].task.is_some());
        self.workers[worker].task = None;
        self.workers[worker].stalled_until = 0;
    }

    /// Whether the process is killed at this point.
    fn is_killed_at(&mut self, point: CrashPoint) -> bool {
        let is_killed = !self.is_calm && self.dice.below(100) < 2;
        if is_killed {
            self.seen.crashes += 1;
            *self.seen.points.entry(point).or_default() += 1;
        }
        is_killed
    }

    fn goes_wrong(&mut self, percent: u64) -> bool {
        self.dice.below(100) < percent && !self.is_calm
    }

    fn runs_left(&self) -> Option<u32> {
        self.schedule.most_runs.map(|most| most.saturating_sub(self.schedule.runs_made))
    }
}

/// The planner.
impl World {
    /// One transaction: the schedule's row is locked, so plans come one after the other.
    fn plan(&mut self, worker: usize) {
        let now = self.clock(worker);
        if self.schedule.is_paused || self.schedule.next_run_at.is_none_or(|at| at > now) {
            return;
        }
        let open = |is: fn(&Standing) -> bool| self.rows.iter().find(|(_, run)| is(&run.standing)).map(|(&key, _)| key);
        let ongoing = Ongoing {
            running: open(|standing| standing.lease_until.is_some()),
            waiting: open(|standing| standing.state == OccurrenceState::Planned),
        };
        let rules = PlanRules { runs_left: self.runs_left(), ..self.rules };
        let made = plan(&self.timetable, &rules, ongoing, self.schedule.last_planned_at, now);
        // What was inserted is rolled back with the transaction.
        if self.is_killed_at(CrashPoint::PlanInserted) {
            return self.crash(worker);
        }
        self.schedule.runs_made += made.runs();
        for decision in &made.decisions {
            if decision.verdict == Verdict::RunInstead {
                self.cancel_open(now);
            }
            let standing = match decision.verdict {
                Verdict::Run | Verdict::RunInstead => Standing::planned(decision.starts_at),
                Verdict::Skip(reason) => Standing::skipped(reason.words(|at| at.to_string())),
            };
            let run = Run { standing, deliveries: Vec::new(), snapshot: None, is_committed: false };
            let before = self.rows.insert(decision.at, run);
            assert!(before.is_none(), "seed {}: {} is planned twice", self.seed, decision.at);
        }
        assert!(
            made.next_run_at.is_none() || made.next_run_at > self.schedule.next_run_at,
            "seed {}: the next run does not rise",
            self.seed
        );
        self.schedule.last_planned_at = made.last_planned_at;
        self.schedule.next_run_at = made.next_run_at;
        if self.is_killed_at(CrashPoint::Planned) {
            self.crash(worker);
        }
    }

    fn cancel_open(&mut self, now: DateTime<Utc>) {
        let open = self.rows.iter().filter(|(_, run)| !run.standing.state.is_final()).map(|(&key, _)| key);
        for key in open.collect::<Vec<_>>() {
            self.step(key, Event::Cancelled { reason: "The next run took its place.".into() }, now);
        }
    }

    /// Applies an event to a run, and what its end means for the schedule, in one transaction.
    fn step(&mut self, key: Key, event: Event, now: DateTime<Utc>) -> Option<Vec<Effect>> {
        let run = self.rows.get_mut(&key)?;
        let timed_out = matches!(event, Event::TimedOut { .. });
        let (standing, effects) = run.standing.clone().step_by(&self.run_rules, event, now, self.seed);
        if standing == run.standing {
            return None;
        }
        let seed = self.seed;
        assert!(standing.fence >= run.standing.fence, "seed {seed}: the fence of {key} falls");
        assert!(standing.attempts <= self.run_rules.tries + 1, "seed {seed}: {key} is tried too often");
        let is_late = standing.reason.as_deref().is_some_and(|reason| reason.starts_with("It took longer"));
        self.seen.timed_out += u32::from(timed_out || (is_late && run.standing.reason != standing.reason));
        run.standing = standing;
        if effects.contains(&Effect::Finished) {
            self.count_end(key);
        }
        Some(effects)
    }

    fn count_end(&mut self, key: Key) {
        let state = self.rows[&key].standing.state;
        let Streak { failures, pauses } = after_end(state, self.schedule.failures, PAUSE_AFTER);
        self.schedule.failures = failures;
        if pauses && !self.schedule.is_paused {
            self.schedule.is_paused = true;
            self.schedule.next_run_at = None;
            self.seen.paused += 1;
        }
    }
}

/// People.
impl World {
    fn person(&mut self) {
        let now = self.now;
        let one = |world: &mut World, is: fn(&Run) -> bool| {
            let such: Vec<Key> = world.rows.iter().filter(|(_, run)| is(run)).map(|(&key, _)| key).collect();
            (!such.is_empty()).then(|| *world.dice.one_of(&such))
        };
        match self.dice.below(4) {
            0 => {
                if let Some(key) = one(self, |run| !run.standing.state.is_final()) {
                    self.step(key, Event::Cancelled { reason: "Stopped by Dana.".into() }, now);
                }
            }
            1 => {
                if let Some(key) = one(self, |run| run.standing.state == OccurrenceState::Skipped) {
                    self.ends.remove(&key);
                    self.step(key, Event::Revived, now);
                }
            }
            2 => {
                let has_failed = |run: &Run| run.deliveries.iter().any(|one| one.phase == DeliveryPhase::Failed);
                if let Some(key) = one(self, has_failed) {
                    self.send_again(key, now);
                }
            }
            _ => self.resume(now),
        }
    }

    /// Messages that the server has refused for good; those whose fate is unknown are left alone.
    fn send_again(&mut self, key: Key, now: DateTime<Utc>) {
        self.ends.remove(&key);
        if self.step(key, Event::Reopened, now).is_none() {
            return;
        }
        let seed = self.seed;
        let Some(run) = self.rows.get_mut(&key) else { return };
        for one in run.deliveries.iter_mut().filter(|one| one.phase == DeliveryPhase::Failed) {
            *one = one.clone().step(delivery::Event::SendAgain, now, &DeliveryPolicy::default(), seed).0;
        }
    }

    /// From now on: what fell into the pause does not run, and nothing that was planned is planned again.
    fn resume(&mut self, now: DateTime<Utc>) {
        if !self.schedule.is_paused {
            return;
        }
        let from = self.schedule.last_planned_at;
        let to = from.max(now);
        self.schedule.pauses.push((from, to));
        self.schedule.last_planned_at = to;
        self.schedule.is_paused = false;
        self.schedule.failures = 0;
        let has_ended = self.runs_left() == Some(0);
        self.schedule.next_run_at = if has_ended { None } else { self.timetable.next_after(to) };
    }
}

/// The workers.
impl World {
    fn work(&mut self, worker: usize) {
        if self.workers[worker].stalled_until > 0 {
            self.workers[worker].stalled_until -= 1;
            return;
        }
        self.workers[worker].task = match self.workers[worker].task.take() {
            None => self.claim(worker),
            Some(task) => self.go_on(task),
        };
    }

    /// The run that has waited longest, unless another of the schedule is being worked on.
    fn claim(&mut self, worker: usize) -> Option<Task> {
        let now = self.clock(worker);
        let is_going = |run: &Run| run.standing.lease_until.is_some_and(|until| until > now);
        if self.rows.values().any(is_going) {
            return None;
        }
        let key = *self.rows.iter().find(|(_, run)| run.standing.is_claimable(now))?.0;
        let effects = self.step(key, Event::Claimed, now)?;
        let effect = effects.into_iter().find(|effect| *effect != Effect::Finished)?;
        if self.is_killed_at(CrashPoint::Claimed) {
            return None;
        }
        let owner = Owner { worker, key, fence: self.rows[&key].standing.fence };
        Some(Task { owner, does: Does::Act(effect) })
    }

    /// A transaction of a worker, as the network lets it happen. Nothing comes back when the claim is lost, or when the
    /// worker believes so.
    fn write(&mut self, owner: Owner, write: Write) -> Option<Vec<Effect>> {
        if self.goes_wrong(2) {
            // It arrives when the worker is long gone.
            self.late.push((owner, write));
            return None;
        }
        let again = self.goes_wrong(3).then(|| write.clone());
        let effects = self.commit(owner, write)?;
        if let Some(write) = again {
            self.commit(owner, write);
        }
        if self.goes_wrong(1) {
            // The answer was lost; the worker takes it for a failure.
            let broke = Event::Broke { fence: owner.fence, reason: "It broke.".into(), remedy: Remedy::TryAgain };
            self.commit(owner, Write::Step(broke));
            return None;
        }
        Some(effects)
    }

    fn commit(&mut self, owner: Owner, write: Write) -> Option<Vec<Effect>> {
        let has_lost = self.rows[&owner.key].standing.fence != owner.fence && !matches!(write, Write::Commit);
        let effects = self.apply(owner, write);
        assert!(!has_lost || effects.is_none(), "seed {}: who has lost {} writes to it", self.seed, owner.key);
        effects
    }

    fn apply(&mut self, owner: Owner, write: Write) -> Option<Vec<Effect>> {
        let now = self.clock(owner.worker);
        let fence = owner.fence;
        match write {
            Write::Step(event) => self.step(owner.key, event, now),
            Write::Freeze => {
                let effects = self.step(owner.key, Event::Frozen { fence }, now)?;
                let run = self.rows.get_mut(&owner.key)?;
                assert_eq!(run.snapshot, None, "seed {}: {} is frozen twice", self.seed, owner.key);
                run.snapshot = Some(fence);
                Some(effects)
            }
            Write::Messages => {
                let effects = self.step(owner.key, Event::SendingBegins { fence }, now)?;
                let run = self.rows.get_mut(&owner.key)?;
                let is_first = run.deliveries.is_empty() && run.snapshot.is_some();
                assert!(is_first, "seed {}: {} is rendered twice", self.seed, owner.key);
                run.deliveries = vec![Delivery::queued(now); RECIPIENTS];
                Some(effects)
            }
            Write::Delivery { recipient, event } => {
                let run = self.rows.get_mut(&owner.key)?;
                if run.standing.fence != fence || run.standing.lease_until.is_none() {
                    return None;
                }
                let before = run.deliveries.get(recipient)?.clone();
                let (after, _) = before.clone().step(event, now, &DeliveryPolicy::default(), self.seed);
                let has_changed = after != before;
                run.deliveries[recipient] = after;
                has_changed.then(Vec::new)
            }
            Write::Commit => {
                let run = self.rows.get_mut(&owner.key)?;
                run.is_committed = true;
                Some(Vec::new())
            }
        }
    }

    fn deliver_late(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let index = self.dice.below(self.late.len() as u64) as usize;
        let (owner, write) = self.late.swap_remove(index);
        self.seen.late += 1;
        self.commit(owner, write);
    }

    fn go_on(&mut self, Task { owner, does }: Task) -> Option<Task> {
        let fence = owner.fence;
        if self.dice.below(4) == 0 {
            self.commit(owner, Write::Step(Event::Heartbeat { fence }));
        }
        let (does, point) = self.next(owner, does)?;
        if point.is_some_and(|point| self.is_killed_at(point)) {
            return None;
        }
        Some(Task { owner, does })
    }

    /// What the worker does next, and the point at which it can be killed before it does.
    fn next(&mut self, owner: Owner, does: Does) -> Option<(Does, Option<CrashPoint>)> {
        let fence = owner.fence;
        Some(match does {
            Does::Act(Effect::Build) => {
                self.write(owner, Write::Step(Event::BuildBegins { fence }))?;
                (Does::Building, Some(CrashPoint::BuildBegun))
            }
            Does::Building if self.goes_wrong(10) => {
                let event = self.trouble(fence);
                self.write(owner, Write::Step(event));
                return None;
            }
            Does::Building => (Does::Freezing, Some(CrashPoint::Built)),
            Does::Freezing => {
                self.write(owner, Write::Freeze)?;
                (Does::Rendering, Some(CrashPoint::Frozen))
            }
            Does::Act(Effect::Render) => (Does::Rendering, None),
            Does::Rendering => (Does::Storing, Some(CrashPoint::Rendered)),
            Does::Storing => {
                self.write(owner, Write::Messages)?;
                (Does::Act(Effect::Send), Some(CrashPoint::SendingBegun))
            }
            Does::Act(Effect::Send) => self.next_message(owner)?,
            Does::Act(_) => return None,
            Does::Talking { recipient, attempt } if self.goes_wrong(8) => {
                (Does::Tell { recipient, event: self.refusal(attempt) }, None)
            }
            Does::Talking { recipient, attempt } => self.talk(owner, recipient, attempt)?,
            Does::Dot { recipient, attempt } => {
                let event = self.dot(owner.key, recipient, attempt);
                (Does::Tell { recipient, event }, Some(CrashPoint::DotSent))
            }
            Does::Tell { recipient, event } => {
                self.write(owner, Write::Delivery { recipient, event })?;
                (Does::Act(Effect::Send), Some(CrashPoint::Answered))
            }
            Does::Keeping => {
                // The archive is asked for its own commit of this run before one is made.
                self.archive.insert(owner.key);
                (Does::NotingCommit, Some(CrashPoint::Committed))
            }
            Does::NotingCommit => {
                self.write(owner, Write::Commit)?;
                (Does::Ending, None)
            }
            Does::Ending => {
                let tally = tally(&self.rows[&owner.key].deliveries);
                self.write(owner, Write::Step(Event::Sent { fence, tally }));
                return None;
            }
        })
    }

    /// What can happen while data are collected.
    fn trouble(&mut self, fence: i64) -> Event {
        let broke = |remedy| Event::Broke { fence, reason: "It broke.".into(), remedy };
        match self.dice.below(6) {
            0 => broke(Remedy::Never),
            1 => Event::TimedOut { fence },
            2 => Event::NotNeeded { fence, reason: "There was nothing to report.".into() },
            3 => Event::Released { fence },
            _ => broke(Remedy::TryAgain),
        }
    }

    fn talk(&mut self, owner: Owner, recipient: usize, attempt: u32) -> Option<(Does, Option<CrashPoint>)> {
        if self.rows[&owner.key].deliveries[recipient].phase == DeliveryPhase::Connecting {
            let event = delivery::Event::EnvelopeBegins { attempt };
            self.write(owner, Write::Delivery { recipient, event })?;
            return Some((Does::Talking { recipient, attempt }, Some(CrashPoint::Envelope)));
        }
        self.write(owner, Write::Delivery { recipient, event: delivery::Event::DotNext { attempt } })?;
        Some((Does::Dot { recipient, attempt }, Some(CrashPoint::DataSent)))
    }

    /// The next message that is due, or the end of the round.
    fn next_message(&mut self, owner: Owner) -> Option<(Does, Option<CrashPoint>)> {
        for recipient in 0..RECIPIENTS {
            if self.rows[&owner.key].deliveries[recipient].phase.is_in_flight() {
                self.write(owner, Write::Delivery { recipient, event: delivery::Event::Abandoned })?;
            }
        }
        let now = self.clock(owner.worker);
        let due = self.rows[&owner.key].deliveries.iter().position(|delivery| delivery.is_due(now));
        let Some(recipient) = due else { return Some((Does::Keeping, Some(CrashPoint::AllSent))) };
        self.write(owner, Write::Delivery { recipient, event: delivery::Event::Claimed })?;
        let attempt = self.rows[&owner.key].deliveries[recipient].attempts;
        Some((Does::Talking { recipient, attempt }, Some(CrashPoint::Connecting)))
    }

    /// What leaves the house cannot be taken back: the server has the message whether or not its answer arrives.
    fn dot(&mut self, key: Key, recipient: usize, attempt: u32) -> delivery::Event {
        let broken = delivery::Event::Broken { attempt, reason: "The connection was lost.".into() };
        if self.goes_wrong(10) {
            return if self.dice.below(2) == 0 { broken } else { self.refusal(attempt) };
        }
        *self.inbox.entry((key, recipient)).or_default() += 1;
        if self.goes_wrong(10) {
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
}

/// The invariants.
impl World {
    fn check(&mut self) {
        self.check_instants();
        self.check_runs();
        self.check_messages();
    }

    /// The first, as far as the planner is: every instant that is named has its row, and the next one is the next that
    /// is named.
    fn check_instants(&mut self) {
        let seed = self.seed;
        while let Some(&at) = self.named.get(self.checked).filter(|&&at| at <= self.schedule.last_planned_at) {
            let in_a_pause = self.schedule.pauses.iter().any(|&(from, to)| from < at && at <= to);
            assert!(self.rows.contains_key(&at) || in_a_pause, "seed {seed}: {at} is lost");
            self.checked += 1;
        }
        let next = self.named.get(self.checked).copied();
        assert!(next.is_some(), "seed {seed}: the world has outlived its calendar");
        let waits = !self.schedule.is_paused && self.runs_left() != Some(0);
        let expected = next.filter(|_| waits);
        assert_eq!(self.schedule.next_run_at, expected, "seed {seed}: after {}", self.schedule.last_planned_at);
    }

    /// The first and the third: what has ended stays ended and says why, and what has not ended will be looked at.
    fn check_runs(&mut self) {
        let seed = self.seed;
        for (&key, run) in &self.rows {
            let standing = &run.standing;
            if !standing.state.is_final() {
                let goes_on = standing.lease_until.is_some() || standing.next_try_at.is_some();
                assert!(goes_on, "seed {seed}: nobody looks at {key}: {standing:?}");
                assert!(!self.ends.contains_key(&key), "seed {seed}: {key} had ended: {standing:?}");
                continue;
            }
            let end = *self.ends.entry(key).or_insert(standing.state);
            assert_eq!(end, standing.state, "seed {seed}: {key} has ended twice");
            let says_why = standing.reason.is_some() || standing.state == OccurrenceState::Done;
            assert!(says_why, "seed {seed}: {key} does not say why: {standing:?}");
        }
    }

    /// The second: taken at most once, and if it was taken, the row says so or says that it is unknown.
    fn check_messages(&self) {
        let seed = self.seed;
        for (&(key, recipient), &count) in &self.inbox {
            let phase = self.rows[&key].deliveries[recipient].phase;
            assert!(count <= 1, "seed {seed}: {key} was sent {count} times to {recipient} ({phase})");
            let told = matches!(phase, DeliveryPhase::Accepted | DeliveryPhase::Uncertain | DeliveryPhase::DataSent);
            assert!(told, "seed {seed}: {key} arrived at {recipient}, and its row says {phase}");
        }
    }

    /// Once the storm is over, every instant has ended, with a reason if it did not run.
    fn settle(&mut self) {
        self.is_calm = true;
        self.now = self.latest;
        (0..self.workers.len()).for_each(|worker| self.crash(worker));
        self.late.clear();
        self.resume(self.now);
        let storm_end = self.now;
        // Until every lease, wait and retry has run out.
        for _ in 0..2_000 {
            self.pass(Duration::minutes(4));
            for worker in 0..self.workers.len() {
                self.plan(worker);
                (0..24).for_each(|_| self.work(worker));
            }
            self.check();
            self.resume(self.now);
            if self.is_settled(storm_end) {
                break;
            }
        }
        for (key, run) in self.rows.range(..=storm_end) {
            let (seed, standing) = (self.seed, &run.standing);
            assert!(standing.state.is_final(), "seed {seed}: {key} stays {standing:?}");
            if standing.state == OccurrenceState::Done {
                let has_it = |recipient| self.inbox.get(&(*key, recipient)) == Some(&1);
                assert!((0..RECIPIENTS).all(has_it), "seed {seed}: {key} is done and not everybody has it");
                assert!(run.is_committed && self.archive.contains(key), "seed {seed}: {key} is not in the archive");
            }
        }
    }

    fn is_settled(&self, storm_end: DateTime<Utc>) -> bool {
        let has_planned = self.schedule.last_planned_at >= storm_end || self.runs_left() == Some(0);
        has_planned && self.rows.range(..=storm_end).all(|(_, run)| run.standing.state.is_final())
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
    fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len() as u64) as usize]
    }
}
