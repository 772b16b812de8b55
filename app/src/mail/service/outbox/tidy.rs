//! What administrators do with caught messages: marking them read or unread, and deleting them.

use chrono::{DateTime, Days, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::allow;
use crate::{
    domain::ids::OutboxMessageId,
    entities::{outbox_entry, outbox_message},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
};

crate::text_enum!(
    /// What is done with the messages that are selected.
    Deed { Read = "read", Unread = "unread", Delete = "delete" }
);

/// Most messages that one form names.
pub const MOST: usize = 200;
/// Messages that one statement deletes.
const AT_ONCE: u64 = 200;
/// Oldest age that can be named, in days.
const DAYS_MAX: u32 = 36_500;

/// Does something with messages; those that are gone meanwhile are left out. Gives how many there were.
///
/// # Errors
/// [`AppError::Invalid`] where none is named or too many, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn change(ctx: &Ctx, ids: &[OutboxMessageId], deed: Deed) -> AppResult<u64> {
    use outbox_entry::Column;
    allow(ctx)?;
    if ids.is_empty() {
        return Err(AppError::field("ids", Problem::Required));
    }
    if ids.len() > MOST {
        return Err(AppError::field("ids", Problem::TooMany { max: MOST as u32 }));
    }
    let tx = ctx.begin().await?;
    let update = outbox_entry::Entity::update_many().filter(Column::Id.is_in(ids.iter().copied()));
    let changed = match deed {
        Deed::Read => {
            let unread = update.filter(Column::ReadAt.is_null());
            unread.col_expr(Column::ReadAt, Expr::value(Some(ctx.now))).exec(&*tx).await?.rows_affected
        }
        Deed::Unread => {
            update.col_expr(Column::ReadAt, Expr::value(None::<DateTime<Utc>>)).exec(&*tx).await?.rows_affected
        }
        Deed::Delete => delete(&tx, ids).await?,
    };
    tx.commit().await?;
    Ok(changed)
}

/// How many messages were caught more than so many days ago.
///
/// # Errors
/// As for [`clear`].
pub async fn count_older(ctx: &Ctx, days: u32) -> AppResult<u64> {
    allow(ctx)?;
    let before = instant(ctx, days)?;
    let older = outbox_entry::Entity::find().filter(outbox_entry::Column::CaughtAt.lt(before));
    Ok(older.count(ctx.reader()).await?)
}

/// Deletes messages that were caught more than so many days ago, and gives their number.
///
/// # Errors
/// [`AppError::Invalid`] for a number of days out of range, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn clear(ctx: &Ctx, days: u32) -> AppResult<u64> {
    allow(ctx)?;
    let before = instant(ctx, days)?;
    let mut gone = 0;
    loop {
        // In steps: others write meanwhile.
        let ids: Vec<OutboxMessageId> = outbox_entry::Entity::find()
            .select_only()
            .column(outbox_entry::Column::Id)
            .filter(outbox_entry::Column::CaughtAt.lt(before))
            .limit(AT_ONCE)
            .into_tuple()
            .all(ctx.reader())
            .await?;
        if ids.is_empty() {
            return Ok(gone);
        }
        gone += delete_all(ctx, &ids).await?;
    }
}

/// Deletes messages, a transaction for each few.
///
/// # Errors
/// Only those of the database.
pub(super) async fn delete_all(ctx: &Ctx, ids: &[OutboxMessageId]) -> AppResult<u64> {
    let mut gone = 0;
    for some in ids.chunks(AT_ONCE as usize) {
        let tx = ctx.begin().await?;
        gone += delete(&tx, some).await?;
        tx.commit().await?;
    }
    Ok(gone)
}

/// The small rows and what was released go with the messages.
async fn delete(tx: &WriteTx, ids: &[OutboxMessageId]) -> AppResult<u64> {
    let messages = outbox_message::Entity::delete_many().filter(outbox_message::Column::Id.is_in(ids.iter().copied()));
    Ok(messages.exec(&**tx).await?.rows_affected)
}

fn instant(ctx: &Ctx, days: u32) -> AppResult<DateTime<Utc>> {
    let refused = || AppError::field("clear", Problem::OutOfRange { min: 0, max: i64::from(DAYS_MAX) });
    let days = Some(days).filter(|days| *days <= DAYS_MAX).ok_or_else(refused)?;
    ctx.now.checked_sub_days(Days::new(u64::from(days))).ok_or_else(refused)
}
