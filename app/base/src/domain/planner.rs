//! What to do about the instants of a schedule that have come: which run, which are skipped and why, and when next.
//!
//! Pure: the service stores the plan in one transaction. Every instant that it passes over is in the plan with its
//! reason, so nothing is missed silently.

mod backfill;
mod rehearsal;
mod turn;

pub use super::policy::{Misfire, Overlap};
pub use backfill::{BACKFILL_MAX, Backfill, BackfillProblem, Made, backfill};
pub use rehearsal::{Rehearsal, rehearse};
pub use turn::{Hindrance, OpenRun, after_pause};

use super::{backoff::mix, occurrence::OccurrenceState, schedule::Timetable, span};
use chrono::{DateTime, Duration, Utc};
use std::collections::VecDeque;

/// The rules of a schedule for runs that are late or collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanRules {
    pub misfire: Misfire,
    /// For [`Misfire::All`]: how many missed runs are caught up with.
    pub at_most: u32,
    /// How far back a missed run can still be caught up with.
    pub catch_up: Duration,
    /// How late a run may start and still count as on time.
    pub grace: Duration,
    pub overlap: Overlap,
    pub jitter: Jitter,
    /// How many more runs there are before the schedule ends; none where their number has no limit.
    pub runs_left: Option<u32>,
}

/// How far the starts of runs are spread, so that schedules of the same minute do not begin at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Jitter {
    /// No run starts later than this after its instant.
    pub most: Duration,
    /// Tells schedules apart; the same seed gives an instant the same delay, whoever asks and however often.
    pub seed: u64,
}

impl Default for PlanRules {
    fn default() -> Self {
        PlanRules {
            misfire: Misfire::LatestOnly,
            at_most: 10,
            catch_up: Duration::hours(24),
            grace: Duration::minutes(15),
            overlap: Overlap::Skip,
            jitter: Jitter::default(),
            runs_left: None,
        }
    }
}

impl Jitter {
    /// The delay of an instant in whole seconds. Runs keep their order: none is delayed up to the next instant.
    pub fn delay(&self, timetable: &Timetable, at: DateTime<Utc>) -> Duration {
        if self.most <= Duration::zero() {
            return Duration::zero();
        }
        let room = timetable.next_after(at).map_or(self.most, |next| next - at - Duration::seconds(1));
        let most = u64::try_from(self.most.min(room).num_seconds()).unwrap_or(0);
        let share = mix(self.seed ^ mix(at.timestamp().unsigned_abs())) % (most + 1);
        Duration::seconds(i64::try_from(share).unwrap_or(0))
    }
}

/// The runs of a schedule that have not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ongoing {
    /// The planned instant of one that holds up others ([`OpenRun::holds_up`]).
    pub running: Option<DateTime<Utc>>,
    /// The planned instant of one that waits to begin.
    pub waiting: Option<DateTime<Utc>>,
}

impl Ongoing {
    /// What the open runs of a schedule, in their order, are to those that come: one that holds them up
    /// ([`OpenRun::holds_up`]), and one that waits to begin.
    pub fn among(open: impl Iterator<Item = OpenRun> + Clone) -> Self {
        let first = |is: fn(&OpenRun) -> bool| open.clone().find(is).map(|run| run.at);
        Ongoing {
            running: first(OpenRun::holds_up),
            waiting: first(|run| run.state == OccurrenceState::Planned && !run.holds_up()),
        }
    }

    /// One more run: it begins at once, or waits for the one that is going on.
    fn begins(&mut self, at: DateTime<Utc>) {
        match self.running {
            None => self.running = Some(at),
            Some(_) => self.waiting = self.waiting.or(Some(at)),
        }
    }
}

/// What to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The instants that have come since the last plan, in order.
    pub decisions: Vec<Decision>,
    /// The last instant that is dealt with; the next plan begins after it.
    pub last_planned_at: DateTime<Utc>,
    pub next_run_at: Option<DateTime<Utc>>,
}

/// An instant and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    pub at: DateTime<Utc>,
    /// When a run may begin: its instant and its jitter.
    pub starts_at: DateTime<Utc>,
    pub verdict: Verdict,
}

impl Decision {
    fn new(at: DateTime<Utc>, verdict: Verdict) -> Self {
        Decision { at, starts_at: at, verdict }
    }
}

impl Plan {
    /// How many of the decisions are runs: they count against the number of runs of the schedule.
    pub fn runs(&self) -> u32 {
        let runs = self.decisions.iter().filter(|decision| decision.verdict.is_run()).count();
        u32::try_from(runs).unwrap_or(u32::MAX)
    }
}

impl Verdict {
    /// A run, not a skipped instant.
    pub fn is_run(self) -> bool {
        matches!(self, Verdict::Run | Verdict::RunInstead)
    }

