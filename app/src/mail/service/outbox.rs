//! The built-in outbox: catching messages, listing and reading them.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    domain::{
        account::Role,
        ids::{AccountId, OutboxMessageId},
    },
    entities::outbox_message,
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
    pub subject: String,
    pub caught_at: chrono::DateTime<chrono::Utc>,
}

/// How many messages a page of the list shows.
pub const PAGE: u64 = 50;

/// Keeps a message. The same Message-ID again keeps nothing new and gives the first one's id.
///
/// # Errors
/// Those of the database, and [`AppError::Malformed`] for bytes without a Message-ID.
pub async fn catch(ctx: &Ctx, account: AccountId, envelope: &Envelope, mime: &[u8]) -> AppResult<OutboxMessageId> {
    let reading = mailer::read(mime).ok_or(AppError::Malformed)?;
    let message_id = reading.message_id.ok_or(AppError::Malformed)?;
    let row = outbox_message::ActiveModel {
        id: Set(OutboxMessageId(Uuid::now_v7())),
        account_id: Set(Some(account)),
        message_id: Set(message_id.clone()),
        envelope_from: Set(envelope.sender.to_string()),
        envelope_to: Set(envelope.recipient.to_string()),
        subject: Set(reading.subject),
        mime: Set(mime.to_vec()),
        caught_at: Set(ctx.now),
    };
    let tx = ctx.begin().await?;
    let once = OnConflict::column(outbox_message::Column::MessageId).do_nothing().to_owned();
    outbox_message::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await?;
    let kept: Option<OutboxMessageId> = outbox_message::Entity::find()
        .select_only()
        .column(outbox_message::Column::Id)
        .filter(outbox_message::Column::MessageId.eq(&message_id))
        .into_tuple()
        .one(&*tx)
        .await?;
    tx.commit().await?;
    kept.ok_or_else(|| fault::internal("keeping a message", "it is not there after the insert"))
}

/// The messages that the person may see, the newest first, [`PAGE`] of them and one more if there
/// are older ones; `before` goes on where the last page ended.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx, before: Option<OutboxMessageId>) -> AppResult<Vec<Caught>> {
    let mut query = outbox_message::Entity::find()
        .select_only()
        .columns([
            outbox_message::Column::Id,
            outbox_message::Column::EnvelopeTo,
            outbox_message::Column::Subject,
            outbox_message::Column::CaughtAt,
        ])
        .filter(visible_to(ctx)?)
        // Ids are made in the order of time.
        .order_by_desc(outbox_message::Column::Id)
        .limit(PAGE + 1);
    if let Some(before) = before {
        query = query.filter(outbox_message::Column::Id.lt(before));
    }
    Ok(query.into_model().all(ctx.reader()).await?)
}

/// One message with its bytes.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not for this person.
pub async fn read(ctx: &Ctx, id: OutboxMessageId) -> AppResult<outbox_message::Model> {
    let query = outbox_message::Entity::find_by_id(id).filter(visible_to(ctx)?);
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

/// Administrators see all mail, others what was sent to them.
fn visible_to(ctx: &Ctx) -> AppResult<Condition> {
    let all = Condition::all();
    Ok(match &ctx.actor {
        Actor::System => all,
        Actor::Person(me) if me.role == Role::Admin => all,
        Actor::Person(me) => all.add(outbox_message::Column::EnvelopeTo.eq(me.email.clone())),
        Actor::Anonymous | Actor::Rule(_) => return Err(AppError::SignedOut),
    })
}
