//! The trash: a task goes there for 30 days and comes back whole, then it is gone with all that hangs on it.

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{
    create::touched,
    dependencies, edit,
    events::{self, Detail, Event},
    find, limits, moves,
};
use crate::{
    domain::{
        ids::{OpId, TaskId},
        task::EventKind,
    },
    entities::task,
    error::{AppError, AppResult},
    platform::{ctx::Ctx, db::WriteTx},
};

/// Days that a task waits in the trash.
pub const KEPT_DAYS: i64 = 30;
/// Tasks that one purge deletes: the writer is let go in between.
const PURGED_AT_ONCE: u64 = 200;

/// Puts a task into the trash. Twice is the same as once.
///
/// # Errors
/// Without the right, or of the database.
pub async fn put(ctx: &Ctx, id: TaskId, op_id: Option<OpId>) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (_, row) = find::for_editing_anywhere(ctx, &*tx, id).await?;
    let row = edit::lock(ctx, &tx, row).await?;
    if !events::is_done(&*tx, op_id).await? {
        put_row(ctx, &tx, row, op_id).await?;
    }
    Ok(tx.commit().await?)
}

/// Puts a row that is locked into the trash.
pub(super) async fn put_row(ctx: &Ctx, tx: &WriteTx, row: task::Model, op_id: Option<OpId>) -> AppResult<task::Model> {
    put_because(ctx, tx, row, Detail::default(), op_id).await
}

/// As [`put_row`], with what the history says of the reason.
pub(super) async fn put_because(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    reason: Detail,
    op_id: Option<OpId>,
) -> AppResult<task::Model> {
    if row.deleted_at.is_some() {
        return Ok(row);
    }
    let mut fresh = touched(ctx, &row);
    fresh.deleted_at = Set(Some(ctx.now));
    fresh.deleted_by = Set(ctx.actor_id());
    fresh.archived_at = Set(row.archived_at.or(Some(ctx.now)));
    let saved = fresh.update(&**tx).await?;
    events::record(ctx, &**tx, &saved, Event::plain(EventKind::Deleted, reason).with_op(op_id)).await?;
    dependencies::tell_linked(ctx, tx, &saved).await?;
    Ok(saved)
}

/// Takes a task out of the trash, to where it was: its list or the archive. Twice is the same as once.
///
/// # Errors
/// [`AppError::Full`] where its column has a hard limit and no room; without the right, or of the database.
pub async fn restore(ctx: &Ctx, id: TaskId, op_id: Option<OpId>) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (_, row) = find::for_editing_anywhere(ctx, &*tx, id).await?;
    let row = edit::lock(ctx, &tx, row).await?;
    if !events::is_done(&*tx, op_id).await? {
        restore_row(ctx, &tx, row, op_id).await?;
    }
    Ok(tx.commit().await?)
}

/// Takes a row that is locked out of the trash.
pub(super) async fn restore_row(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    op_id: Option<OpId>,
) -> AppResult<task::Model> {
    let Some(deleted_at) = row.deleted_at else { return Ok(row) };
    let was_archived = row.archived_at.is_some_and(|archived_at| archived_at < deleted_at);
    if !was_archived {
        let column = moves::column_of(&**tx, row.project_id, row.column_id).await?;
        limits::check_room(tx, &column, 1).await?;
    }
    let mut fresh = touched(ctx, &row);
    fresh.deleted_at = Set(None);
    fresh.deleted_by = Set(None);
    fresh.archived_at = Set(row.archived_at.filter(|_| was_archived));
    let saved = fresh.update(&**tx).await?;
    events::record(ctx, &**tx, &saved, Event::plain(EventKind::Undeleted, Detail::default()).with_op(op_id)).await?;
    dependencies::tell_linked(ctx, tx, &saved).await?;
    Ok(saved)
}

/// Deletes a task that is in the trash, for good, with all that hangs on it.
///
/// # Errors
/// [`AppError::NotFound`] where it is not in the trash, or without the right to own the project.
pub async fn delete(ctx: &Ctx, id: TaskId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (viewing, row) = find::by_id(ctx, &*tx, id).await?;
    viewing.owning()?;
    if row.deleted_at.is_none() {
        return Err(AppError::NotFound);
    }
    task::Entity::delete_by_id(id).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Deletes what has been in the trash for 30 days. Any number of processes may do it beside each other.
/// Answers how many tasks went.
///
/// # Errors
/// Only those of the database.
pub async fn purge(ctx: &Ctx) -> AppResult<u64> {
    let before = ctx.now - TimeDelta::days(KEPT_DAYS);
    let is_old = || Expr::col(task::Column::DeletedAt).lt(before);
    let mut gone = 0;
    loop {
        let ids: Vec<TaskId> = task::Entity::find()
            .select_only()
            .column(task::Column::Id)
            .filter(is_old())
            .limit(PURGED_AT_ONCE)
            .into_tuple()
            .all(ctx.reader())
            .await?;
        if ids.is_empty() {
            return Ok(gone);
        }
        let tx = ctx.begin().await?;
        // Asked again in the transaction: somebody may have taken one out of the trash meanwhile.
        let deleted =
            task::Entity::delete_many().filter(task::Column::Id.is_in(ids)).filter(is_old()).exec(&*tx).await?;
        tx.commit().await?;
        gone += deleted.rows_affected;
    }
}
