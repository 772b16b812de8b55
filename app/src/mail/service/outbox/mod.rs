//! The built-in outbox: catching messages, listing and reading them.

mod find;
pub mod keep;
pub mod page;
pub mod release;
mod row;
pub mod tidy;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

pub use find::{Counts, PAGE, Page, search};

use crate::{
    domain::{
        account::Role,
        ids::{AccountId, OutboxMessageId},
        outbox::OutboxQuery,
    },
    entities::{outbox_entry, outbox_message},
    error::{AppError, AppResult},
    platform::{
        ctx::{Actor, Ctx},
        fault,
        mailer::{self, Envelope, Reading},
    },
};

/// A message in the list.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Caught {
    pub id: OutboxMessageId,
    pub envelope_to: String,
    pub sender: String,
    pub subject: String,
    pub size: i64,
    pub attachments: i32,
    pub read_at: Option<DateTime<Utc>>,
    pub caught_at: DateTime<Utc>,
}

/// Keeps a message. The same Message-ID again keeps nothing new and gives the first one's id.
///
/// # Errors
/// Those of the database, and [`AppError::Malformed`] for bytes without a Message-ID.
pub async fn catch(ctx: &Ctx, account: AccountId, envelope: &Envelope, mime: &[u8]) -> AppResult<OutboxMessageId> {
    let reading = mailer::read(mime).ok_or(AppError::Malformed)?;
    let message_id = reading.message_id.clone().ok_or(AppError::Malformed)?;
    let id = OutboxMessageId(Uuid::now_v7());
    let (from, to) = (envelope.sender.to_string(), envelope.recipient.to_string());
    let entry = row::entry(id, (&from, &to), &reading, mime.len(), ctx.now);
    let message = outbox_message::ActiveModel {
        id: Set(id),
        account_id: Set(Some(account)),
        message_id: Set(message_id.clone()),
        envelope_from: Set(from),
        envelope_to: Set(to),
        subject: Set(reading.subject),
        mime: Set(mime.to_vec()),
        caught_at: Set(ctx.now),
    };
    let tx = ctx.begin().await?;
    let once = OnConflict::column(outbox_message::Column::MessageId).do_nothing().to_owned();
    let kept = outbox_message::Entity::insert(message).on_conflict(once).exec_without_returning(&*tx).await?;
    if kept > 0 {
        outbox_entry::Entity::insert(entry).exec_without_returning(&*tx).await?;
        tx.commit().await?;
        return Ok(id);
    }
    let first: Option<OutboxMessageId> = outbox_message::Entity::find()
        .select_only()
        .column(outbox_message::Column::Id)
        .filter(outbox_message::Column::MessageId.eq(&message_id))
        .into_tuple()
        .one(&*tx)
        .await?;
    tx.commit().await?;
    first.ok_or_else(|| fault::internal("keeping a message", "it is not there after the insert"))
}

/// The messages that the person may see, the newest first, [`PAGE`] of them and one more if there
/// are older ones; `before` goes on where the last page ended.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx, before: Option<OutboxMessageId>) -> AppResult<Vec<Caught>> {
    find::rows(ctx, &OutboxQuery { before, ..OutboxQuery::default() }).await
}

/// One message with its bytes.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not for this person.
pub async fn read(ctx: &Ctx, id: OutboxMessageId) -> AppResult<outbox_message::Model> {
    let recipient = outbox_message::Column::EnvelopeTo;
    let query = outbox_message::Entity::find_by_id(id).filter(visible_to(ctx, recipient)?);
    query.one(ctx.reader()).await?.ok_or(AppError::NotFound)
}

/// One message, taken apart.
///
/// # Errors
/// As for [`read`].
pub async fn reading(ctx: &Ctx, id: OutboxMessageId) -> AppResult<(outbox_message::Model, Reading)> {
    let row = read(ctx, id).await?;
    let reading = mailer::read(&row.mime).unwrap_or_default();
    Ok((row, reading))
}

/// Whether somebody has opened a message.
///
/// # Errors
/// As for [`read`].
pub async fn is_read(ctx: &Ctx, id: OutboxMessageId) -> AppResult<bool> {
    use outbox_entry::Column;
    let read = outbox_entry::Entity::find_by_id(id)
        .select_only()
        .column(Column::Id)
        .filter(visible_to(ctx, Column::EnvelopeTo)?)
        .filter(Column::ReadAt.is_not_null());
    Ok(read.into_tuple::<OutboxMessageId>().one(ctx.reader()).await?.is_some())
}

/// Notes that somebody has opened a message; the first time counts.
///
/// # Errors
/// As for [`read`].
pub async fn opened(ctx: &Ctx, id: OutboxMessageId) -> AppResult<()> {
    use outbox_entry::Column;
    let query = outbox_entry::Entity::find_by_id(id)
        .select_only()
        .column(Column::ReadAt)
        .filter(visible_to(ctx, Column::EnvelopeTo)?);
    let read: Option<Option<DateTime<Utc>>> = query.into_tuple().one(ctx.reader()).await?;
    if read.ok_or(AppError::NotFound)?.is_some() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    // Deleted meanwhile, it is not there to be noted.
    if outbox_entry::Entity::find_by_id(id)
        .select_only()
        .column(Column::Id)
        .into_tuple::<OutboxMessageId>()
        .one(&*tx)
        .await?
        .is_some()
    {
        let read = outbox_entry::ActiveModel { id: Unchanged(id), read_at: Set(Some(ctx.now)), ..Default::default() };
        read.update(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Administrators see all mail, others what was sent to them.
fn visible_to(ctx: &Ctx, recipient: impl ColumnTrait) -> AppResult<Condition> {
    let all = Condition::all();
    Ok(match &ctx.actor {
        Actor::System => all,
        Actor::Person(me) if me.role == Role::Admin => all,
        Actor::Person(me) => all.add(recipient.eq(me.email.clone())),
        Actor::Anonymous | Actor::Rule(_) => return Err(AppError::SignedOut),
    })
}

/// Only administrators, and the program itself, change what was caught.
fn allow(ctx: &Ctx) -> AppResult<()> {
    match ctx.actor {
        Actor::System => Ok(()),
        Actor::Person(_) | Actor::Anonymous | Actor::Rule(_) => ctx.admin().map(|_| ()),
    }
}
