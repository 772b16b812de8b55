//! Where the state of a run is read and written: rows to the rules of `domain::occurrence` and back. Every write names
//! the fence it starts from, so that an owner that has lost its run writes nothing.
//!
//! Lock order: the schedule, then the run. Planner and workers of all instances keep to it.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict},
};

use super::{book, kinds, messages, pausing, planner, rules, schedules, sending::Hold};
use crate::{
    alarms::service::{pings, tell},
    domain::{
        alarm::PingKind,
        ids::{OccurrenceId, ProjectId, ScheduleId},
        job::{LogLevel, ScheduleState},
        occurrence::{Effect, Event, OccurrenceState, Standing, Trigger},
        planner::{OpenRun, Streak, after_end},
    },
    entities::{occurrence, occurrence_snapshot, schedule},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, db::WriteTx, hash::sha256},
};

/// A run as its steps look at it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct RunRow {
    pub id: OccurrenceId,
    pub schedule_id: ScheduleId,
    pub project_id: ProjectId,
    /// Which run of its schedule it is, from 1.
    pub number: i32,
    pub scheduled_at: chrono::DateTime<chrono::Utc>,
    pub trigger: Trigger,
    pub state: OccurrenceState,
    pub reason: Option<String>,
    pub fence: i64,
    pub lease_until: Option<chrono::DateTime<chrono::Utc>>,
    pub attempts: i32,
    pub rests: i32,
    pub next_try_at: Option<chrono::DateTime<chrono::Utc>>,
    pub deadline: Option<chrono::DateTime<chrono::Utc>>,
    pub is_held: bool,
    pub waits_for_account: bool,
    pub is_backfill: bool,
    pub started_at: Option<chrono::DateTime<chrono::Utc>>,
    pub finished_at: Option<chrono::DateTime<chrono::Utc>>,
    pub created_at: chrono::DateTime<chrono::Utc>,
}

impl RunRow {
    /// What the rules look at.
    pub fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            fence: self.fence,
            lease_until: self.lease_until,
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            rests: u32::try_from(self.rests).unwrap_or_default(),
            next_try_at: self.next_try_at,
            deadline: self.deadline,
            is_held: self.is_held,
            waits_for_account: self.waits_for_account,
            reason: self.reason.clone(),
        }
    }

    /// What it is to other runs of its schedule while it has not ended.
    pub fn as_open(&self) -> OpenRun {
        OpenRun {
            at: self.scheduled_at,
            state: self.state,
            lease_until: self.lease_until,
            has_begun: self.started_at.is_some(),
            is_by_hand: self.trigger == Trigger::Manual,
            waits_for_account: self.waits_for_account,
        }
    }
}

/// The run has not ended. The states stand in the query word for word, as in the partial indexes of open runs: from bound
/// values SQLite could not see that such an index will do, and would walk over all that has ended.
pub(super) fn is_open() -> Expr {
    Expr::cust(OPEN)
}

const OPEN: &str = r#""occurrence"."state" IN ('planned', 'claimed', 'building', 'frozen', 'sending')"#;

/// The columns of [`RunRow`].
pub fn run_columns() -> sea_orm::Select<occurrence::Entity> {
    use occurrence::Column::*;
    occurrence::Entity::find().select_only().columns([
        Id,
        ScheduleId,
        ProjectId,
        Number,
        ScheduledAt,
        Trigger,
        State,
        Reason,
        Fence,
        LeaseUntil,
        Attempts,
        Rests,
        NextTryAt,
        Deadline,
        IsHeld,
        WaitsForAccount,
        IsBackfill,
        StartedAt,
        FinishedAt,
        CreatedAt,
    ])
}

/// Reads a run.
///
/// # Errors
/// [`AppError::NotFound`] where there is none.
pub async fn read(db: &impl sea_orm::ConnectionTrait, id: OccurrenceId) -> AppResult<RunRow> {
    let query = run_columns().filter(occurrence::Column::Id.eq(id));
    query.into_model::<RunRow>().one(db).await?.ok_or(AppError::NotFound)
}

/// Locks a schedule for the transaction. On SQLite the transaction itself is the lock.
///
/// # Errors
/// [`AppError::NotFound`] where there is none.
pub async fn lock_schedule(ctx: &Ctx, tx: &WriteTx, id: ScheduleId) -> AppResult<schedule::Model> {
    let mut query = schedule::Entity::find_by_id(id);
    if ctx.db().is_postgres() {
        query = query.lock_exclusive();
    }
    query.one(&**tx).await?.ok_or(AppError::NotFound)
}

