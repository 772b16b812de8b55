//! Pushes the Git archive to its remote.

use serde::Serialize;

use super::freeze::{self, Notes};
use crate::{
    domain::{crash_point::CrashPoint, job::LogLevel, occurrence::Effect},
    entities::schedule,
    error::AppResult,
    jobs::service::{ledger, sending::Hold, worker},
    platform::ctx::Ctx,
    reports::service::git_push,
};

/// What a push is about: nothing but itself.
#[derive(Serialize)]
struct Push {
    format: u32,
}

/// There is nothing to collect: the archive is what it is when it is pushed.
///
/// # Errors
/// Only those of the database.
pub async fn build(ctx: &Ctx, job: &schedule::Model, hold: Hold) -> AppResult<Option<Effect>> {
    ctx.app.crash.reach(CrashPoint::Built);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, job.id).await?;
    let subject = "Push of the archive".to_owned();
    let next = freeze::freeze(ctx, &tx, &held, hold, (&Push { format: 1 }, subject), Notes::new()).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// Pushes. Twice is the same as once, so that another worker may repeat it. Without a remote repository the run ends: no
/// later try would find one before somebody has set it up.
///
/// # Errors
/// What the push says, and those of the database.
pub async fn act(ctx: &Ctx, job: &schedule::Model, hold: Hold) -> AppResult<Option<Effect>> {
    if !git_push::has_remote(ctx).await? {
        return worker::give_up(&ctx.app, job.id, hold, git_push::NO_REMOTE.to_owned()).await;
    }
    let words = push(ctx).await?;
    ctx.app.crash.reach(CrashPoint::Rendered);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, job.id).await?;
    let notes = vec![(LogLevel::Info, words.clone())];
    let next = freeze::acted(ctx, &tx, &held, hold, Some(words), notes).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// The push itself, and what came of it in words.
async fn push(ctx: &Ctx) -> AppResult<String> {
    Ok(git_push::push_now(ctx).await?.words())
}
