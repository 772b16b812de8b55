//! A dry run: the report that the run of an instant, past or future, would send. Nothing is stored and nothing is sent.

use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{rules, schedules, worker};
use crate::{
    domain::{
        ids::{OccurrenceId, ScheduleId},
        occurrence::Trigger,
        planner::{Rehearsal, rehearse},
        report::Snapshot,
    },
    entities::project,
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    reports::service::{
        archive,
        render::{self, Image, Written},
        snapshot,
    },
};

/// What the run would be.
#[derive(Debug, Clone)]
pub struct DryRun {
    pub rehearsal: Rehearsal,
    pub snapshot: Snapshot,
    pub written: Written,
    pub images: Vec<Image>,
    /// Why it would not be sent, in words; none where it would.
    pub unmet: Option<String>,
}

/// Renders the report of an instant as its run would.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] for a job that makes
/// no report.
pub async fn look(ctx: &Ctx, id: ScheduleId, at: DateTime<Utc>) -> AppResult<DryRun> {
    let job = schedules::editable(ctx, id).await?;
    if !job.kind.makes_report() {
        return Err(AppError::field("at", Problem::NotAllowed));
    }
    let owner = project::Entity::find_by_id(job.project_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let rehearsal = rehearse(&schedules::timetable(&job)?, &rules::plan_rules(&job, None), at);
    let period = worker::period(Trigger::Schedule, at, &owner);
    let snapshot = snapshot::build(ctx, job.project_id, period, at).await?;
    // There is no run, so its links lead nowhere.
    let address = archive::address(ctx, OccurrenceId(Uuid::nil()), &job.name);
    let written = render::write(&snapshot, &address)?;
    let images = render::draw(&snapshot).await?;
    let unmet = rules::condition(&job)?.unmet(&snapshot.facts());
    Ok(DryRun { rehearsal, snapshot, written, images, unmet })
}
