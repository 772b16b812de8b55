//! The limit of a column: a soft one is only shown, a hard one refuses.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    domain::ids::ColumnId,
    entities::{board_column, task},
    error::{AppError, AppResult},
    platform::db::WriteTx,
};

/// Refuses where `coming` more tasks would overfill a column with a hard limit. The caller holds the
/// project, so that two who come at once do not both find the last place.
///
/// # Errors
/// [`AppError::Full`] where there is no room.
pub async fn check_room(tx: &WriteTx, column: &board_column::Model, coming: u64) -> AppResult<()> {
    let Some(limit) = column.wip_limit.filter(|_| column.limit_is_hard && coming > 0) else { return Ok(()) };
    let limit = u32::try_from(limit).unwrap_or(0);
    let there = on_board(&**tx, column.id).await?;
    if there + coming <= u64::from(limit) {
        return Ok(());
    }
    Err(AppError::Full { count: u32::try_from(there).unwrap_or(u32::MAX), limit })
}

/// The tasks of a column that are neither archived nor in the trash.
///
/// # Errors
/// Only those of the database.
pub async fn on_board(db: &impl ConnectionTrait, column: ColumnId) -> AppResult<u64> {
    let many = task::Entity::find()
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::ArchivedAt.is_null())
        .count(db)
        .await?;
    Ok(many)
}