/// Locks a schedule unless another transaction has it.
///
/// # Errors
/// Only those of the database.
pub async fn try_lock_schedule(ctx: &Ctx, tx: &WriteTx, id: ScheduleId) -> AppResult<Option<schedule::Model>> {
    let mut query = schedule::Entity::find_by_id(id);
    if ctx.db().is_postgres() {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(&**tx).await?)
}

/// Locks those of the schedules that no other transaction has, in the order of their ids.
///
/// # Errors
/// Only those of the database.
pub async fn try_lock_schedules(ctx: &Ctx, tx: &WriteTx, ids: &[ScheduleId]) -> AppResult<Vec<schedule::Model>> {
    let mut query = schedule::Entity::find()
        .filter(schedule::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(schedule::Column::Id);
    if ctx.db().is_postgres() {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.all(&**tx).await?)
}

/// Locks a run for the transaction.
///
/// # Errors
/// [`AppError::NotFound`] where there is none.
pub async fn lock_run(ctx: &Ctx, tx: &WriteTx, id: OccurrenceId) -> AppResult<RunRow> {
    let mut query = run_columns().filter(occurrence::Column::Id.eq(id));
    if ctx.db().is_postgres() {
        query = query.lock_exclusive();
    }
    query.into_model::<RunRow>().one(&**tx).await?.ok_or(AppError::NotFound)
}

/// Locks a run for the transaction of its owner. False: it is somebody else's by now. Reads no more of it than that.
///
/// # Errors
/// [`AppError::NotFound`] where there is none.
pub async fn lock_own(ctx: &Ctx, tx: &WriteTx, hold: Hold) -> AppResult<bool> {
    let mut query = occurrence::Entity::find()
        .select_only()
        .columns([occurrence::Column::Fence, occurrence::Column::LeaseUntil])
        .filter(occurrence::Column::Id.eq(hold.run));
    if ctx.db().is_postgres() {
        query = query.lock_exclusive();
    }
    let found: Option<(i64, Option<DateTime<Utc>>)> = query.into_tuple().one(&**tx).await?;
    let (fence, lease_until) = found.ok_or(AppError::NotFound)?;
    Ok(fence == hold.fence && lease_until.is_some())
}

/// Applies an event to a run in a transaction that holds its schedule. Nothing comes back where the event does not fit
/// or the owner has lost the run; nothing is written then. `also` holds further columns to write with it.
///
/// # Errors
/// Only those of the database.
pub async fn step(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    id: OccurrenceId,
    event: Event,
    also: occurrence::ActiveModel,
) -> AppResult<Option<(Standing, Vec<Effect>)>> {
    let row = lock_run(ctx, tx, id).await?;
    let before = row.standing();
    let begins = event == Event::Claimed && before.state == OccurrenceState::Planned && before.attempts == 0;
    let (after, effects) = before.clone().step_by(&rules::run_rules(held), event, ctx.now, seed(id));
    if after == before {
        return Ok(None);
    }
    let has_ended = effects.contains(&Effect::Finished);
    let columns = occurrence::ActiveModel {
        state: Set(after.state),
        reason: Set(after.reason.clone()),
        fence: Set(after.fence),
        lease_until: Set(after.lease_until),
        attempts: Set(i32::try_from(after.attempts).unwrap_or(i32::MAX)),
        rests: Set(i32::try_from(after.rests).unwrap_or(i32::MAX)),
        next_try_at: Set(after.next_try_at),
        deadline: Set(after.deadline),
        is_held: Set(after.is_held),
        waits_for_account: Set(after.waits_for_account),
        // One that goes on by hand later took as long as it took at first.
        finished_at: match has_ended && row.finished_at.is_none() {
            true => Set(Some(ctx.now)),
            false => also.finished_at.clone(),
        },
        ..with_step(also, before.state, after.state, ctx.now)
    };
    let written = occurrence::Entity::update_many()
        .set(columns)
        .filter(occurrence::Column::Id.eq(id))
        .filter(occurrence::Column::Fence.eq(before.fence))
        .exec(&**tx)
        .await?;
    if written.rows_affected == 0 {
        return Ok(None);
    }
    if has_ended && before.state == OccurrenceState::Frozen {
        messages::discard(&**tx, id).await?;
    }
    if before.is_held && !after.is_held {
        tell::draft_answered(ctx, tx, id).await?;
    }
    if begins && !has_ended {
        pings::note(ctx, tx, held.id, PingKind::Start).await?;
    }
    if has_ended {
        end(ctx, tx, held, &row, &after).await?;
    }
    Ok(Some((after, effects)))
}

/// Stores what a run has frozen, and says so, in a transaction that holds its schedule; what to do next comes back.
/// Nothing does, and nothing is written, where the owner has lost the run. What an earlier try has frozen is replaced.
///
/// # Errors
/// Only those of the database.
pub async fn freeze(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    hold: Hold,
    json: String,
    also: occurrence::ActiveModel,
) -> AppResult<Option<Vec<Effect>>> {
    let also = occurrence::ActiveModel { snapshot_hash: Set(Some(sha256(json.as_bytes()))), ..also };
    let frozen = Event::Frozen { fence: hold.fence };
    let Some((_, effects)) = step(ctx, tx, held, hold.run, frozen, also).await? else { return Ok(None) };
    let data = occurrence_snapshot::ActiveModel { occurrence_id: Set(hold.run), snapshot: Set(json) };
    let replace = OnConflict::column(occurrence_snapshot::Column::OccurrenceId)
        .update_column(occurrence_snapshot::Column::Snapshot)
        .to_owned();
    occurrence_snapshot::Entity::insert(data).on_conflict(replace).exec_without_returning(&**tx).await?;
    Ok(Some(effects))
}

/// Notes when a run comes to a step. A try that collects anew begins all steps anew; messages that are sent again later
/// belong to the sending that is there.
fn with_step(
    also: occurrence::ActiveModel,
    before: OccurrenceState,
    after: OccurrenceState,
    now: DateTime<Utc>,
) -> occurrence::ActiveModel {
    use OccurrenceState::*;
    match (before, after) {
        (Claimed, Building) => {
            occurrence::ActiveModel { building_at: Set(Some(now)), frozen_at: Set(None), sending_at: Set(None), ..also }
        }
        (Building, Frozen) => occurrence::ActiveModel { frozen_at: Set(Some(now)), ..also },
        (Frozen, Sending) => occurrence::ActiveModel { sending_at: Set(Some(now)), ..also },
        _ => also,
    }
}

/// For [`step`]: nothing is written but what the event changes.
pub fn no_columns() -> occurrence::ActiveModel {
    occurrence::ActiveModel { ..Default::default() }
}

/// Says how a run ended, gives back what it meant to remind of, and counts failures in a row: after some the schedule
/// pauses itself.
async fn end(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, row: &RunRow, after: &Standing) -> AppResult<()> {
    use OccurrenceState::*;
    let level = match after.state {
        Failed => LogLevel::Error,
        Partly | Cancelled => LogLevel::Warning,
        _ => LogLevel::Info,
    };
    let words = match &after.reason {
        Some(reason) => format!("{}. {reason}", after.state.label()),
        None => format!("{}.", after.state.label()),
    };
    book::note(ctx, &**tx, row.id, level, words).await?;
    // What a person sends again and fails once more is still one failed run.
    let is_again = after.state == Failed && tell::has_failed_before(tx, row.id).await?;
    tell::run_ended(ctx, tx, held, row.id, after.state, after.reason.as_deref()).await?;
    let has_begun = row.started_at.is_some() || row.state != Planned;
    match ping_of(after.state, has_begun) {
        Some(PingKind::Failure) => {
            pings::note_failure(ctx, tx, held, (row.id, row.number), (after.state, after.reason.as_deref())).await?;
        }
        Some(kind) => pings::note(ctx, tx, held.id, kind).await?,
        None => {}
    }
    kinds::release_reminders(ctx, tx, row.id, after.state).await?;
    ctx.app.meters.run_ended(after.state);
    if after.state == Skipped && has_begun && row.trigger == Trigger::Schedule && !row.is_backfill {
        give_back(ctx, tx, held).await?;
    }
    let before = u32::try_from(held.failures_in_row).unwrap_or_default();
    let pause_after = u32::try_from(held.pause_after_failures).unwrap_or(u32::MAX);
    let Streak { failures, pauses } = match is_again {
        true => Streak { failures: before, pauses: false },
        false => after_end(after.state, before, pause_after),
    };
    if failures == before && !pauses {
        return Ok(());
    }
    let mut change = schedule::ActiveModel {
        id: Unchanged(held.id),
        failures_in_row: Set(i32::try_from(failures).unwrap_or(i32::MAX)),
        ..Default::default()
    };
    if pauses && held.state == ScheduleState::On {
        // What has come until now is dealt with by the rules that it came under.
        if schedules::times(held).is_ok() {
            planned_first(ctx, tx, held).await?;
        }
        change.state = Set(ScheduleState::Paused);
        change.pause_note = Set(Some(format!("Paused by itself after {failures} failed runs in a row.")));
        change.next_run_at = Set(None);
        change.updated_at = Set(ctx.now);
        tell::paused(ctx, tx, held, row.id, failures).await?;
    }
    let is_paused = change.state == Set(ScheduleState::Paused);
    change.update(&**tx).await?;
    if is_paused {
        pausing::begin_wait(ctx, tx, held.id).await?;
    }
    Ok(())
}

/// As [`planner::plan_held`], on the heap: a plan may end runs in its turn. Not made in [`end`], whose frame would have to
/// hold all of it each time that a run ends.
fn planned_first<'a>(ctx: &'a Ctx, tx: &'a WriteTx, held: &'a schedule::Model) -> BoxFuture<'a, AppResult<usize>> {
    Box::pin(planner::plan_held(ctx, tx, held))
}

