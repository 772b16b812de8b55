//! Runs for a range of instants that a job has missed, or has not come to yet: its own overlap policy says how they go
//! together. What was skipped is made up for; what has run is left alone.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    book, ledger,
    planner::{self, NewRun},
    schedules,
};
use crate::{
    domain::{
        ids::{OccurrenceId, ScheduleId},
        job::LogLevel,
        occurrence::{Event, OccurrenceState, Standing},
        planner::{BACKFILL_MAX, BackfillProblem, Made, Overlap, Verdict, backfill},
        schedule::Timetable,
    },
    entities::{occurrence, schedule},
    error::{AppError, AppResult, Problem},
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
};

/// What became of a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    pub runs: usize,
    /// By the overlap policy.
    pub skipped: usize,
    /// Instants that have run, or are about to.
    pub already: usize,
}

/// Makes runs for the instants from the first to the last of a range, both included.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] for a range
/// without instants or with too many.
pub async fn run(
    ctx: &Ctx,
    id: ScheduleId,
    range: (DateTime<Utc>, DateTime<Utc>),
    overlap: Overlap,
) -> AppResult<Filled> {
    schedules::editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    let timetable = schedules::timetable(&held)?;
    let rows = rows(&tx, id, range).await?;
    let states = rows.iter().map(|(&at, &(_, state))| (at, state)).collect();
    let ongoing = planner::ongoing(&tx, id).await?;
    let plan = backfill(&timetable, range, overlap, ongoing, &states).map_err(refused)?;
    for &made in &plan.made {
        make(ctx, &tx, &held, &timetable, made, rows.get(&made.at).map(|&(run, _)| run)).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    let runs = plan.made.iter().filter(|made| made.verdict.is_run()).count();
    Ok(Filled { runs, skipped: plan.made.len() - runs, already: plan.already.len() })
}

/// The runs of a range by their instants.
async fn rows(
    tx: &WriteTx,
    id: ScheduleId,
    (first, last): (DateTime<Utc>, DateTime<Utc>),
) -> AppResult<BTreeMap<DateTime<Utc>, (OccurrenceId, OccurrenceState)>> {
    use occurrence::Column;
    let rows: Vec<(DateTime<Utc>, OccurrenceId, OccurrenceState)> = occurrence::Entity::find()
        .select_only()
        .columns([Column::ScheduledAt, Column::Id, Column::State])
        .filter(Column::ScheduleId.eq(id))
        .filter(Column::ScheduledAt.between(first, last))
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(|(at, run, state)| (at, (run, state))).collect())
}

async fn make(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    timetable: &Timetable,
    made: Made,
    skipped: Option<OccurrenceId>,
) -> AppResult<()> {
    let local = |at| timetable.local_words(at);
    let standing = match made.verdict {
        Verdict::Run => Standing::planned(ctx.now),
        Verdict::RunInstead => {
            planner::cancel_open(ctx, tx, held, &format!("The run of {} took its place.", local(made.at))).await?;
            Standing::planned(ctx.now)
        }
        // The row that is there says already why it did not run.
        Verdict::Skip(_) if skipped.is_some() => return Ok(()),
        Verdict::Skip(reason) => Standing::skipped(reason.words(local)),
    };
    let words = match (&ctx.actor, &standing.reason) {
        (_, Some(reason)) => format!("Skipped. {reason}"),
        (Actor::Person(me), None) => format!("Made up for by {}.", me.name),
        _ => "Made up for.".to_owned(),
    };
    let run = match skipped {
        Some(run) => revive(ctx, tx, held, run).await?,
        None => {
            let new = NewRun { is_backfill: true, ..NewRun::planned(made.at, standing) };
            planner::insert(ctx, tx, held, new).await?
        }
    };
    match run {
        Some(run) => book::note(ctx, &**tx, run, LogLevel::Info, words).await,
        None => Ok(()),
    }
}

/// An instant has one row, so the skipped one is used again.
async fn revive(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, run: OccurrenceId) -> AppResult<Option<OccurrenceId>> {
    let also = occurrence::ActiveModel { is_backfill: Set(true), finished_at: Set(None), ..Default::default() };
    let stepped = ledger::step(ctx, tx, held, run, Event::Revived, also).await?;
    Ok(stepped.map(|_| run))
}

fn refused(problem: BackfillProblem) -> AppError {
    let problem = match problem {
        BackfillProblem::EndsBeforeStart => Problem::EndsBeforeStart,
        BackfillProblem::Nothing => Problem::NeverRuns,
        BackfillProblem::TooMany => Problem::TooMany { max: u32::try_from(BACKFILL_MAX).unwrap_or(u32::MAX) },
    };
    AppError::field("to", problem)
}
