//! What a person does about a run that has not ended: cancels it, does not wait for its next try, or stops trying.

use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::{book, ledger, outcomes, schedules, sending::Hold};
use crate::{
    domain::{
        delivery::{DeliveryPhase, Event as Said},
        ids::{OccurrenceId, ScheduleId},
        job::LogLevel,
        occurrence::{Event, OccurrenceState},
    },
    entities::{delivery, occurrence, schedule},
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::access,
};

/// Ends a run before its end. A message that is on its way may still arrive, which its row says; those that wait do not
/// go. A run that has ended meanwhile stays as it is.
///
/// # Errors
/// [`NotFound`](crate::error::AppError::NotFound), [`Forbidden`](crate::error::AppError::Forbidden) for a viewer of the
/// project.
pub async fn cancel(ctx: &Ctx, run: OccurrenceId) -> AppResult<()> {
    let taken = Taken::of(ctx, run).await?;
    let reason = format!("Cancelled{}.", by(ctx));
    let event = Event::Cancelled { reason };
    if ledger::step(ctx, &taken.tx, &taken.held, run, event, ledger::no_columns()).await?.is_some() {
        outcomes::end_messages(ctx, &taken.tx, run).await?;
    }
    taken.done(ctx).await
}

/// Ends all runs of a job that have not begun, such as those of a backfill: how many. What has begun goes on.
///
/// # Errors
/// As [`cancel`].
pub async fn cancel_waiting(ctx: &Ctx, id: ScheduleId) -> AppResult<usize> {
    schedules::editable(ctx, id).await?;
    let mut count = 0;
    let query = waiting(id).select_only().column(occurrence::Column::Id).order_by_asc(occurrence::Column::ScheduledAt);
    let runs: Vec<OccurrenceId> = query.into_tuple().all(ctx.reader()).await?;
    for run in runs {
        let taken = Taken::of(ctx, run).await?;
        let row = ledger::lock_run(ctx, &taken.tx, run).await?;
        let event = Event::Cancelled { reason: format!("Cancelled{} before it began.", by(ctx)) };
        if is_waiting(&row)
            && ledger::step(ctx, &taken.tx, &taken.held, run, event, ledger::no_columns()).await?.is_some()
        {
            count += 1;
        }
        taken.done(ctx).await?;
    }
    Ok(count)
}

/// How many runs of a job have not begun.
///
/// # Errors
/// Only those of the database.
pub async fn count_waiting(ctx: &Ctx, id: ScheduleId) -> AppResult<usize> {
    Ok(usize::try_from(waiting(id).count(ctx.reader()).await?).unwrap_or(usize::MAX))
}

/// As [`is_waiting`], of a job. Open ones have an index.
fn waiting(id: ScheduleId) -> Select<occurrence::Entity> {
    occurrence::Entity::find()
        .filter(ledger::is_open())
        .filter(occurrence::Column::ScheduleId.eq(id))
        .filter(occurrence::Column::State.eq(OccurrenceState::Planned))
        .filter(occurrence::Column::StartedAt.is_null())
}

fn is_waiting(row: &ledger::RunRow) -> bool {
    row.state == OccurrenceState::Planned && row.started_at.is_none()
}

/// Makes the next try of a run, and of its messages, come now. A run that a worker has, or that has ended, stays as it
/// is.
///
/// # Errors
/// As [`cancel`].
pub async fn try_now(ctx: &Ctx, run: OccurrenceId) -> AppResult<()> {
    let taken = Taken::of(ctx, run).await?;
    let row = ledger::lock_run(ctx, &taken.tx, run).await?;
    let waits = !row.state.is_final() && row.lease_until.is_none() && !row.is_held;
    if waits && row.next_try_at.is_some_and(|at| at > ctx.now) {
        ledger::step(ctx, &taken.tx, &taken.held, run, Event::Hurried, ledger::no_columns()).await?;
        delivery::Entity::update_many()
            .col_expr(delivery::Column::NextTryAt, Expr::value(ctx.now))
            .filter(delivery::Column::OccurrenceId.eq(run))
            .filter(delivery::Column::Phase.eq(DeliveryPhase::Deferred))
            .exec(&*taken.tx)
            .await?;
        book::note(ctx, &*taken.tx, run, LogLevel::Info, format!("Tried at once{}.", by(ctx))).await?;
    }
    taken.done(ctx).await
}

/// Gives up what still waits: a run without messages is cancelled; of one that sends, the messages that wait are given
/// up, and it ends with what has arrived.
///
/// # Errors
/// As [`cancel`].
pub async fn stop_trying(ctx: &Ctx, run: OccurrenceId) -> AppResult<()> {
    let row = ledger::read(ctx.reader(), run).await?;
    if row.state != OccurrenceState::Sending {
        return cancel(ctx, run).await;
    }
    let taken = Taken::of(ctx, run).await?;
    let row = ledger::lock_run(ctx, &taken.tx, run).await?;
    if row.state == OccurrenceState::Sending && row.lease_until.is_none() {
        let hold = Hold { run, fence: row.fence };
        book::note(ctx, &*taken.tx, run, LogLevel::Info, format!("No further try{}.", by(ctx))).await?;
        for (id, _) in outcomes::messages(&taken.tx, run, &[DeliveryPhase::Queued, DeliveryPhase::Deferred]).await? {
            let given_up = Said::GivenUp { by: ctx.actor_name().map(str::to_owned) };
            outcomes::apply(ctx, &taken.tx, id, given_up, hold).await?;
        }
        // The round that follows counts anew how the run has ended.
        ledger::step(ctx, &taken.tx, &taken.held, run, Event::Hurried, ledger::no_columns()).await?;
    }
    taken.done(ctx).await
}

/// " by Dana", for the log.
fn by(ctx: &Ctx) -> String {
    ctx.actor_name().map(|name| format!(" by {name}")).unwrap_or_default()
}

/// A run whose schedule the transaction holds, for somebody who may change it.
struct Taken {
    tx: WriteTx,
    held: schedule::Model,
}

impl Taken {
    async fn of(ctx: &Ctx, run: OccurrenceId) -> AppResult<Self> {
        let row = ledger::read(ctx.reader(), run).await?;
        access::by_id(ctx, ctx.reader(), row.project_id).await?.editing()?;
        let tx = ctx.begin().await?;
        let held = ledger::lock_schedule(ctx, &tx, row.schedule_id).await?;
        Ok(Self { tx, held })
    }

    async fn done(self, ctx: &Ctx) -> AppResult<()> {
        self.tx.commit().await?;
        ctx.app.wake.notify_one();
        Ok(())
    }
}
