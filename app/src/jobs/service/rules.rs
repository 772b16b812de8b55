//! The rules of a schedule's row: columns to the rules of `domain` and back.

use chrono::Duration;
use sea_orm::ActiveValue::Set;

use crate::{
    domain::{
        backoff::Backoff,
        condition::Condition,
        ids::ScheduleId,
        occurrence::RunRules,
        planner::{Jitter, PlanRules},
        schedule::ScheduleSpec,
    },
    entities::schedule,
    error::AppResult,
    platform::fault,
};

/// All rules of a schedule beside its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Without the number of runs, which belongs to the times.
    pub plan: PlanRules,
    pub run: RunRules,
    pub send_if: Condition,
    /// Failed runs in a row after which it pauses itself.
    pub pause_after: u32,
}

/// Failed runs in a row after which a schedule pauses itself, where it does not say otherwise.
pub const PAUSE_AFTER: u32 = 3;

impl Default for Rules {
    fn default() -> Self {
        Self {
            plan: PlanRules::default(),
            run: RunRules::default(),
            send_if: Condition::default(),
            pause_after: PAUSE_AFTER,
        }
    }
}

/// The rules of a row for the planner.
pub fn plan_rules(held: &schedule::Model, runs_left: Option<u32>) -> PlanRules {
    PlanRules {
        misfire: held.misfire,
        at_most: u32::try_from(held.catch_up_at_most).unwrap_or(1),
        catch_up: Duration::minutes(held.catch_up_minutes.into()),
        grace: Duration::minutes(held.grace_minutes.into()),
        overlap: held.overlap,
        jitter: Jitter { most: Duration::seconds(held.jitter_seconds.into()), seed: seed(held.id) },
        runs_left,
    }
}

/// How many runs are left before the schedule ends; none without a limit.
pub fn runs_left(held: &schedule::Model, spec: &ScheduleSpec) -> Option<u32> {
    let made = u32::try_from(held.runs_made).unwrap_or_default();
    spec.runs.map(|runs| runs.saturating_sub(made))
}

/// The rules of a row for the life of its runs.
pub fn run_rules(held: &schedule::Model) -> RunRules {
    RunRules {
        timeout: held.timeout_minutes.map(|minutes| Duration::minutes(minutes.into())),
        tries: u32::try_from(held.tries).unwrap_or(1),
        backoff: Backoff {
            first: Duration::seconds(held.retry_first_seconds.into()),
            longest: Duration::seconds(held.retry_longest_seconds.into()),
        },
    }
}

/// What must be so for a report of the schedule to be sent.
///
/// # Errors
/// A fault, where it cannot be read.
pub fn condition(held: &schedule::Model) -> AppResult<Condition> {
    let Some(json) = &held.send_if else { return Ok(Condition::Always) };
    serde_json::from_str(json).map_err(|error| fault::internal("reading a condition", error))
}

/// All rules of a row, for its form.
///
/// # Errors
/// As [`condition`].
pub fn of(held: &schedule::Model) -> AppResult<Rules> {
    let pause_after = u32::try_from(held.pause_after_failures).unwrap_or(PAUSE_AFTER);
    Ok(Rules { plan: plan_rules(held, None), run: run_rules(held), send_if: condition(held)?, pause_after })
}

/// Writes rules into the columns of a row.
///
/// # Errors
/// A fault, where a condition cannot be written.
pub fn store(rules: &Rules, row: &mut schedule::ActiveModel) -> AppResult<()> {
    let Rules { plan, run, send_if, pause_after } = rules;
    let PlanRules { misfire, at_most, catch_up, grace, overlap, jitter, runs_left: _ } = *plan;
    let RunRules { timeout, tries, backoff } = *run;
    row.misfire = Set(misfire);
    row.catch_up_at_most = Set(whole(at_most.into()));
    row.catch_up_minutes = Set(whole(catch_up.num_minutes()));
    row.grace_minutes = Set(whole(grace.num_minutes()));
    row.overlap = Set(overlap);
    row.jitter_seconds = Set(whole(jitter.most.num_seconds()));
    row.timeout_minutes = Set(timeout.map(|timeout| whole(timeout.num_minutes())));
    row.tries = Set(whole(tries.into()));
    row.retry_first_seconds = Set(whole(backoff.first.num_seconds()));
    row.retry_longest_seconds = Set(whole(backoff.longest.num_seconds()));
    row.pause_after_failures = Set(whole((*pause_after).into()));
    row.send_if = Set(match send_if {
        Condition::Always => None,
        condition => {
            Some(serde_json::to_string(condition).map_err(|error| fault::internal("writing a condition", error))?)
        }
    });
    Ok(())
}

/// Decides the jitter of a schedule's runs.
fn seed(id: ScheduleId) -> u64 {
    // The low half of a UUIDv7 is random.
    id.0.as_u128() as u64
}

fn whole(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
