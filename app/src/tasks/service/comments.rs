//! Comments.

use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::{
    events::{self, Detail, Event},
    find,
};
use crate::{
    domain::{
        ids::{CommentId, OpId, TaskId},
        task::{COMMENT_MAX, EventKind},
    },
    entities::comment,
    error::{AppResult, Checks, Problem},
    platform::ctx::Ctx,
};

/// Adds a comment (Markdown).
///
/// # Errors
/// [`crate::error::AppError::Invalid`] for an empty or too long text, or without the right.
pub async fn add(ctx: &Ctx, id: TaskId, body: &str, op_id: Option<OpId>) -> AppResult<()> {
    let mut checks = Checks::default();
    let body = checks.text("body", body, COMMENT_MAX);
    if body.trim().is_empty() {
        checks.add("body", Problem::Required);
    }
    checks.done()?;
    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    if events::is_done(&*tx, op_id).await? {
        return Ok(());
    }
    let row = comment::ActiveModel {
        id: Set(CommentId(Uuid::now_v7())),
        task_id: Set(id),
        author_id: Set(ctx.actor_id()),
        body: Set(body),
        created_at: Set(ctx.now),
        edited_at: Set(None),
    };
    comment::Entity::insert(row).exec_without_returning(&*tx).await?;
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Commented, Detail::default()).with_op(op_id)).await?;
    Ok(tx.commit().await?)
}
