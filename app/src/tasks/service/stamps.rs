//! The version of a text that has no counter: the instant of its last change.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{
        ids::{TaskId, UserId},
        task::EventKind,
    },
    entities::{task_event, user},
    error::{AppError, AppResult},
    platform::db::WriteTx,
};

/// A text of a task, as it is stored.
pub struct Stored<'a> {
    pub task: TaskId,
    pub text: &'a str,
    pub changed_at: DateTime<Utc>,
    /// The line of the task's history that a change of such a text writes, in the same transaction.
    pub kind: EventKind,
}

/// An instant as a version.
pub fn stamp_version(changed_at: DateTime<Utc>) -> i64 {
    changed_at.timestamp_micros()
}

/// Refuses a text whose author saw an older version than the one that is stored.
///
/// # Errors
/// [`AppError::Conflict`] with both texts and who has changed it, and those of the database.
pub async fn was_edited(tx: &WriteTx, field: &str, base: i64, mine: &str, stored: Stored<'_>) -> AppResult<()> {
    let version = stamp_version(stored.changed_at);
    if base == version || mine == stored.text {
        return Ok(());
    }
    Err(AppError::conflict(field, mine, stored.text, version).changed_by(editor(tx, &stored).await?))
}

/// Who made the last change: it has the instant of the line of history that tells of it.
async fn editor(tx: &WriteTx, stored: &Stored<'_>) -> AppResult<Option<String>> {
    let line = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(stored.task))
        .filter(task_event::Column::Kind.eq(stored.kind))
        .filter(task_event::Column::At.eq(stored.changed_at))
        .order_by_desc(task_event::Column::Id)
        .one(&**tx)
        .await?;
    match line.and_then(|line| line.actor_id) {
        Some(actor) => user_name(tx, actor).await,
        None => Ok(None),
    }
}

/// What somebody is called, who may have gone.
///
/// # Errors
/// Only those of the database.
pub async fn user_name(tx: &WriteTx, person: UserId) -> AppResult<Option<String>> {
    let query = user::Entity::find_by_id(person).select_only().column(user::Column::Name);
    Ok(query.into_tuple().one(&**tx).await?)
}
