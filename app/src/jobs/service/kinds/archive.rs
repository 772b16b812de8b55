//! Archives tasks that have been finished for some days. Which ones is frozen first; a task that has been taken up again
//! since is left where it is.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::freeze::{self, Notes, frozen};
use crate::{
    automation::service::effects::id_of,
    domain::{
        crash_point::CrashPoint,
        ids::{OccurrenceId, OpId, TaskId},
        job::LogLevel,
        job_options::ArchiveOptions,
        occurrence::Effect,
    },
    entities::{project, schedule, task},
    error::{AppError, AppResult},
    jobs::service::{ledger, sending::Hold},
    platform::ctx::{Actor, Ctx, RuleActor},
    tasks::service::archive,
};

/// Most tasks of a run; the next one goes on.
pub const MOST: u64 = 1_000;
/// The form of [`Finished`] as JSON.
const FORMAT: u32 = 1;

/// What a run archives.
#[derive(Debug, Serialize, Deserialize)]
pub struct Finished {
    format: u32,
    /// Tasks that were finished at this instant or before.
    until: DateTime<Utc>,
    pub tasks: Vec<FinishedTask>,
}

/// A task as it was called then.
#[derive(Debug, Serialize, Deserialize)]
pub struct FinishedTask {
    id: TaskId,
    pub reference: String,
    pub title: String,
}

/// Finds the tasks and freezes the list. Without any the run is skipped.
///
/// # Errors
/// Only those of the database.
pub async fn build(ctx: &Ctx, job: &schedule::Model, hold: Hold, options: ArchiveOptions) -> AppResult<Option<Effect>> {
    let found = find(ctx, job, options).await?;
    ctx.app.crash.reach(CrashPoint::Built);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, job.id).await?;
    if found.tasks.is_empty() {
        let reason = "There is nothing to archive.";
        if freeze::not_needed(ctx, &tx, &held, hold, reason, Notes::new()).await? {
            tx.commit().await?;
        }
        return Ok(None);
    }
    let subject = match found.tasks.len() {
        1 => "1 task to archive".to_owned(),
        many => format!("{many} tasks to archive"),
    };
    let next = freeze::freeze(ctx, &tx, &held, hold, (&found, subject), Notes::new()).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// The tasks that a run of this moment archives.
///
/// # Errors
/// Only those of the database.
pub async fn find(ctx: &Ctx, job: &schedule::Model, options: ArchiveOptions) -> AppResult<Finished> {
    let until = ctx.now - TimeDelta::days(options.days.into());
    let project = project::Entity::find_by_id(job.project_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let rows: Vec<(TaskId, i32, String)> = task::Entity::find()
        .select_only()
        .columns([task::Column::Id, task::Column::Number, task::Column::Title])
        .filter(task::Column::ProjectId.eq(project.id))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.lte(until))
        .order_by_asc(task::Column::CompletedAt)
        .order_by_asc(task::Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let named = |(id, number, title)| FinishedTask { id, reference: format!("{}-{number}", project.key), title };
    Ok(Finished { format: FORMAT, until, tasks: rows.into_iter().map(named).collect() })
}

/// Archives what is on the list, each task once: another try goes on, and what somebody has brought back since the first
/// one stays where it is.
///
/// # Errors
/// Only those of the database.
pub async fn act(ctx: &Ctx, job: &schedule::Model, hold: Hold) -> AppResult<Option<Effect>> {
    let found: Finished = frozen(ctx, hold.run).await?;
    let name = format!("Job “{}”", job.name);
    let rule = Ctx { actor: Actor::Rule(RuleActor { name, generation: 1 }), ..ctx.clone() };
    let (mut notes, mut many) = (Notes::new(), 0_usize);
    for task in &found.tasks {
        let FinishedTask { id, reference, title } = task;
        let is_archived = is_still_finished(ctx, *id, found.until).await?
            && match archive::archive(&rule, *id, Some(op_of(hold.run, *id))).await {
                Ok(()) => true,
                Err(AppError::NotFound | AppError::ArchivedProject) => false,
                Err(error) => return Err(error),
            };
        many += usize::from(is_archived);
        notes.push(if is_archived {
            (LogLevel::Info, format!("Archived {reference} {title}"))
        } else {
            (LogLevel::Warning, format!("Left {reference} {title}: it is not here any more, or not finished."))
        });
    }
    let subject = if many == 1 { "Archived 1 task".to_owned() } else { format!("Archived {many} tasks") };
    ctx.app.crash.reach(CrashPoint::Rendered);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, job.id).await?;
    let next = freeze::acted(ctx, &tx, &held, hold, Some(subject), notes).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// The same for the same run and task, whoever works on it.
fn op_of(run: OccurrenceId, task: TaskId) -> OpId {
    OpId(id_of(&format!("archive/{run}/{task}")))
}

async fn is_still_finished(ctx: &Ctx, id: TaskId, until: DateTime<Utc>) -> AppResult<bool> {
    let query = task::Entity::find_by_id(id).select_only().column(task::Column::Id);
    let query = query.filter(task::Column::CompletedAt.lte(until)).filter(task::Column::DeletedAt.is_null());
    Ok(query.into_tuple::<TaskId>().one(ctx.reader()).await?.is_some())
}