    /// Skipped because an earlier run is still going, which is what its schedule wants.
    pub fn is_held_up(self) -> bool {
        matches!(self, Verdict::Skip(SkipReason::StillGoing { .. }))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Run,
    /// As [`Verdict::Run`], and the run that is still going is cancelled.
    RunInstead,
    Skip(SkipReason),
}

/// Why an instant does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// Missed, and the schedule skips missed runs.
    Missed { late: Duration },
    /// Missed, and a later one runs.
    Superseded { by: DateTime<Utc> },
    /// Missed longer ago than the catch-up window. The first of a long row speaks for those before it as well.
    TooOld { window: Duration, left_out: u32 },
    /// Missed, and more runs were missed than are caught up with.
    OverLimit { at_most: u32 },
    /// An earlier run has not ended.
    StillGoing { earlier: DateTime<Utc> },
}

/// Missed instants before the catch-up window get a row each up to this number; older ones are counted in the first row.
const OLD_ROWS: usize = 100;
/// So many old instants are walked through; before that the walk jumps to the window.
const OLD_WALK: u32 = 20_000;

/// Plans a schedule: what has come after `last_planned_at` until `now`.
///
/// Nothing comes when the clock has been set back, and an instant is never dealt with twice, because the walk begins
/// after the last planned instant, not at `now`. With the last of its runs a schedule ends: what it would have named
/// afterwards is not missed.
pub fn plan(
    timetable: &Timetable,
    rules: &PlanRules,
    ongoing: Ongoing,
    last_planned_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Plan {
    if rules.runs_left == Some(0) {
        return Plan { decisions: Vec::new(), last_planned_at, next_run_at: None };
    }
    // Within its grace a run is late and not missed, however short the window of those that are.
    let window = now - rules.catch_up.max(rules.grace);
    let come = Come::since(last_planned_at, now, window, timetable);
    let mut decisions = come.old_decisions(rules);
    decisions.extend(recent_decisions(&come.recent, rules, ongoing, now));
    let has_ended = cut_after_last(&mut decisions, rules.runs_left);
    for decision in decisions.iter_mut().filter(|decision| decision.verdict.is_run()) {
        decision.starts_at = decision.at + rules.jitter.delay(timetable, decision.at);
    }
    let last_planned_at = decisions.last().map_or(last_planned_at, |decision| decision.at);
    let next_run_at = if has_ended { None } else { timetable.next_after(last_planned_at) };
    Plan { decisions, last_planned_at, next_run_at }
}

/// Leaves nothing after the last run that the schedule has. True: it is among them.
fn cut_after_last(decisions: &mut Vec<Decision>, runs_left: Option<u32>) -> bool {
    let Some(last) = runs_left.and_then(|left| usize::try_from(left).ok()?.checked_sub(1)) else { return false };
    let runs = decisions.iter().enumerate().filter(|(_, decision)| decision.verdict.is_run());
    let Some(index) = runs.map(|(index, _)| index).nth(last) else { return false };
    decisions.truncate(index + 1);
    true
}

/// What the end of a run means for its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// Failed runs in a row, this one included.
    pub failures: u32,
    /// The schedule pauses itself now.
    pub pauses: bool,
}

/// Counts failed runs in a row: after `pause_after` of them a schedule pauses itself. What was delivered, if only in
/// part, begins anew; what a person cancelled, or what was skipped, says nothing.
pub fn after_end(state: OccurrenceState, failures: u32, pause_after: u32) -> Streak {
    match state {
        OccurrenceState::Failed => Streak { failures: failures + 1, pauses: failures + 1 >= pause_after },
        OccurrenceState::Done | OccurrenceState::Partly => Streak { failures: 0, pauses: false },
        _ => Streak { failures, pauses: false },
    }
}

/// The instants that have come.
struct Come {
    /// Before the catch-up window; the latest of them.
    old: VecDeque<DateTime<Utc>>,
    /// How many old ones are not listed.
    left_out: u32,
    /// Inside the window.
    recent: Vec<DateTime<Utc>>,
}

impl Come {
    fn since(after: DateTime<Utc>, now: DateTime<Utc>, window: DateTime<Utc>, timetable: &Timetable) -> Come {
        let mut come = Come { old: VecDeque::new(), left_out: 0, recent: Vec::new() };
        let mut from = after;
        let mut walked = 0;
        while let Some(at) = timetable.next_after(from).filter(|&at| at <= now) {
            from = at;
            if at >= window {
                come.recent.push(at);
                continue;
            }
            come.old.push_back(at);
            if come.old.len() > OLD_ROWS {
                come.old.pop_front();
                come.left_out += 1;
            }
            walked += 1;
            if walked == OLD_WALK {
                from = window - Duration::nanoseconds(1);
            }
        }
        come
    }

    fn old_decisions(&self, rules: &PlanRules) -> Vec<Decision> {
        let reason =
            |index| SkipReason::TooOld { window: rules.catch_up, left_out: if index == 0 { self.left_out } else { 0 } };
        self.old.iter().enumerate().map(|(index, &at)| Decision::new(at, Verdict::Skip(reason(index)))).collect()
    }
}

