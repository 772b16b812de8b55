//! Next tries of runs that lie further ahead than they can be put off: the clock has been set back since.

use chrono::Duration;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    domain::{
        ids::OccurrenceId,
        job::LogLevel,
        lease,
        occurrence::{Event, OccurrenceState, Trigger},
    },
    entities::{occurrence, schedule},
    error::{AppError, AppResult},
    jobs::service::{book, ledger, outcomes, rules, way},
    mail::service::gate,
    platform::{ctx::Ctx, state::AppState},
};

/// Brings forward the next tries of runs that would otherwise wait as long as the clock was set back: they go now. What
/// has its instant before it stays as it is, and so does a draft, whose owner was told a time. For the start of a process,
/// and whenever its clock has gone back.
///
/// # Errors
/// Only those of the database.
pub async fn cut_waits(app: &AppState) -> AppResult<()> {
    use occurrence::Column;
    let ctx = Ctx::system(app);
    let waiting = ledger::run_columns()
        .filter(ledger::is_open())
        .filter(Column::LeaseUntil.is_null())
        .filter(Column::IsHeld.eq(false))
        .filter(Column::NextTryAt.gt(lease::latest_end(ctx.now, Duration::zero())))
        .order_by_asc(Column::ScheduledAt);
    let rows: Vec<ledger::RunRow> = waiting.into_model().all(ctx.reader()).await?;
    let mut all = Ok(());
    for row in rows {
        match cut_wait(&ctx, &row).await {
            // Deleted meanwhile with its project.
            Ok(()) | Err(AppError::NotFound) => {}
            // What is wrong may be wrong with this one alone: the others have their turn.
            Err(error) => all = all.and(Err(error)),
        }
    }
    all
}

async fn cut_wait(ctx: &Ctx, row: &ledger::RunRow) -> AppResult<()> {
    let Some(job) = schedule::Entity::find_by_id(row.schedule_id).one(ctx.reader()).await? else { return Ok(()) };
    let sending = match row.state {
        OccurrenceState::Sending => longest_of_sending(ctx, &job, row.id).await?,
        _ => Duration::zero(),
    };
    let wait = match row.standing().longest_wait(&rules::run_rules(&job), sending) {
        Some(wait) => wait,
        // Whoever started it did so at once.
        None if row.trigger == Trigger::Manual => Duration::zero(),
        None => return Ok(()),
    };
    let is_too_long = row.next_try_at.is_some_and(|at| lease::cut(at, ctx.now, wait).is_some());
    if !is_too_long {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, row.schedule_id).await?;
    // Somebody may have taken it up and put it off anew.
    if ledger::lock_run(ctx, &tx, row.id).await?.next_try_at != row.next_try_at {
        return Ok(());
    }
    if ledger::step(ctx, &tx, &held, row.id, Event::Hurried, ledger::no_columns()).await?.is_some() {
        let words = "The clock was set back: its next try comes now.";
        book::note(ctx, &*tx, row.id, LogLevel::Info, words).await?;
    }
    Ok(tx.commit().await?)
}

/// The longest for which a run that sends is put off by its messages, or by the account that they go over.
async fn longest_of_sending(ctx: &Ctx, job: &schedule::Model, run: OccurrenceId) -> AppResult<Duration> {
    let rows = outcomes::rows(&ctx.app, run).await?;
    let messages = rows.iter().map(|row| row.delivery().longest_wait()).max().unwrap_or_default();
    let account = way::of(ctx, job, run).await?.account;
    let limits = match gate::limits(ctx.reader(), account).await {
        // None of them goes, which the next round finds out.
        Err(AppError::NotFound) => return Ok(messages),
        limits => limits?,
    };
    Ok(messages.max(gate::read(ctx.reader(), account).await?.longest_wait(limits.per_minute)))
}
