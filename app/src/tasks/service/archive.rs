//! Putting a task away and bringing it back. Nothing is deleted.

use sea_orm::{ActiveModelTrait, ActiveValue::Set};

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
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx},
};

/// Takes a task off the board. Twice is the same as once.
///
/// # Errors
/// Without the right, or of the database.
pub async fn archive(ctx: &Ctx, id: TaskId, op_id: Option<OpId>) -> AppResult<()> {
    set(ctx, id, op_id, EventKind::Archived).await
}

/// Puts an archived task back where it was. Twice is the same as once.
///
/// # Errors
/// [`AppError::Full`](crate::error::AppError::Full) where its column has a hard limit and no room;
/// without the right, or of the database.
pub async fn restore(ctx: &Ctx, id: TaskId, op_id: Option<OpId>) -> AppResult<()> {
    set(ctx, id, op_id, EventKind::Restored).await
}

async fn set(ctx: &Ctx, id: TaskId, op_id: Option<OpId>, kind: EventKind) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (_, row) = find::for_editing(ctx, &*tx, id).await?;
    let row = edit::lock(ctx, &tx, row).await?;
    if !events::is_done(&*tx, op_id).await? {
        put(ctx, &tx, row, op_id, kind).await?;
    }
    Ok(tx.commit().await?)
}

/// Archives or restores a row that is locked.
pub(super) async fn put(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    op_id: Option<OpId>,
    kind: EventKind,
) -> AppResult<task::Model> {
    let is_wanted = kind == EventKind::Archived;
    if row.archived_at.is_some() == is_wanted {
        return Ok(row);
    }
    if !is_wanted {
        let column = moves::column_of(&**tx, row.project_id, row.column_id).await?;
        limits::check_room(tx, &column, 1).await?;
    }
    let mut fresh = touched(ctx, &row);
    fresh.archived_at = Set(is_wanted.then_some(ctx.now));
    let saved = fresh.update(&**tx).await?;
    events::record(ctx, &**tx, &saved, Event::plain(kind, Detail::default()).with_op(op_id)).await?;
    dependencies::tell_linked(ctx, tx, &saved).await?;
    Ok(saved)
}
