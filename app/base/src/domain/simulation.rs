//! Planner, runs and deliveries together, in a world that misbehaves: workers are killed at named points, stall and come
//! back; writes are repeated, arrive late, or succeed without their answer; clocks jump and differ; the mail server
//! refuses and breaks; people cancel, pause, resume, make up for what was skipped and send again. Each world grows from a
//! seed, which a failure prints.
//!
//! One step of a worker is what the service does in one transaction, or one thing outside the database. After each step
//! the invariants of SCHEDULING are checked, against instants that were found minute by minute.

mod invariants;
mod oracle;
mod planning;
mod work;

use self::oracle::{SCHEDULES, Schedule};
use super::{
    backoff::Backoff,
    crash_point::CrashPoint,
    delivery::{self, Delivery, DeliveryPhase, DeliveryPolicy},
    lease,
    occurrence::{Effect, Event, LEASE, OccurrenceState, Remedy, RunRules, Standing, Tally},
    planner::{
        Hindrance, Jitter, Misfire, Ongoing, OpenRun, Overlap, Plan, PlanRules, Streak, Verdict, after_end,
        after_pause, plan,
    },
    schedule::Timetable,
    smtp_reply::SmtpReply,
};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Steps of one world; more steps are more worlds.
const STEPS_OF_A_WORLD: u64 = 700;
const RECIPIENTS: usize = 3;
/// Messages that are stored at a time.
const PART: usize = 2;
const PAUSE_AFTER: u32 = 3;

#[test]
fn nothing_is_lost_and_nothing_is_sent_twice_in_100_000_steps() {
    let seen = simulate(1, 100_000);
    // The worlds are lively enough to mean something.
    assert!(seen.sent > 1_500 && seen.crashes > 800, "{seen:?}");
    assert!(seen.late > 100 && seen.paused > 10 && seen.ended > 3 && seen.timed_out > 20, "{seen:?}");
    assert!(seen.approved > 30, "{seen:?}");
    assert!(seen.paused_by_hand > 10 && seen.kept_waiting > 10 && seen.passed_over > 0, "{seen:?}");
    assert!(seen.behind_drafts > 10, "{seen:?}");
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
    /// Drafts that somebody approved.
    approved: u32,
    /// Schedules that paused themselves.
    paused: u32,
    /// Schedules that somebody paused.
    paused_by_hand: u32,
    /// Runs that were not taken up because of a pause, each time that a worker looked.
    kept_waiting: u32,
    /// Runs that a pause made miss their time.
    passed_over: u32,
    /// Runs that were not taken up because a draft was undecided, each time that a worker looked.
    behind_drafts: u32,
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
        self.approved += world.seen.approved;
        self.paused += world.seen.paused;
        self.paused_by_hand += world.seen.paused_by_hand;
        self.kept_waiting += world.seen.kept_waiting;
        self.passed_over += world.seen.passed_over;
        self.behind_drafts += world.seen.behind_drafts;
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
    /// Its runs stop at a draft.
    has_drafts: bool,
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
    /// A worker has had it.
    has_begun: bool,
    /// A person has made up for it.
    is_backfill: bool,
    deliveries: Vec<Delivery>,
    /// The data, once frozen: the fence under which they were built.
    snapshot: Option<i64>,
    is_committed: bool,
}

impl Run {
    fn new(standing: Standing) -> Run {
        Run {
            standing,
            has_begun: false,
            is_backfill: false,
            deliveries: Vec::new(),
            snapshot: None,
            is_committed: false,
        }
    }

    fn open(&self, at: Key) -> OpenRun {
        let Standing { state, lease_until, waits_for_account, .. } = self.standing;
        OpenRun { at, state, lease_until, has_begun: self.has_begun, is_by_hand: false, waits_for_account }
    }

    /// Waits to be begun; a person has not asked for it.
    fn is_waiting(&self) -> bool {
        self.standing.state == OccurrenceState::Planned && !self.has_begun && !self.is_backfill
    }
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
    /// The event and the data; of a draft also that its owner is asked.
    Freeze,
    /// Some messages, those of the recipients from this one on.
    Part {
        from: usize,
    },
    /// The event, when there is one message per recipient.
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
        let has_drafts = dice.below(6) == 0;
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
            has_drafts,
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
