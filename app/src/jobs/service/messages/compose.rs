//! A message of a run: composed and signed once, and the row that it is stored as.

use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::Common;
use crate::{
    domain::{
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Event},
        header_text::HeaderText,
        ids::{DeliveryId, OccurrenceId, ScheduleId},
        recipient::{Addressee, HeldBack, named},
    },
    entities::{delivery, delivery_content},
    error::{AppError, AppResult},
    jobs::service::addressees::List,
    mail::service::unsubscribe,
    platform::{
        ctx::Ctx,
        fault,
        hash::hex,
        mailer::{ComposeError, DkimKey, Draft, InlineImage, ListId, Mailbox, MessageId, Origin, compose, signed},
    },
    reports::service::{
        archive,
        render::{Address, Written},
    },
};

/// Whom a message is for, and whom it names.
pub(super) struct Head<'a> {
    people: &'a [Addressee],
    reader: usize,
    to: Vec<usize>,
    cc: Vec<usize>,
}

impl<'a> Head<'a> {
    pub(super) fn of(list: &List, people: &'a [Addressee], reader: usize) -> Self {
        let (mut to, mut cc) = named(people, reader);
        // Who gets nothing is named to nobody else.
        let gets_one = |other: &usize| *other == reader || list.people[*other].1.is_none();
        to.retain(gets_one);
        cc.retain(gets_one);
        Self { people, reader, to, cc }
    }

    fn reader(&self) -> &Addressee {
        &self.people[self.reader]
    }

    fn mailboxes(&self, places: &[usize]) -> Vec<Mailbox> {
        let mailbox = |place: &usize| {
            let person = &self.people[*place];
            Mailbox { name: HeaderText::parse(&person.name).ok(), address: person.address.clone() }
        };
        places.iter().map(mailbox).collect()
    }
}

/// The message to the reader of a head, as it is stored.
pub(super) fn row(
    ctx: &Ctx,
    common: &Common<'_>,
    head: &Head<'_>,
    (address, written): (Address, Written),
    held_back: Option<&HeldBack>,
    fence: i64,
) -> AppResult<Message> {
    let sealed = seal(ctx, (common.sender, common.signer), |message_id| {
        draft(ctx, common, head, (address, written), message_id)
    })?;
    let mut message = stored(ctx, common.run, (head.reader, head.reader()), sealed, held_back, fence);
    message.row.projects = Set(common.projects(head.reader())?);
    Ok(message)
}

/// A message that will not change any more, with the row it belongs to.
pub struct Sealed {
    id: DeliveryId,
    message_id: MessageId,
    mime: Vec<u8>,
}

/// Composes the message of a new row, and signs it where the account has a key.
///
/// # Errors
/// A fault, where it cannot be composed.
pub fn seal(
    ctx: &Ctx,
    (sender, signer): (&Mailbox, Option<&DkimKey>),
    draft: impl FnOnce(MessageId) -> AppResult<Draft>,
) -> AppResult<Sealed> {
    let id = DeliveryId(Uuid::now_v7());
    let message_id = message_id(ctx, id, sender.address.domain()).map_err(broken)?;
    let mime = compose(&draft(message_id.clone())?).map_err(broken)?;
    let mime = signed(signer, mime, ctx.now).map_err(broken)?;
    Ok(Sealed { id, message_id, mime })
}

/// A message as it is stored: its delivery, which changes, and its bytes, which do not.
pub struct Message {
    pub(super) row: delivery::ActiveModel,
    pub(super) content: delivery_content::ActiveModel,
}