/// Gives back the turn of a run that was not needed: it is not one of a number of runs, and a schedule that would have ended
/// with it goes on.
async fn give_back(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model) -> AppResult<()> {
    use schedule::Column;
    let Ok(times) = schedules::times(held) else { return Ok(()) };
    if times.spec.runs.is_none() {
        return Ok(());
    }
    let mut change = schedule::Entity::update_many()
        .col_expr(Column::RunsMade, Expr::col(Column::RunsMade).sub(1))
        .filter(Column::Id.eq(held.id))
        .filter(Column::RunsMade.gt(0));
    if held.state == ScheduleState::On && held.deleted_at.is_none() && held.next_run_at.is_none() {
        // What it would have named since it ended is not missed.
        let from = Ord::max(held.last_planned_at, ctx.now);
        change = change
            .col_expr(Column::LastPlannedAt, Expr::value(from))
            .col_expr(Column::NextRunAt, Expr::value(times.timetable.next_after(from)));
    }
    change.exec(&**tx).await?;
    Ok(())
}

/// What is pinged when a run has ended. One that was not needed went as its owner wanted. One that was cancelled after it
/// had begun has failed for whoever waits outside: its start was told, and nothing else comes of it. What never began is
/// not told of.
fn ping_of(state: OccurrenceState, has_begun: bool) -> Option<PingKind> {
    use OccurrenceState::*;
    match state {
        Done => Some(PingKind::Success),
        Failed | Partly => Some(PingKind::Failure),
        Skipped if has_begun => Some(PingKind::Success),
        Cancelled if has_begun => Some(PingKind::Failure),
        _ => None,
    }
}

