//! The runs that wait while their schedule is paused: none of them begins, and when it is resumed the rule for missed runs
//! decides about each, as about any that could not start at its time.

use super::{
    book,
    ledger::{self, RunRow},
    planner, rules,
};
use crate::{
    domain::{
        ids::ScheduleId,
        job::LogLevel,
        occurrence::{Event, OccurrenceState},
        planner::after_pause,
        schedule::Timetable,
    },
    entities::schedule,
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx},
};

/// Says in the log of each run that has not begun that it waits; in the transaction that pauses its schedule.
///
/// # Errors
/// Only those of the database.
pub async fn begin_wait(ctx: &Ctx, tx: &WriteTx, id: ScheduleId) -> AppResult<()> {
    for run in waiting(tx, id).await? {
        let words = "The job is paused: it does not begin until somebody resumes it.";
        book::note(ctx, &**tx, run.id, LogLevel::Info, words).await?;
    }
    Ok(())
}

/// Passes over those of the waiting runs that the rule for missed runs of their schedule does not want any more, each with
/// its reason, and lets the others begin. In the transaction that resumes it; how many will not run comes back. What a
/// person has asked for by a backfill they get.
///
/// # Errors
/// Only those of the database.
pub async fn end_wait(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, timetable: &Timetable) -> AppResult<u32> {
    let (asked_for, waiting): (Vec<RunRow>, Vec<RunRow>) =
        waiting(tx, held.id).await?.into_iter().partition(|run| run.is_backfill);
    let instants: Vec<_> = waiting.iter().map(|run| run.scheduled_at).collect();
    let decided = after_pause(&rules::plan_rules(held, None), &instants, ctx.now);
    let mut passed_over = 0;
    for (run, reason) in waiting.iter().zip(decided) {
        let Some(reason) = reason else {
            begins(ctx, tx, held, run).await?;
            continue;
        };
        let reason = reason.words_after_pause(|at| timetable.local_words(at));
        let event = Event::PassedOver { reason };
        if ledger::step(ctx, tx, held, run.id, event, ledger::no_columns()).await?.is_some() {
            passed_over += 1;
        }
    }
    for run in &asked_for {
        begins(ctx, tx, held, run).await?;
    }
    Ok(passed_over)
}

/// It is due now, and not as late as it would be without the pause, which nobody has to be alarmed about.
async fn begins(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, run: &RunRow) -> AppResult<()> {
    if run.next_try_at.is_some_and(|at| at < ctx.now) {
        ledger::step(ctx, tx, held, run.id, Event::Hurried, ledger::no_columns()).await?;
    }
    book::note(ctx, &**tx, run.id, LogLevel::Info, "The job is resumed: it begins in its turn.").await
}

/// In the order of their instants.
async fn waiting(tx: &WriteTx, id: ScheduleId) -> AppResult<Vec<RunRow>> {
    let open = planner::open_runs(tx, id).await?;
    let waits = |run: &RunRow| run.state == OccurrenceState::Planned && run.as_open().waits_in_pause();
    Ok(open.into_iter().filter(waits).collect())
}
