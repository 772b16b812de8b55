//! The messages of a run: one per recipient, composed once, with a Message-ID that follows from its row.

use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    domain::{
        address::EmailAddress,
        delivery::{Delivery, DeliveryPhase},
        header_text::HeaderText,
        ids::{DeliveryId, OccurrenceId},
    },
    entities::{delivery, recipient},
    error::AppResult,
    platform::{
        ctx::Ctx,
        fault,
        mailer::{ComposeError, Draft, InlineImage, ListId, Mailbox, MessageId, Origin, compose},
    },
    reports::service::render::{Image, Written},
};

/// What all messages of a run have in common.
pub struct Common<'a> {
    pub run: OccurrenceId,
    /// Key of the project; names the list.
    pub project_key: &'a str,
    pub sender: &'a Mailbox,
    pub written: &'a Written,
    pub images: &'a [Image],
}

/// The delivery rows of a run, ready to be stored.
///
/// # Errors
/// A fault, where a message cannot be composed.
pub fn compose_all(
    ctx: &Ctx,
    common: &Common<'_>,
    recipients: &[recipient::Model],
    fence: i64,
) -> AppResult<Vec<delivery::ActiveModel>> {
    recipients.iter().map(|recipient| row(ctx, common, recipient, fence)).collect()
}

fn row(ctx: &Ctx, common: &Common<'_>, recipient: &recipient::Model, fence: i64) -> AppResult<delivery::ActiveModel> {
    let id = DeliveryId(Uuid::now_v7());
    let message_id = message_id(ctx, id, common.sender.address.domain()).map_err(broken)?;
    let mime = compose(&draft(ctx, common, recipient, message_id.clone())?).map_err(broken)?;
    let Delivery { phase, attempts, queued_at, next_try_at, reply: _, reason, retried_uncertain } =
        Delivery::queued(ctx.now);
    Ok(delivery::ActiveModel {
        id: Set(id),
        occurrence_id: Set(common.run),
        position: Set(recipient.position),
        kind: Set(recipient.kind),
        address: Set(recipient.address.clone()),
        name: Set(recipient.name.clone()),
        phase: Set(phase),
        message_id: Set(message_id.as_str().to_owned()),
        dated_at: Set(ctx.now),
        mime: Set(mime),
        reply: Set(None),
        reason: Set(reason),
        attempts: Set(i32::try_from(attempts).unwrap_or(i32::MAX)),
        queued_at: Set(queued_at),
        next_try_at: Set(next_try_at),
        retried_uncertain: Set(retried_uncertain),
        uncertain_at: Set((phase == DeliveryPhase::Uncertain).then_some(ctx.now)),
        fence: Set(fence),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
    })
}

fn draft(ctx: &Ctx, common: &Common<'_>, recipient: &recipient::Model, message_id: MessageId) -> AppResult<Draft> {
    let address = EmailAddress::parse(&recipient.address).map_err(broken)?;
    let list = format!("weekly.{}.{}", common.project_key.to_ascii_lowercase(), common.sender.address.domain());
    Ok(Draft {
        message_id,
        date: ctx.now,
        from: common.sender.clone(),
        reply_to: None,
        // Nobody sees who else gets it.
        to: vec![Mailbox { name: HeaderText::parse(&recipient.name).ok(), address }],
        cc: Vec::new(),
        subject: HeaderText::cleaned(&common.written.subject),
        origin: Origin::Schedule { list_id: ListId::new(&list).map_err(broken)?, unsubscribe: None },
        text: common.written.text.clone(),
        html: common.written.html.clone(),
        images: common
            .images
            .iter()
            .map(|image| InlineImage { cid: image.name.to_owned(), png: image.png.clone() })
            .collect(),
        attachments: Vec::new(),
    })
}

/// The same for every attempt, and not to be guessed.
fn message_id(ctx: &Ctx, id: DeliveryId, domain: &str) -> Result<MessageId, ComposeError> {
    let tag = ctx.app.keyring.hmac("message-id", id.0.as_bytes());
    let local: String = tag.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
    MessageId::new(&local, domain)
}

fn broken(error: impl std::fmt::Display) -> crate::error::AppError {
    fault::internal("composing a message", error)
}
