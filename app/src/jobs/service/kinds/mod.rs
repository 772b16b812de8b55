//! What a run does that makes no report: a mail for each person alone ([`digest`], [`reminder`], [`mail`]), or something
//! in the program itself ([`archive`], [`push`]). What it would do is said by [`outlook`]. The way of the run is that of a report: what it is about is frozen
//! first, then acted on, so that another worker can go on at any point; what is done twice is done once.

mod archive;
mod desk;
mod digest;
mod freeze;
mod mail;
mod outlook;
mod push;
mod reminder;
mod wording;

pub use mail::{may_read, readers};
pub use outlook::{Outlook, Told, look, own};
pub use reminder::{release as release_reminders, take_back as take_back_reminders};
pub use wording::Written;

use sea_orm::EntityTrait;

use super::{ledger, options, sending::Hold, worker};
use crate::{
    domain::{
        crash_point::CrashPoint,
        ids::ScheduleId,
        job::JobKind,
        job_options::JobOptions,
        occurrence::{Effect, Event},
    },
    entities::schedule,
    error::{AppError, AppResult},
    platform::{ctx::Ctx, fault, state::AppState},
};

/// What the job of a schedule does.
///
/// # Errors
/// [`AppError::NotFound`] where it is gone.
pub async fn of(ctx: &Ctx, schedule: ScheduleId) -> AppResult<JobKind> {
    job(ctx, schedule).await.map(|job| job.kind)
}

/// Collects what the run is about and freezes it.
///
/// # Errors
/// Those of the database, and a fault where the job cannot be read.
pub async fn build(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    let begins = Event::BuildBegins { fence: hold.fence };
    if worker::step(app, schedule, hold, begins, ledger::no_columns()).await?.is_none() {
        return Ok(None);
    }
    app.crash.reach(CrashPoint::BuildBegun);
    let ctx = Ctx::system(app);
    let job = job(&ctx, schedule).await?;
    let next = match options::of(&job)? {
        JobOptions::Digest(options) => digest::build(&ctx, &job, hold, &options).await,
        JobOptions::Reminder(options) => reminder::build(&ctx, &job, hold, &options).await,
        JobOptions::ArchiveTasks(options) => archive::build(&ctx, &job, hold, options).await,
        JobOptions::GitPush => push::build(&ctx, &job, hold).await,
        JobOptions::WeeklyReport(_) => Err(misplaced()),
    }?;
    if next.is_some() {
        app.crash.reach(CrashPoint::Frozen);
    }
    Ok(next)
}

/// Acts on what is frozen: writes the mails, or does the work.
///
/// # Errors
/// As [`build`], and what the work says.
pub async fn render(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<Option<Effect>> {
    let ctx = Ctx::system(app);
    let job = job(&ctx, schedule).await?;
    let next = match job.kind {
        JobKind::Digest | JobKind::Reminder => mail::render(&ctx, &job, hold).await,
        JobKind::ArchiveTasks => archive::act(&ctx, &job, hold).await,
        JobKind::GitPush => push::act(&ctx, &job, hold).await,
        JobKind::WeeklyReport => Err(misplaced()),
    }?;
    if next.is_some() {
        app.crash.reach(CrashPoint::SendingBegun);
    }
    Ok(next)
}

async fn job(ctx: &Ctx, schedule: ScheduleId) -> AppResult<schedule::Model> {
    schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)
}

fn misplaced() -> AppError {
    fault::internal("working on a run", "a report is not made here")
}