/// The message to somebody at a place in the list, as it is stored.
pub fn stored(
    ctx: &Ctx,
    run: OccurrenceId,
    (position, to): (usize, &Addressee),
    sealed: Sealed,
    held_back: Option<&HeldBack>,
    fence: i64,
) -> Message {
    let Sealed { id, message_id, mime } = sealed;
    let mut state = Delivery::queued(ctx.now);
    if let Some(held_back) = held_back {
        let event = Event::Withheld { reason: held_back.words().to_owned() };
        state = state.step(event, ctx.now, &DeliveryPolicy::default(), 0).0;
    }
    let Delivery { phase, attempts, attempts_before, queued_at, next_try_at, reply: _, reason, retried_uncertain } =
        state;
    let Addressee { kind, address, name, user, via } = to.clone();
    let row = delivery::ActiveModel {
        id: Set(id),
        occurrence_id: Set(run),
        position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        kind: Set(kind),
        address: Set(address.to_string()),
        name: Set(name),
        user_id: Set(user),
        via: Set(via),
        phase: Set(phase),
        message_id: Set(message_id.as_str().to_owned()),
        dated_at: Set(ctx.now),
        projects: Set(None),
        reply: Set(None),
        reason: Set(reason),
        attempts: Set(i32::try_from(attempts).unwrap_or(i32::MAX)),
        attempts_before: Set(i32::try_from(attempts_before).unwrap_or(i32::MAX)),
        queued_at: Set(queued_at),
        next_try_at: Set(next_try_at),
        retried_uncertain: Set(retried_uncertain),
        uncertain_at: Set((phase == DeliveryPhase::Uncertain).then_some(ctx.now)),
        fence: Set(fence),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
    };
    Message { row, content: delivery_content::ActiveModel { delivery_id: Set(id), mime: Set(mime) } }
}

/// Where the links of somebody's message lead.
pub(super) fn address(ctx: &Ctx, common: &Common<'_>, person: &Addressee) -> Address {
    let stop = unsubscribe::link(&ctx.app, common.schedule, &person.address);
    let (_, _, attached) = common.edition(person);
    Address {
        stop_url: Some(stop),
        attachments_note: attached.note.clone(),
        comment: common.comment.map(str::to_owned),
        ..archive::address(ctx, common.run, common.number, common.job)
    }
}

fn draft(
    ctx: &Ctx,
    common: &Common<'_>,
    head: &Head<'_>,
    (address, written): (Address, Written),
    message_id: MessageId,
) -> AppResult<Draft> {
    let (_, pen, attached) = common.edition(head.reader());
    let (mut to, cc) = (head.mailboxes(&head.to), head.mailboxes(&head.cc));
    if to.is_empty() && cc.is_empty() {
        // A message must be to somebody. Where everybody is hidden, it is to whoever sends it.
        to.push(common.sender.clone());
    }
    Ok(Draft {
        message_id,
        date: ctx.now,
        from: common.sender.clone(),
        reply_to: None,
        to,
        cc,
        subject: HeaderText::cleaned(&written.subject),
        origin: Origin::Schedule { list_id: list_id(ctx, common.schedule)?, unsubscribe: address.stop_url },
        text: written.text,
        html: written.html,
        images: pen
            .images()
            .iter()
            .map(|image| InlineImage { cid: image.name.clone(), png: image.png.clone() })
            .collect(),
        attachments: attached.files.clone(),
    })
}

/// The list of a job's messages (RFC 2919): its own, and the same whatever its name, its project or its mail account
/// become.
///
/// # Errors
/// A fault, where the address of this server cannot be part of a name.
pub fn list_id(ctx: &Ctx, job: ScheduleId) -> AppResult<ListId> {
    let host = ctx.app.settings.host();
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    let is_name = host.contains('.') && host.chars().all(|one| one.is_ascii_alphanumeric() || ".-".contains(one));
    // Who owns no name uses this one (RFC 2919 §3).
    let domain = if is_name && !is_address { host } else { "localhost" };
    ListId::new(&format!("{}.{domain}", job.0.simple())).map_err(broken)
}

/// The same for every attempt, and not to be guessed.
fn message_id(ctx: &Ctx, id: DeliveryId, domain: &str) -> Result<MessageId, ComposeError> {
    let tag = ctx.app.keyring.hmac("message-id", id.0.as_bytes());
    let local: String = hex(&tag).chars().take(40).collect();
    MessageId::new(&local, domain)
}

/// A message that cannot be composed is a fault of the program.
pub fn broken(error: impl std::fmt::Display) -> AppError {
    fault::internal("composing a message", error)
}
