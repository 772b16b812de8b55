//! Tells of pushes of the Git archive that fail again and again. The queue of pushes is below alarms and cannot raise
//! one; but what it stores of a failure stays until a push succeeds, so that looking at it later loses nothing, also when
//! a process dies in between.

use super::tell;
use crate::{
    error::AppResult,
    platform::ctx::Ctx,
    reports::service::{git_push, git_settings},
};

/// Looks how the pushes stand, and tells of it if they have failed too often. Any number of processes may.
///
/// # Errors
/// Only those of the database.
pub async fn sweep(ctx: &Ctx) -> AppResult<()> {
    let push = git_push::state(ctx).await?;
    let times = u32::try_from(push.attempts).unwrap_or_default();
    let Some(words) = push.last_error.filter(|_| times > 0) else { return Ok(()) };
    let remote = git_settings::read(ctx).await?.remote_url;
    if remote.is_empty() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    tell::push_failed(ctx, &tx, &remote, push.pushed_at, times, &words).await?;
    Ok(tx.commit().await?)
}
