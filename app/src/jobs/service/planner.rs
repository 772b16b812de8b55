//! Makes runs when their instants come. Each schedule is planned in one transaction that holds its row: two instances,
//! a repeated wake or a clock that steps plan nothing twice.

mod batch;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict, SelectStatement},
};
use uuid::Uuid;

use super::{
    book,
    ledger::{self, RunRow},
    outcomes, rules,
    schedules::{self, KnownTimes, Times},
};
use crate::{
    alarms::service::late::{self, Missed},
    domain::{
        crash_point::CrashPoint,
        ids::{OccurrenceId, ScheduleId},
        job::{LogLevel, ScheduleState},
        occurrence::{Event, Standing, Trigger},
        planner::{Decision, Ongoing, Plan, Verdict, plan},
        schedule::Timetable,
    },
    entities::{occurrence, project, schedule},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, db::WriteTx},
};

/// Schedules that one transaction plans: each commit waits for the disk, and thousands may be due in the same minute.
const AT_ONCE: usize = 400;
/// A schedule that is behind by more than this is planned by itself: it may have missed hundreds of instants, and many
/// such in one transaction would hold up everybody who writes.
const BEHIND: TimeDelta = TimeDelta::hours(1);

/// Plans all schedules that are due, and returns how many runs were made or skipped.
///
/// # Errors
/// Only those of the database. A schedule that cannot be read is logged and left.
pub async fn plan_due(ctx: &Ctx) -> AppResult<usize> {
    let due: Vec<(ScheduleId, Option<DateTime<Utc>>)> = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::Id, schedule::Column::NextRunAt])
        .filter(schedule::Column::State.eq(ScheduleState::On))
        .filter(schedule::Column::DeletedAt.is_null())
        .filter(schedule::Column::NextRunAt.lte(ctx.now))
        .filter(schedule::Column::ProjectId.not_in_subquery(archived_projects()))
        .order_by_asc(schedule::Column::NextRunAt)
        // Neighbours in one transaction, whose rows and index entries share their pages.
        .order_by_asc(schedule::Column::Id)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let is_behind = |at: Option<DateTime<Utc>>| at.is_some_and(|at| ctx.now - at > BEHIND);
    let ids = |behind: bool| due.iter().filter(move |(_, at)| is_behind(*at) == behind).map(|(id, _)| *id);
    let (behind, due): (Vec<_>, Vec<_>) = (ids(true).collect(), ids(false).collect());
    let mut planned = plan_each(ctx, &behind).await?;
    let mut known = KnownTimes::default();
    for some in due.chunks(AT_ONCE) {
        planned += match plan_some(ctx, some, &mut known).await {
            // One of them cannot be planned: each by itself, so that it stands in nobody's way.
            Err(AppError::NotFound | AppError::Internal { .. }) => plan_each(ctx, some).await?,
            planned => planned?,
        };
    }
    Ok(planned)
}

/// Puts each next run where its schedule names it by the time-zone data of this program, and says how many moved: what is
/// stored was worked out by the program that planned last, and a government may have decided otherwise since. Called when
/// the program starts, before it plans.
///
/// # Errors
/// Only those of the database. A schedule that cannot be read is left: the planner says so when it is due.
pub async fn follow_zones(ctx: &Ctx) -> AppResult<usize> {
    let known: Vec<schedule::Model> = schedule::Entity::find()
        .filter(schedule::Column::State.eq(ScheduleState::On))
        .filter(schedule::Column::DeletedAt.is_null())
        .filter(schedule::Column::NextRunAt.is_not_null())
        .filter(schedule::Column::ProjectId.not_in_subquery(archived_projects()))
        .all(ctx.reader())
        .await?;
    let mut moved = 0;
    for row in known.iter().filter(|row| has_moved(row)) {
        let tx = ctx.begin().await?;
        let held = match ledger::lock_schedule(ctx, &tx, row.id).await {
            Err(AppError::NotFound) => continue,
            held => held?,
        };
        if has_moved(&held) {
            let next = schedules::timetable(&held)?.next_after(held.last_planned_at);
            schedule::Entity::update_many()
                .col_expr(schedule::Column::NextRunAt, Expr::value(next))
                .filter(schedule::Column::Id.eq(held.id))
                .exec(&*tx)
                .await?;
            tx.commit().await?;
            moved += 1;
        }
    }
    Ok(moved)
}

