//! Putting a project into the archive, bringing it back, deleting it for good.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    EntityTrait,
};

use super::access::Holding;
use crate::{
    domain::live::Change,
    entities::project,
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, events},
};

/// Puts a project into the archive: it can be read, and nothing of it changes or runs. Twice is the same as once.
///
/// # Errors
/// Only those of the database.
pub async fn archive(ctx: &Ctx, holding: &Holding) -> AppResult<()> {
    if holding.is_archived() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    project::ActiveModel { id: Unchanged(holding.project().id), archived_at: Set(Some(ctx.now)), ..Default::default() }
        .update(&*tx)
        .await?;
    events::append(ctx, &*tx, holding.project().id, None, &Change::Project).await?;
    Ok(tx.commit().await?)
}

/// Brings a project back. Jobs and rules count from now on: nothing of the time between is caught up.
///
/// # Errors
/// Only those of the database.
pub async fn restore(ctx: &Ctx, holding: &Holding) -> AppResult<()> {
    if !holding.is_archived() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    project::ActiveModel {
        id: Unchanged(holding.project().id),
        archived_at: Set(None),
        restored_at: Set(Some(ctx.now)),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    events::append(ctx, &*tx, holding.project().id, None, &Change::Project).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// Deletes a project with everything in it, for good. Reports that were committed to the Git archive stay there.
///
/// # Errors
/// [`AppError::Invalid`] where `confirm` is not the project's name.
pub async fn delete(ctx: &Ctx, holding: &Holding, confirm: &str) -> AppResult<()> {
    if confirm.trim() != holding.project().name.trim() {
        return Err(AppError::field("confirm", Problem::NotTheName));
    }
    let tx = ctx.begin().await?;
    project::Entity::delete_by_id(holding.project().id).exec(&*tx).await?;
    events::announce(ctx, &*tx, holding.project().id).await?;
    Ok(tx.commit().await?)
}