/// Renews the claim of a run. False: it is lost, or its try has taken longer than it may.
///
/// # Errors
/// Only those of the database.
pub async fn renew(ctx: &Ctx, id: OccurrenceId, fence: i64) -> AppResult<bool> {
    let tx = ctx.begin().await?;
    let renewed = occurrence::Entity::update_many()
        .col_expr(occurrence::Column::LeaseUntil, Expr::value(ctx.now + crate::domain::occurrence::LEASE))
        .filter(occurrence::Column::Id.eq(id))
        .filter(occurrence::Column::Fence.eq(fence))
        .filter(occurrence::Column::LeaseUntil.is_not_null())
        .filter(
            Condition::any().add(occurrence::Column::Deadline.is_null()).add(occurrence::Column::Deadline.gt(ctx.now)),
        )
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(renewed.rows_affected == 1)
}

/// Decides the jitter of a run's waits.
pub fn seed(id: OccurrenceId) -> u64 {
    // The low half of a UUIDv7 is random.
    id.0.as_u128() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_pinged_once_its_run_has_begun_and_a_cancelled_one_is_a_failure_outside() {
        use OccurrenceState::*;
        for (state, begun, not_begun) in [
            (Done, Some(PingKind::Success), Some(PingKind::Success)),
            (Partly, Some(PingKind::Failure), Some(PingKind::Failure)),
            (Failed, Some(PingKind::Failure), Some(PingKind::Failure)),
            (Cancelled, Some(PingKind::Failure), None),
            (Skipped, Some(PingKind::Success), None),
            (Sending, None, None),
        ] {
            assert_eq!((ping_of(state, true), ping_of(state, false)), (begun, not_begun), "{state}");
        }
    }

    #[test]
    fn the_query_of_open_runs_names_every_state_that_is_not_final() {
        for state in OccurrenceState::ALL {
            assert_eq!(OPEN.contains(&format!("'{state}'")), !state.is_final(), "{state}");
        }
    }
}