/// Whether a schedule that goes on names another next run than the stored one.
fn has_moved(row: &schedule::Model) -> bool {
    let Some(stored) = row.next_run_at else { return false };
    schedules::timetable(row).is_ok_and(|timetable| timetable.next_after(row.last_planned_at) != Some(stored))
}

async fn plan_some(ctx: &Ctx, ids: &[ScheduleId], known: &mut KnownTimes) -> AppResult<usize> {
    if let [id] = ids {
        return plan_one(ctx, *id).await;
    }
    match batch::plan_together(ctx, ids, known).await? {
        Some(planned) => Ok(planned),
        None => plan_each(ctx, ids).await,
    }
}

async fn plan_each(ctx: &Ctx, ids: &[ScheduleId]) -> AppResult<usize> {
    let mut planned = 0;
    for id in ids {
        match plan_one(ctx, *id).await {
            Ok(made) => planned += made,
            // Deleted meanwhile with its project, or not to be read, which the log says: the others have their turn.
            Err(AppError::NotFound | AppError::Internal { .. }) => late::could_not_plan(ctx, *id).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(planned)
}

async fn plan_one(ctx: &Ctx, id: ScheduleId) -> AppResult<usize> {
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    let made = plan_held(ctx, &tx, &held).await?;
    tx.commit().await?;
    ctx.app.crash.reach(CrashPoint::Planned);
    Ok(made)
}

/// Plans one schedule whose row the transaction holds; also called before a schedule changes, so that what has come
/// under the old rules is dealt with by them.
///
/// # Errors
/// Only those of the database.
pub async fn plan_held(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model) -> AppResult<usize> {
    if !is_due(ctx, held) {
        return Ok(0);
    }
    let Some(owner) = project::Entity::find_by_id(held.project_id).one(&**tx).await? else { return Ok(0) };
    let times = schedules::times(held)?;
    let Some(due) = Due::work_out(ctx, held, &owner, ongoing(tx, held.id).await?, Arc::new(times)) else {
        return Ok(0);
    };
    due.carry_out(ctx, tx, held).await?;
    Ok(due.made.decisions.len())
}

/// What was due when it was looked for may have been planned, paused or deleted meanwhile.
fn is_due(ctx: &Ctx, held: &schedule::Model) -> bool {
    let has_come = held.next_run_at.is_some_and(|at| at <= ctx.now);
    has_come && held.state == ScheduleState::On && held.deleted_at.is_none()
}

/// What has come of a schedule.
struct Due {
    times: Arc<Times>,
    made: Plan,
}

impl Due {
    /// Nothing while the project is in the archive.
    fn work_out(
        ctx: &Ctx,
        held: &schedule::Model,
        owner: &project::Model,
        ongoing: Ongoing,
        times: Arc<Times>,
    ) -> Option<Self> {
        if owner.archived_at.is_some() {
            return None;
        }
        // What fell into the time in the archive does not run.
        let from = owner.restored_at.map_or(held.last_planned_at, |at| held.last_planned_at.max(at));
        let rules = rules::plan_rules(held, rules::runs_left(held, &times.spec));
        let made = plan(&times.timetable, &rules, ongoing, from, ctx.now);
        Some(Self { times, made })
    }

    async fn carry_out(&self, ctx: &Ctx, tx: &WriteTx, held: &schedule::Model) -> AppResult<()> {
        let mut missed = Missed::default();
        for decision in &self.made.decisions {
            let run = carry_out(ctx, tx, held, &self.times.timetable, *decision).await?;
            if let Some(run) = run.filter(|_| !decision.verdict.is_held_up()) {
                missed.note(held, run, decision.starts_at, decision.verdict.is_run(), ctx.now);
            }
            ctx.app.meters.instant(decision.verdict.is_run());
        }
        missed.tell(ctx, tx, held).await?;
        ctx.app.crash.reach(CrashPoint::PlanInserted);
        move_on(tx, held, &self.made).await
    }
}

/// Projects in the archive: their schedules wait.
fn archived_projects() -> SelectStatement {
    project::Entity::find()
        .select_only()
        .column(project::Column::Id)
        .filter(project::Column::ArchivedAt.is_not_null())
        .into_query()
}

/// Moves `next_run_at` by compare-and-swap, and counts the runs that were made.
async fn move_on(tx: &WriteTx, held: &schedule::Model, made: &Plan) -> AppResult<()> {
    let runs_made = held.runs_made.saturating_add(i32::try_from(made.runs()).unwrap_or(i32::MAX));
    schedule::Entity::update_many()
        .col_expr(schedule::Column::NextRunAt, Expr::value(made.next_run_at))
        .col_expr(schedule::Column::LastPlannedAt, Expr::value(made.last_planned_at))
        .col_expr(schedule::Column::RunsMade, Expr::value(runs_made))
        .filter(schedule::Column::Id.eq(held.id))
        .filter(schedule::Column::NextRunAt.eq(held.next_run_at))
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn carry_out(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    timetable: &Timetable,
    decision: Decision,
) -> AppResult<Option<OccurrenceId>> {
    let Decision { at, starts_at, verdict } = decision;
    let local = |at| timetable.local_words(at);
    match verdict {
        Verdict::Skip(reason) => {
            let words = reason.words(local);
            let made = insert(ctx, tx, held, NewRun::planned(at, Standing::skipped(words.clone()))).await?;
            if let Some(id) = made {
                book::note(ctx, &**tx, id, LogLevel::Warning, format!("Skipped. {words}")).await?;
            }
            Ok(made)
        }
        Verdict::Run | Verdict::RunInstead => {
            let earlier = if verdict == Verdict::RunInstead { open_runs(tx, held.id).await? } else { Vec::new() };
            let made = insert(ctx, tx, held, NewRun::planned(at, Standing::planned(starts_at))).await?;
            // Where a backfill came to the instant before the planner did, its run is among the open ones, and goes on.
            if let Some(id) = made {
                cancel(ctx, tx, held, earlier, &format!("The run of {} took its place.", local(at))).await?;
                book::note(ctx, &**tx, id, LogLevel::Info, format!("Planned for {}.", local(at))).await?;
            }
            Ok(made)
        }
    }
}

/// A run that has no row yet.
pub(super) struct NewRun {
    pub at: DateTime<Utc>,
    pub trigger: Trigger,
    pub is_backfill: bool,
    /// Whoever starts it wants to read it before it is sent.
    pub wants_draft: bool,
    pub standing: Standing,
}

impl NewRun {
    /// One of the schedule itself.
    pub fn planned(at: DateTime<Utc>, standing: Standing) -> Self {
        Self { at, trigger: Trigger::Schedule, is_backfill: false, wants_draft: false, standing }
    }
}

/// Makes the row of a run, with the next number of its schedule, which the transaction holds; none where its instant has
/// one already.
///
/// # Errors
/// Only those of the database, and [`AppError::NotFound`] for a schedule that is gone.
pub(super) async fn insert(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    run: NewRun,
) -> AppResult<Option<OccurrenceId>> {
    // Others may have been made since the row was read.
    let query = schedule::Entity::find_by_id(held.id).select_only().column(schedule::Column::LastNumber);
    let last: Option<i32> = query.into_tuple().one(&**tx).await?;
    let number = last.ok_or(AppError::NotFound)?.saturating_add(1);
    let (id, row) = row(ctx, held, number, run);
    let inserted = occurrence::Entity::insert(row).on_conflict(once()).exec_without_returning(&**tx).await?;
    if inserted == 0 {
        return Ok(None);
    }
    schedule::Entity::update_many()
        .col_expr(schedule::Column::LastNumber, Expr::value(number))
        .filter(schedule::Column::Id.eq(held.id))
        .exec(&**tx)
        .await?;
    Ok(Some(id))
}

/// The row of a new run.
fn row(ctx: &Ctx, held: &schedule::Model, number: i32, run: NewRun) -> (OccurrenceId, occurrence::ActiveModel) {
    let NewRun { at, trigger, is_backfill, wants_draft, standing } = run;
    let id = OccurrenceId(Uuid::now_v7());
    let Standing {
        state,
        fence,
        lease_until,
        attempts,
        rests,
        next_try_at,
        deadline,
        is_held,
        waits_for_account,
        reason,
    } = standing;
    let row = occurrence::ActiveModel {
        id: Set(id),
        schedule_id: Set(held.id),
        project_id: Set(held.project_id),
        number: Set(number),
        scheduled_at: Set(at),
        trigger: Set(trigger),
        state: Set(state),
        reason: Set(reason),
        fence: Set(fence),
        lease_until: Set(lease_until),
        attempts: Set(i32::try_from(attempts).unwrap_or(i32::MAX)),
        rests: Set(i32::try_from(rests).unwrap_or(i32::MAX)),
        next_try_at: Set(next_try_at),
        deadline: Set(deadline),
        is_held: Set(is_held),
        waits_for_account: Set(waits_for_account),
        wants_draft: Set(wants_draft),
        is_backfill: Set(is_backfill),
        finished_at: Set(state.is_final().then_some(ctx.now)),
        created_at: Set(ctx.now),
        // The rest comes when it runs, and is not worth binding thousands of times in the same minute.
        ..Default::default()
    };
    (id, row)
}

/// An instant has one row.
fn once() -> OnConflict {
    OnConflict::columns([occurrence::Column::ScheduleId, occurrence::Column::ScheduledAt]).do_nothing().to_owned()
}

/// The runs of a schedule that have not ended.
pub(super) async fn open_runs(tx: &WriteTx, id: ScheduleId) -> AppResult<Vec<RunRow>> {
    open_runs_in(&**tx, id).await
}

/// As [`open_runs`], for a look without a transaction.
pub(super) async fn open_runs_in(db: &impl ConnectionTrait, id: ScheduleId) -> AppResult<Vec<RunRow>> {
    let query = ledger::run_columns()
        .filter(occurrence::Column::ScheduleId.eq(id))
        .filter(ledger::is_open())
        .order_by_asc(occurrence::Column::ScheduledAt);
    Ok(query.into_model().all(db).await?)
}

/// Which runs are still going.
pub(super) async fn ongoing(tx: &WriteTx, id: ScheduleId) -> AppResult<Ongoing> {
    Ok(going_on(&open_runs(tx, id).await?))
}

/// What the open runs of a schedule are to those that come.
pub(super) fn going_on(open: &[RunRow]) -> Ongoing {
    Ongoing::among(open.iter().map(RunRow::as_open))
}

pub(super) async fn cancel_open(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, reason: &str) -> AppResult<()> {
    let open = open_runs(tx, held.id).await?;
    cancel(ctx, tx, held, open, reason).await
}

async fn cancel(ctx: &Ctx, tx: &WriteTx, held: &schedule::Model, rows: Vec<RunRow>, reason: &str) -> AppResult<()> {
    for row in rows {
        let event = Event::Cancelled { reason: reason.to_owned() };
        if ledger::step(ctx, tx, held, row.id, event, ledger::no_columns()).await?.is_some() {
            outcomes::end_messages(ctx, tx, row.id).await?;
        }
    }
    Ok(())
}
