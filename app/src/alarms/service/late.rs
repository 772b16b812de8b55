//! Runs that did not start within their grace: found while they are planned, or waiting without a hand that takes them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{LockBehavior, LockType},
};

use super::{facts, tell};
use crate::{
    domain::{
        alarm::{AlarmKind, is_late, late_words},
        ids::{OccurrenceId, ScheduleId},
        job::ScheduleState,
        occurrence::Trigger,
    },
    entities::{alarm, occurrence, schedule},
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx},
};

/// Runs that are read at once.
const LOOK: u64 = 500;

/// What one planning of a schedule came too late for: told once, however many there are.
#[derive(Debug, Default)]
pub struct Missed {
    count: usize,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    run: OccurrenceId,
    at: DateTime<Utc>,
    still_runs: bool,
}

impl Missed {
    /// Notes an instant that was planned at `now`, if that was too late for it. `starts_at` is its instant with its
    /// jitter; a run that another one holds up is not missed.
    pub fn note(
        &mut self,
        held: &schedule::Model,
        run: OccurrenceId,
        starts_at: DateTime<Utc>,
        still_runs: bool,
        now: DateTime<Utc>,
    ) {
        if is_late(starts_at, grace(held), now) {
            self.count += 1;
            self.last = Some(Last { run, at: starts_at, still_runs });
        }
    }

    /// Whether everything came in time.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Raises the alarm, in the transaction that stores what becomes of the instants.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn tell(self, ctx: &Ctx, tx: &WriteTx, held: &schedule::Model) -> AppResult<()> {
        let Some(Last { run, at, still_runs }) = self.last else { return Ok(()) };
        ctx.app.meters.late(self.count);
        let words = late_words(&facts::local(held, at), ctx.now - at, self.count, still_runs);
        tell::late(ctx, tx, held, run, &words).await
    }
}

/// Looks for runs that wait to begin for longer than their grace, and tells of each once. It makes no difference which
/// instance planned them, or whether that one is still there. Called after what is due has been planned.
///
/// # Errors
/// Only those of the database.
pub async fn sweep(ctx: &Ctx) -> AppResult<usize> {
    let (mut told, mut after) = (0, None);
    loop {
        let rows = waiting(ctx, after).await?;
        let graces = graces(ctx, &rows).await?;
        for row in &rows {
            let Some(grace) = graces.get(&row.schedule_id) else { continue };
            if row.due(*grace).is_some_and(|due| is_late(due, *grace, ctx.now)) {
                told += usize::from(tell_of(ctx, row).await?);
            }
        }
        // However many wait that are not late, they hide none that is.
        match rows.last() {
            Some(last) if rows.len() as u64 == LOOK => after = Some((last.scheduled_at, last.id)),
            _ => return Ok(told),
        }
    }
}

/// How late the runs of the schedules of these may be, where the schedules are there.
async fn graces(ctx: &Ctx, rows: &[Waiting]) -> AppResult<HashMap<ScheduleId, Duration>> {
    let ids: HashSet<ScheduleId> = rows.iter().map(|row| row.schedule_id).collect();
    let found = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::Id, schedule::Column::GraceMinutes])
        .filter(schedule::Column::Id.is_in(ids))
        .filter(schedule::Column::DeletedAt.is_null());
    let found: Vec<(ScheduleId, i32)> = found.into_tuple().all(ctx.reader()).await?;
    Ok(found.into_iter().map(|(id, minutes)| (id, Duration::minutes(minutes.into()))).collect())
}

/// Tells of a run that is late. False: it is not any more, as its schedule is now.
async fn tell_of(ctx: &Ctx, waiting: &Waiting) -> AppResult<bool> {
    let tx = ctx.begin().await?;
    let held = schedule::Entity::find_by_id(waiting.schedule_id).one(&*tx).await?;
    let Some(held) = held.filter(|held| held.deleted_at.is_none()) else { return Ok(false) };
    if held.state == ScheduleState::Paused && waiting.trigger != Trigger::Manual {
        return Ok(false);
    }
    let Some(due) = waiting.due(grace(&held)).filter(|due| is_late(*due, grace(&held), ctx.now)) else {
        return Ok(false);
    };
    let words = late_words(&facts::local(&held, waiting.scheduled_at), ctx.now - due, 1, true);
    tell::late(ctx, &tx, &held, waiting.id, &words).await?;
    tx.commit().await?;
    ctx.app.meters.late(1);
    Ok(true)
}

