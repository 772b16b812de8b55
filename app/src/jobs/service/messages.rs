//! The messages of a run: one per recipient, composed once, with a Message-ID that follows from its row.

use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{addressees::List, editions::Editions};
use crate::{
    domain::{
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Event},
        header_text::HeaderText,
        ids::{DeliveryId, OccurrenceId, ScheduleId},
        recipient::{Addressee, HeldBack, named},
        report::Snapshot,
    },
    entities::delivery,
    error::AppResult,
    mail::service::unsubscribe,
    platform::{
        ctx::Ctx,
        fault,
        hash::hex,
        mailer::{ComposeError, DkimKey, Draft, InlineImage, ListId, Mailbox, MessageId, Origin, compose},
    },
    reports::service::{
        archive,
        render::{self, Address, Image},
    },
};

/// What all messages of a run have in common.
pub struct Common<'a> {
    pub run: OccurrenceId,
    pub schedule: ScheduleId,
    /// Name of the schedule, for the foot of the message.
    pub job: &'a str,
    /// Its project's key names the list.
    pub snapshot: &'a Snapshot,
    pub sender: &'a Mailbox,
    /// Signs each message as it is written; the signature stays with it, whatever becomes of the key.
    pub signer: Option<&'a DkimKey>,
    pub images: &'a [Image],
    /// What readers get who do not see all projects of the report.
    pub editions: &'a Editions,
}

/// The delivery rows of a run, ready to be stored. Those who get nothing have one, too, which says why; their message
/// is there in case the reason goes away and somebody sends it after all.
///
/// # Errors
/// A fault, where a message cannot be composed.
pub async fn compose_all(
    ctx: &Ctx,
    common: &Common<'_>,
    list: &List,
    fence: i64,
) -> AppResult<Vec<delivery::ActiveModel>> {
    let people: Vec<Addressee> = list.people.iter().map(|(person, _)| person.clone()).collect();
    let mut rows = Vec::with_capacity(people.len());
    for (place, (_, held_back)) in list.people.iter().enumerate() {
        let (mut to, mut cc) = named(&people, place);
        // Who gets nothing is named to nobody else.
        let gets_one = |other: &usize| *other == place || list.people[*other].1.is_none();
        to.retain(gets_one);
        cc.retain(gets_one);
        let head = Head { people: &people, reader: place, to, cc };
        rows.push(row(ctx, common, &head, held_back.as_ref(), fence)?);
        // A long list takes seconds; others have work, too.
        tokio::task::yield_now().await;
    }
    Ok(rows)
}

/// Whom a message is for, and whom it names.
struct Head<'a> {
    people: &'a [Addressee],
    reader: usize,
    to: Vec<usize>,
    cc: Vec<usize>,
}

impl Head<'_> {
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

fn row(
    ctx: &Ctx,
    common: &Common<'_>,
    head: &Head<'_>,
    held_back: Option<&HeldBack>,
    fence: i64,
) -> AppResult<delivery::ActiveModel> {
    let sealed = seal(ctx, (common.sender, common.signer), |message_id| draft(ctx, common, head, message_id))?;
    Ok(stored(ctx, common.run, (head.reader, head.reader()), sealed, held_back, fence))
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
    let mut mime = compose(&draft(message_id.clone())?).map_err(broken)?;
    if let Some(signer) = signer {
        mime = signer.sign(&mime, ctx.now).map_err(broken)?;
    }
    Ok(Sealed { id, message_id, mime })
}

/// The row of a message to somebody at a place in the list.
pub fn stored(
    ctx: &Ctx,
    run: OccurrenceId,
    (position, to): (usize, &Addressee),
    sealed: Sealed,
    held_back: Option<&HeldBack>,
    fence: i64,
) -> delivery::ActiveModel {
    let Sealed { id, message_id, mime } = sealed;
    let mut state = Delivery::queued(ctx.now);
    if let Some(held_back) = held_back {
        let event = Event::Withheld { reason: held_back.words().to_owned() };
        state = state.step(event, ctx.now, &DeliveryPolicy::default(), 0).0;
    }
    let Delivery { phase, attempts, queued_at, next_try_at, reply: _, reason, retried_uncertain } = state;
    let Addressee { kind, address, name, user, via } = to.clone();
    delivery::ActiveModel {
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
    }
}

fn draft(ctx: &Ctx, common: &Common<'_>, head: &Head<'_>, message_id: MessageId) -> AppResult<Draft> {
    let key = common.snapshot.project.key.to_ascii_lowercase();
    let list = format!("weekly.{key}.{}", common.sender.address.domain());
    let stop = unsubscribe::link(&ctx.app, common.schedule, &head.reader().address);
    let address = Address { stop_url: Some(stop.clone()), ..archive::address(ctx, common.run, common.job) };
    let (snapshot, images) = common.editions.for_reader((common.snapshot, common.images), head.reader());
    let written = render::write(snapshot, &address)?;
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
        origin: Origin::Schedule { list_id: ListId::new(&list).map_err(broken)?, unsubscribe: Some(stop) },
        text: written.text,
        html: written.html,
        images: images.iter().map(|image| InlineImage { cid: image.name.to_owned(), png: image.png.clone() }).collect(),
        attachments: Vec::new(),
    })
}

/// The same for every attempt, and not to be guessed.
fn message_id(ctx: &Ctx, id: DeliveryId, domain: &str) -> Result<MessageId, ComposeError> {
    let tag = ctx.app.keyring.hmac("message-id", id.0.as_bytes());
    let local: String = hex(&tag).chars().take(40).collect();
    MessageId::new(&local, domain)
}

/// A message that cannot be composed is a fault of the program.
pub fn broken(error: impl std::fmt::Display) -> crate::error::AppError {
    fault::internal("composing a message", error)
}
