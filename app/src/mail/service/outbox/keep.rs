//! How much of the outbox is kept, and taking away the rest.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryOrder, QuerySelect, sea_query::OnConflict};

use super::{allow, tidy};
use crate::{
    domain::{ids::OutboxMessageId, outbox::Keeping},
    entities::{outbox_entry, setting},
    error::{AppResult, Checks, Problem},
    platform::{ctx::Ctx, fault},
};

const NAME: &str = "outbox_keeping";

/// How much is kept.
///
/// # Errors
/// Those of the database, and a fault where the stored setting cannot be read.
pub async fn read(db: &impl ConnectionTrait) -> AppResult<Keeping> {
    let Some(row) = setting::Entity::find_by_id(NAME).one(db).await? else { return Ok(Keeping::default()) };
    serde_json::from_str(&row.value).map_err(|error| fault::internal("reading how much of the outbox is kept", error))
}

/// Changes how much is kept, as a form sends it, and takes away what is too much then.
///
/// # Errors
/// [`AppError::Invalid`](crate::error::AppError::Invalid) for what is out of range,
/// [`AppError::Forbidden`](crate::error::AppError::Forbidden) for everybody but an administrator.
pub async fn save(ctx: &Ctx, messages: &str, days: &str, megabytes: &str) -> AppResult<()> {
    allow(ctx)?;
    let mut checks = Checks::default();
    let mut number = |field: &str, text: &str, max: u32| match text.trim().parse::<u32>() {
        Ok(number) if (1..=max).contains(&number) => number,
        _ => {
            checks.add(field, Problem::OutOfRange { min: 1, max: i64::from(max) });
            1
        }
    };
    let most = Keeping::MOST;
    let keeping = Keeping {
        messages: number("keep_messages", messages, most.messages),
        days: number("keep_days", days, most.days),
        megabytes: number("keep_megabytes", megabytes, most.megabytes),
    };
    checks.done()?;
    let json = serde_json::to_string(&keeping).map_err(|error| fault::internal("storing a setting", error))?;
    let row = setting::ActiveModel { name: Set(NAME.to_owned()), value: Set(json) };
    let replace = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    let tx = ctx.begin().await?;
    setting::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    prune(ctx).await.map(|_| ())
}

/// Deletes what is more than is kept, the oldest first, and gives how many messages went.
///
/// # Errors
/// Only those of the database.
pub async fn prune(ctx: &Ctx) -> AppResult<u64> {
    let keeping = read(ctx.reader()).await?;
    let rows: Vec<(OutboxMessageId, i64, DateTime<Utc>)> = outbox_entry::Entity::find()
        .select_only()
        .columns([outbox_entry::Column::Id, outbox_entry::Column::Size, outbox_entry::Column::CaughtAt])
        .order_by_desc(outbox_entry::Column::Id)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let kept = keeping.count(rows.iter().map(|(_, size, at)| (*size, *at)), ctx.now);
    let gone: Vec<OutboxMessageId> = rows.into_iter().skip(kept).map(|(id, ..)| id).collect();
    tidy::delete_all(ctx, &gone).await
}