/// Tells that a schedule could not be planned, once, when its run is late. Whoever has tried says so: one that is merely
/// due may be another process's, which gives up planning many together and goes on with each by itself.
///
/// # Errors
/// Only those of the database.
pub async fn could_not_plan(ctx: &Ctx, id: ScheduleId) -> AppResult<()> {
    let overdue = |held: &schedule::Model| held.next_run_at.filter(|due| is_late(*due, grace(held), ctx.now));
    let Some(found) = schedule::Entity::find_by_id(id).one(ctx.reader()).await? else { return Ok(()) };
    // It is tried again each second: most times there is nothing to write.
    let Some(due) = overdue(&found) else { return Ok(()) };
    let told = alarm::Entity::find().filter(alarm::Column::Once.eq(tell::unplanned_once(&found, due)));
    if told.count(ctx.reader()).await? > 0 {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    // Another process may be planning it at this moment, or has done so since.
    let Some(held) = still_unplanned(ctx, &tx, id).await? else { return Ok(()) };
    let Some(due) = overdue(&held) else { return Ok(()) };
    let why = format!("the run of {} could not be planned; the log of the server says why.", facts::local(&held, due));
    if tell::unplanned(ctx, &tx, &held, due, &why).await? {
        ctx.app.meters.late(1);
    }
    Ok(tx.commit().await?)
}

/// A schedule as it is now, unless somebody holds it or it is not to be planned any more.
async fn still_unplanned(ctx: &Ctx, tx: &WriteTx, id: ScheduleId) -> AppResult<Option<schedule::Model>> {
    let mut query = schedule::Entity::find_by_id(id)
        .filter(schedule::Column::State.eq(ScheduleState::On))
        .filter(schedule::Column::DeletedAt.is_null());
    if ctx.db().is_postgres() {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(&**tx).await?)
}

fn grace(held: &schedule::Model) -> Duration {
    Duration::minutes(held.grace_minutes.into())
}

/// A run that has not begun.
#[derive(Debug, FromQueryResult)]
struct Waiting {
    id: OccurrenceId,
    schedule_id: ScheduleId,
    scheduled_at: DateTime<Utc>,
    next_try_at: Option<DateTime<Utc>>,
    trigger: Trigger,
    is_backfill: bool,
    created_at: DateTime<Utc>,
}

impl Waiting {
    /// When it should have begun; none where that was too late when it was planned, which has been told then.
    fn due(&self, grace: Duration) -> Option<DateTime<Utc>> {
        // Who asks for a run of another time asks for it now; the row may be that of an instant that was skipped long ago.
        if self.trigger == Trigger::Manual || self.is_backfill {
            return Some(self.next_try_at.map_or(self.created_at, |at| at.max(self.created_at)));
        }
        let due = self.next_try_at.map_or(self.scheduled_at, |at| at.max(self.scheduled_at));
        (!is_late(due, grace, self.created_at)).then_some(due)
    }
}

/// Over the index of runs that have neither begun nor ended: none of those that are over is looked at. `after` is where
/// the rows before ended.
async fn waiting(ctx: &Ctx, after: Option<(DateTime<Utc>, OccurrenceId)>) -> AppResult<Vec<Waiting>> {
    use occurrence::Column;
    let told = alarm::Entity::find()
        .select_only()
        .column(alarm::Column::OccurrenceId)
        .filter(alarm::Column::Kind.eq(AlarmKind::Late))
        .filter(alarm::Column::OccurrenceId.is_not_null())
        .into_query();
    let paused = schedule::Entity::find()
        .select_only()
        .column(schedule::Column::Id)
        .filter(schedule::Column::State.eq(ScheduleState::Paused))
        .into_query();
    let mut query = occurrence::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::ScheduleId,
            Column::ScheduledAt,
            Column::NextTryAt,
            Column::Trigger,
            Column::IsBackfill,
            Column::CreatedAt,
        ])
        .filter(Column::StartedAt.is_null())
        .filter(Column::FinishedAt.is_null())
        .filter(Column::ScheduledAt.lte(ctx.now))
        // Not those that are spread over a time that has not come.
        .filter(Condition::any().add(Column::NextTryAt.is_null()).add(Column::NextTryAt.lte(ctx.now)))
        .filter(Column::Id.not_in_subquery(told))
        // In a pause nothing begins but what a person starts.
        .filter(
            Condition::any().add(Column::Trigger.eq(Trigger::Manual)).add(Column::ScheduleId.not_in_subquery(paused)),
        )
        .order_by_asc(Column::ScheduledAt)
        .order_by_asc(Column::Id)
        .limit(LOOK);
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::ScheduledAt.eq(at)).add(Column::Id.gt(id));
        query = query.filter(Condition::any().add(Column::ScheduledAt.gt(at)).add(same));
    }
    Ok(query.into_model().all(ctx.reader()).await?)
}