/// What came at once is decided together: the runs of this plan are going on for the instants behind them, as they would
/// be had each been planned by itself. What is caught up with because all missed runs are wanted waits for its turn,
/// whatever the overlap, and so does what is on time behind it; the overlap is about runs that take too long.
fn recent_decisions(come: &[DateTime<Utc>], rules: &PlanRules, ongoing: Ongoing, now: DateTime<Utc>) -> Vec<Decision> {
    let missed = come.iter().filter(|&&at| now - at > rules.grace).count();
    let (mut before, mut going) = (ongoing, ongoing);
    let decide = |(index, &at): (usize, &DateTime<Utc>)| {
        let is_late = index >= missed;
        let reason = if is_late {
            superseded_if_late(at, come, rules, before)
        } else {
            verdict_if_missed(index, at, come, missed, rules, now)
        };
        let with_those_before = is_late && rules.overlap != Overlap::CancelRunning;
        let verdict = match reason {
            Some(reason) => Verdict::Skip(reason),
            None => verdict_if_ongoing(rules.overlap, if with_those_before { going } else { before }),
        };
        if verdict == Verdict::RunInstead {
            (before, going) = (Ongoing::default(), Ongoing::default());
        }
        // What is caught up with takes no turn of one that is on time: the overlap asks for runs that take too long.
        if verdict.is_run() && is_late {
            going.begins(at);
        }
        Decision::new(at, verdict)
    };
    come.iter().enumerate().map(decide).collect()
}

/// Within the grace a run is simply late. Of several that are, the latest takes the place of the others where the
/// schedule wants the latest only, or each run in the place of the one before; but not where all are to wait in a row,
/// and not where an earlier run holds up the latest as well.
fn superseded_if_late(
    at: DateTime<Utc>,
    come: &[DateTime<Utc>],
    rules: &PlanRules,
    before: Ongoing,
) -> Option<SkipReason> {
    let by = come.last().copied().filter(|&latest| latest != at)?;
    let wants_latest = match rules.overlap {
        Overlap::QueueAll => false,
        Overlap::CancelRunning => true,
        Overlap::Skip | Overlap::QueueOne => rules.misfire == Misfire::LatestOnly,
    };
    let runs = verdict_if_ongoing(rules.overlap, before).is_run();
    (wants_latest && runs).then_some(SkipReason::Superseded { by })
}

/// The verdict about an instant that was missed, as long as its grace is over. `missed` of those that came are.
fn verdict_if_missed(
    index: usize,
    at: DateTime<Utc>,
    come: &[DateTime<Utc>],
    missed: usize,
    rules: &PlanRules,
    now: DateTime<Utc>,
) -> Option<SkipReason> {
    let latest = come.last().copied().unwrap_or(at);
    match rules.misfire {
        Misfire::Skip => Some(SkipReason::Missed { late: now - at }),
        Misfire::LatestOnly => (at != latest).then_some(SkipReason::Superseded { by: latest }),
        Misfire::All => {
            let at_most = usize::try_from(rules.at_most).unwrap_or(usize::MAX);
            (index < missed.saturating_sub(at_most)).then_some(SkipReason::OverLimit { at_most: rules.at_most })
        }
    }
}

fn verdict_if_ongoing(overlap: Overlap, ongoing: Ongoing) -> Verdict {
    let skip = |earlier| Verdict::Skip(SkipReason::StillGoing { earlier });
    match overlap {
        Overlap::Skip => ongoing.running.or(ongoing.waiting).map_or(Verdict::Run, skip),
        Overlap::QueueOne => ongoing.waiting.map_or(Verdict::Run, skip),
        Overlap::QueueAll => Verdict::Run,
        Overlap::CancelRunning => ongoing.running.or(ongoing.waiting).map_or(Verdict::Run, |_| Verdict::RunInstead),
    }
}

impl SkipReason {
    /// The reason of a run that waited when its schedule was paused, as its row says it.
    pub fn words_after_pause(&self, local: impl Fn(DateTime<Utc>) -> String) -> String {
        format!("The job was paused. {}", self.words(local))
    }

    /// The reason as the run's row says it. `local` shows an instant in the schedule's zone.
    pub fn words(&self, local: impl Fn(DateTime<Utc>) -> String) -> String {
        match *self {
            SkipReason::Missed { late } => {
                format!(
                    "Missed: nothing could start it at its time, and {} later the schedule skips it.",
                    span::words(late)
                )
            }
            SkipReason::Superseded { by } => format!("Missed: the run of {} takes its place.", local(by)),
            SkipReason::TooOld { window, left_out: 0 } => {
                format!("Missed: more than {} ago, which is as far as the schedule catches up.", span::words(window))
            }
            SkipReason::TooOld { window, left_out } => format!(
                "Missed: more than {} ago, which is as far as the schedule catches up. At least {left_out} earlier ones were missed as well.",
                span::words(window)
            ),
            SkipReason::OverLimit { at_most } => {
                format!("Missed: more runs were missed than the {at_most} that the schedule catches up with.")
            }
            SkipReason::StillGoing { earlier } => format!("The run of {} was still going.", local(earlier)),
        }
    }
}

#[cfg(test)]
mod tests;
