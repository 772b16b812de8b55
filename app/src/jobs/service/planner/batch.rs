//! Plans many schedules that are due in the same minute with few statements: what they have in common is asked once, and
//! where nothing happens but that a run begins, the rows of all are written together.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};

use super::{Due, NewRun, is_due, once, row};
use crate::{
    alarms::service::late::Missed,
    domain::{
        crash_point::CrashPoint,
        ids::{ProjectId, ScheduleId},
        job::LogLevel,
        occurrence::Standing,
        planner::{Decision, Verdict},
    },
    entities::{occurrence, occurrence_log, project, schedule},
    error::AppResult,
    jobs::service::{
        book,
        ledger::{self, RunRow},
        schedules::KnownTimes,
    },
    platform::{ctx::Ctx, db::WriteTx},
};

/// Plans some schedules in one transaction, and says how many runs were made or skipped. Nothing is left of it where
/// an instant has its row already (`None`): each schedule is then to be planned by itself.
///
/// # Errors
/// Only those of the database, and of a schedule that cannot be read.
pub async fn plan_together(ctx: &Ctx, ids: &[ScheduleId], known: &mut KnownTimes) -> AppResult<Option<usize>> {
    let tx = ctx.begin().await?;
    let rows = ledger::try_lock_schedules(ctx, &tx, ids).await?;
    let around = Around::of(&tx, &rows).await?;
    let (mut planned, mut plain) = (0, Plain::default());
    for held in rows.iter().filter(|held| is_due(ctx, held)) {
        let Some(owner) = around.projects.get(&held.project_id) else { continue };
        let open = around.open.get(&held.id).map(Vec::as_slice).unwrap_or_default();
        let times = known.of(held)?;
        let Some(due) = Due::work_out(ctx, held, owner, super::going_on(open), times) else { continue };
        planned += due.made.decisions.len();
        match due.made.decisions.as_slice() {
            [decision] if decision.verdict == Verdict::Run => plain.add(ctx, held, &due, *decision),
            _ => due.carry_out(ctx, &tx, held).await?,
        }
    }
    if !plain.write(ctx, &tx).await? {
        return Ok(None);
    }
    tx.commit().await?;
    ctx.app.crash.reach(CrashPoint::Planned);
    Ok(Some(planned))
}

/// What the plans of several schedules look at.
struct Around {
    projects: HashMap<ProjectId, project::Model>,
    open: HashMap<ScheduleId, Vec<RunRow>>,
}

impl Around {
    async fn of(tx: &WriteTx, rows: &[schedule::Model]) -> AppResult<Self> {
        let projects = project::Entity::find()
            .filter(project::Column::Id.is_in(rows.iter().map(|held| held.project_id)))
            .all(&**tx)
            .await?;
        let runs: Vec<RunRow> = ledger::run_columns()
            .filter(occurrence::Column::ScheduleId.is_in(rows.iter().map(|held| held.id)))
            .filter(ledger::is_open())
            .order_by_asc(occurrence::Column::ScheduledAt)
            .into_model()
            .all(&**tx)
            .await?;
        let mut open: HashMap<ScheduleId, Vec<RunRow>> = HashMap::new();
        for run in runs {
            open.entry(run.schedule_id).or_default().push(run);
        }
        Ok(Self { projects: projects.into_iter().map(|project| (project.id, project)).collect(), open })
    }
}

/// Schedules with one run each that begins, and nothing else.
#[derive(Default)]
struct Plain {
    runs: Vec<occurrence::ActiveModel>,
    lines: Vec<occurrence_log::ActiveModel>,
    missed: Vec<(schedule::Model, Missed)>,
    /// By where they move to, which many have in common.
    moves: HashMap<(Option<DateTime<Utc>>, DateTime<Utc>), Vec<ScheduleId>>,
}

impl Plain {
    fn add(&mut self, ctx: &Ctx, held: &schedule::Model, due: &Due, decision: Decision) {
        let new = NewRun::planned(decision.at, Standing::planned(decision.starts_at));
        let (id, run) = row(ctx, held, held.last_number.saturating_add(1), new);
        let words = format!("Planned for {}.", due.times.timetable.local_words(decision.at));
        let mut missed = Missed::default();
        missed.note(held, id, decision.starts_at, true, ctx.now);
        self.runs.push(run);
        self.lines.push(book::line(ctx, id, LogLevel::Info, words));
        if !missed.is_empty() {
            self.missed.push((held.clone(), missed));
        }
        self.moves.entry((due.made.next_run_at, due.made.last_planned_at)).or_default().push(held.id);
    }

    /// Whether every instant was without a row. The schedules are held, so none can have moved meanwhile.
    async fn write(self, ctx: &Ctx, tx: &WriteTx) -> AppResult<bool> {
        if self.runs.is_empty() {
            return Ok(true);
        }
        let wanted = self.runs.len() as u64;
        let inserted =
            occurrence::Entity::insert_many(self.runs).on_conflict(once()).exec_without_returning(&**tx).await?;
        if inserted != wanted {
            return Ok(false);
        }
        occurrence_log::Entity::insert_many(self.lines).exec_without_returning(&**tx).await?;
        for (held, missed) in self.missed {
            missed.tell(ctx, tx, &held).await?;
        }
        for _ in 0..wanted {
            ctx.app.meters.instant(true);
        }
        ctx.app.crash.reach(CrashPoint::PlanInserted);
        for ((next_run_at, last_planned_at), ids) in self.moves {
            schedule::Entity::update_many()
                .col_expr(schedule::Column::NextRunAt, Expr::value(next_run_at))
                .col_expr(schedule::Column::LastPlannedAt, Expr::value(last_planned_at))
                .col_expr(schedule::Column::RunsMade, Expr::col(schedule::Column::RunsMade).add(1))
                .col_expr(schedule::Column::LastNumber, Expr::col(schedule::Column::LastNumber).add(1))
                .filter(schedule::Column::Id.is_in(ids))
                .exec(&**tx)
                .await?;
        }
        Ok(true)
    }
}
