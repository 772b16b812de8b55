//! Tells of pushes of the Git archive that fail again and again. The queue of pushes is above alarms and cannot raise
//! one: it leaves a note in the transaction that stores a failure. The alarm is raised and the note removed in one
//! transaction, so a process that dies anywhere loses none and tells nobody twice.

use sea_orm::{EntityTrait, QueryOrder};

use super::tell;
use crate::{entities::git_push_failure, error::AppResult, platform::ctx::Ctx};

/// Tells of the failures that nobody was told of yet. Any number of processes may.
///
/// # Errors
/// Only those of the database.
pub async fn sweep(ctx: &Ctx) -> AppResult<()> {
    let notes = git_push_failure::Entity::find().order_by_asc(git_push_failure::Column::Id).all(ctx.reader()).await?;
    for note in notes {
        let times = u32::try_from(note.times).unwrap_or_default();
        let tx = ctx.begin().await?;
        tell::push_failed(ctx, &tx, &note.remote, note.last_good, times, &note.words).await?;
        git_push_failure::Entity::delete_by_id(note.id).exec(&*tx).await?;
        tx.commit().await?;
    }
    Ok(())
}
