//! Runs for a range of instants that a job has missed: its own overlap policy says how they go together. What was skipped
//! is made up for; what has run, and what is still to come, is left alone.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    book, ledger,
    local_time::{self, Which},
    planner::{self, NewRun},
    schedules,
};
use crate::{
    domain::{
        ids::{OccurrenceId, ScheduleId},
        job::LogLevel,
        occurrence::{Event, OccurrenceState, Standing},
        planner::{BACKFILL_MAX, Backfill, BackfillProblem, Made, Ongoing, Overlap, Verdict, backfill},
        schedule::Timetable,
    },
    entities::{occurrence, schedule},
    error::{AppError, AppResult, Checks, Problem},
    jobs::plan_view::{BackfillForm, BackfillLine, BackfillPlan},
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
};

/// Instants that the page names one by one.
const SHOWN: usize = 20;

/// A form that has been read: the range, and how its runs go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub range: (DateTime<Utc>, DateTime<Utc>),
    pub overlap: Overlap,
}

/// Reads a form in the zone of its schedule. Of an hour that happens twice, the range holds both.
///
/// # Errors
/// [`AppError::Invalid`] with the fields that are wrong.
pub fn read(zone: Tz, form: &BackfillForm) -> AppResult<Asked> {
    let mut checks = Checks::default();
    let mut moment = |field: &str, text: &str, which| {
        local_time::read(zone, text, which).unwrap_or_else(|| {
            checks.add(field, if text.trim().is_empty() { Problem::Required } else { Problem::NotAMoment });
            DateTime::UNIX_EPOCH
        })
    };
    let range = (moment("from", &form.from, Which::First), moment("to", &form.to, Which::Second));
    let overlap = form.overlap.parse().unwrap_or_else(|()| {
        checks.add("overlap", Problem::UnknownChoice);
        Overlap::QueueAll
    });
    checks.done()?;
    Ok(Asked { range, overlap })
}

/// What a backfill would make, were it begun now.
///
/// # Errors
/// As [`run`].
pub async fn preview(ctx: &Ctx, id: ScheduleId, asked: Asked) -> AppResult<BackfillPlan> {
    let held = schedules::editable(ctx, id).await?;
    let timetable = schedules::timetable(&held)?;
    let rows = rows(ctx.reader(), id, asked.range).await?;
    let ongoing = planner::going_on(&planner::open_runs_in(ctx.reader(), id).await?);
    let Backfill { made, already, ahead } = plan(ctx, &timetable, asked, ongoing, &rows)?;
    let runs = made.iter().filter(|made| made.verdict.is_run()).count();
    let line = |made: &Made| {
        let run = timetable.look_at(made.at);
        let skipped = match made.verdict {
            Verdict::Run | Verdict::RunInstead => None,
            Verdict::Skip(reason) => Some(reason.words(|at| timetable.local_words(at))),
        };
        BackfillLine { words: run.words(), note: run.note, skipped }
    };
    Ok(BackfillPlan {
        runs,
        skipped: made.len() - runs,
        already: already.len(),
        ahead,
        shown: made.iter().take(SHOWN).map(line).collect(),
        more: made.len().saturating_sub(SHOWN),
    })
}

fn plan(ctx: &Ctx, timetable: &Timetable, asked: Asked, ongoing: Ongoing, rows: &Rows) -> AppResult<Backfill> {
    let states = rows.iter().map(|(&at, &(_, state))| (at, state)).collect();
    backfill(timetable, asked.range, asked.overlap, ongoing, &states, ctx.now).map_err(refused)
}

/// The runs of a range by their instants.
type Rows = BTreeMap<DateTime<Utc>, (OccurrenceId, OccurrenceState)>;

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
/// without instants that have come, or with too many.
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
    let rows = rows(&*tx, id, range).await?;
    let ongoing = planner::ongoing(&tx, id).await?;
    let plan = plan(ctx, &timetable, Asked { range, overlap }, ongoing, &rows)?;
    for &made in &plan.made {
        make(ctx, &tx, &held, &timetable, made, rows.get(&made.at).map(|&(run, _)| run)).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    let runs = plan.made.iter().filter(|made| made.verdict.is_run()).count();
    Ok(Filled { runs, skipped: plan.made.len() - runs, already: plan.already.len() })
}

async fn rows(
    db: &impl ConnectionTrait,
    id: ScheduleId,
    (first, last): (DateTime<Utc>, DateTime<Utc>),
) -> AppResult<Rows> {
    use occurrence::Column;
    let rows: Vec<(DateTime<Utc>, OccurrenceId, OccurrenceState)> = occurrence::Entity::find()
        .select_only()
        .columns([Column::ScheduledAt, Column::Id, Column::State])
        .filter(Column::ScheduleId.eq(id))
        .filter(Column::ScheduledAt.between(first, last))
        .into_tuple()
        .all(db)
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
    // What begins now has not begun, although the row may have once.
    let also = occurrence::ActiveModel {
        is_backfill: Set(true),
        started_at: Set(None),
        finished_at: Set(None),
        ..Default::default()
    };
    let stepped = ledger::step(ctx, tx, held, run, Event::Revived, also).await?;
    Ok(stepped.map(|_| run))
}

fn refused(problem: BackfillProblem) -> AppError {
    let problem = match problem {
        BackfillProblem::EndsBeforeStart => Problem::EndsBeforeStart,
        BackfillProblem::Nothing => Problem::NoRunInside,
        BackfillProblem::NotYet => Problem::Said { words: problem.words().to_owned() },
        BackfillProblem::TooMany => Problem::TooMany { max: u32::try_from(BACKFILL_MAX).unwrap_or(u32::MAX) },
    };
    AppError::field("to", problem)
}
