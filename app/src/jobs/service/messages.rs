//! The messages of a run: one per recipient, composed once, with a Message-ID that follows from its row.
//!
//! They are composed and stored a part at a time, so that a long list needs no more memory than a short one; while one
//! part is stored, the next one is composed. The run says that it sends when all of them are there; a worker that comes
//! after another one composes what is missing.

use std::collections::HashSet;

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    addressees::List,
    editions::Editions,
    ledger,
    pen::{self, Pen, Unwritten},
    sending::Hold,
};
use crate::{
    domain::{
        crash_point::CrashPoint,
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Event},
        header_text::HeaderText,
        ids::{DeliveryId, OccurrenceId, ProjectId, ScheduleId, UserId},
        occurrence::OccurrenceState,
        recipient::{Addressee, HeldBack, named},
        report::Snapshot,
        template::context::Reader,
    },
    entities::{delivery, delivery_content},
    error::AppResult,
    mail::service::unsubscribe,
    platform::{
        ctx::Ctx,
        fault,
        hash::hex,
        mailer::{ComposeError, DkimKey, Draft, InlineImage, ListId, Mailbox, MessageId, Origin, compose, signed},
    },
    reports::service::{
        archive,
        files::Attached,
        render::{Address, Written},
    },
};

/// What all messages of a run have in common.
pub struct Common<'a> {
    pub run: OccurrenceId,
    /// Which run of its schedule it is.
    pub number: i32,
    pub schedule: ScheduleId,
    /// Name of the schedule, for the foot of the message.
    pub job: &'a str,
    pub snapshot: &'a Snapshot,
    pub sender: &'a Mailbox,
    /// Signs each message as it is written; the signature stays with it, whatever becomes of the key.
    pub signer: Option<&'a DkimKey>,
    /// Writes the whole report.
    pub pen: &'a Pen,
    /// What its owner says at the head of it.
    pub comment: Option<&'a str>,
    /// The files of the whole report.
    pub attached: &'a Attached,
    /// What readers get who do not see all projects of the report; only those are written to whom it covers.
    pub editions: &'a Editions,
}

impl Common<'_> {
    /// What a reader gets, with what writes it and its files.
    fn edition(&self, reader: &Addressee) -> (&Snapshot, &Pen, &Attached) {
        self.editions.at(self.editions.place(reader), (self.snapshot, self.pen, self.attached))
    }

    /// How many messages are composed before they are stored: fewer where each carries large files.
    fn part(&self) -> usize {
        (PART_BYTES / self.attached.size().max(1)).clamp(1, PART)
    }

    /// The projects that a message shows, as its row keeps them.
    fn projects(&self, reader: &Addressee) -> AppResult<Option<String>> {
        let projects: Vec<ProjectId> = self.edition(reader).0.project_ids().collect();
        if projects.len() < 2 {
            return Ok(None);
        }
        serde_json::to_string(&projects).map(Some).map_err(broken)
    }
}

/// Messages that are composed, and then stored with one transaction.
pub const PART: usize = 50;
/// Bytes of files that the messages of a part hold together. Two parts are held at a time: one that is stored, and the
/// next one.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// Composes and stores the messages of a run that are not there yet, to those whose edition is there. Those who get
/// nothing have one, too, which says why; their message is there in case the reason goes away and somebody sends it after
/// all. False: the run is lost.
///
/// # Errors
/// [`Unwritten::Template`] where the template cannot be filled in, those of the database, and a fault where a message
/// cannot be composed.
pub async fn write_all(ctx: &Ctx, common: &Common<'_>, list: &List, hold: Hold) -> Result<bool, Unwritten> {
    let people: Vec<Addressee> = list.people.iter().map(|(person, _)| person.clone()).collect();
    let there = Known::of(ctx, hold.run).await?;
    let is_missing = |person: &Addressee| common.editions.covers(person) && !there.has(person);
    let missing: Vec<usize> = (0..people.len()).filter(|place| is_missing(&people[*place])).collect();
    let mut composed: Option<Vec<Message>> = None;
    for part in missing.chunks(common.part()) {
        // The disk writes one part while the next one is composed.
        let to = (list, people.as_slice());
        let (next, is_ours) = tokio::join!(compose_part(ctx, common, to, part, hold), keep(ctx, hold, composed.take()));
        if !is_ours? {
            return Ok(false);
        }
        composed = Some(next?);
        ctx.app.crash.reach(CrashPoint::Rendered);
    }
    Ok(keep(ctx, hold, composed).await?)
}

/// Composes the messages to the people at some places of a list.
async fn compose_part(
    ctx: &Ctx,
    common: &Common<'_>,
    (list, people): (&List, &[Addressee]),
    part: &[usize],
    hold: Hold,
) -> Result<Vec<Message>, Unwritten> {
    let addresses: Vec<Address> = part.iter().map(|place| address(ctx, common, &people[*place])).collect();
    let some: Vec<Addressee> = part.iter().map(|place| people[*place].clone()).collect();
    let readers: Vec<(&Addressee, Reader)> = some.iter().zip(pen::readers(ctx, &some).await?).collect();
    let written = write_part(ctx, common, &readers, &addresses).await?;
    let mut rows = Vec::with_capacity(part.len());
    for ((&place, address), written) in part.iter().zip(addresses).zip(written) {
        let head = Head::of(list, people, place);
        rows.push(row(ctx, common, &head, (address, written), list.people[place].1.as_ref(), hold.fence)?);
        // A long list takes seconds; others have work, too.
        tokio::task::yield_now().await;
    }
    Ok(rows)
}

/// Stores a part that is composed, if there is one. False: the run is lost.
async fn keep(ctx: &Ctx, hold: Hold, composed: Option<Vec<Message>>) -> AppResult<bool> {
    let Some(messages) = composed else { return Ok(true) };
    let is_ours = store_part(ctx, hold, messages).await?;
    if is_ours {
        ctx.app.crash.reach(CrashPoint::PartStored);
    }
    Ok(is_ours)
}

/// Writes some messages, in their order; those that show the same edition are written together.
async fn write_part(
    ctx: &Ctx,
    common: &Common<'_>,
    readers: &[(&Addressee, Reader)],
    addresses: &[Address],
) -> Result<Vec<Written>, Unwritten> {
    let mut editions: Vec<(&Snapshot, &Pen, Vec<usize>)> = Vec::new();
    for (place, (reader, _)) in readers.iter().enumerate() {
        let (snapshot, pen, _) = common.edition(reader);
        match editions.iter_mut().find(|(known, ..)| std::ptr::eq(*known, snapshot)) {
            Some((_, _, places)) => places.push(place),
            None => editions.push((snapshot, pen, vec![place])),
        }
    }
    let mut written: Vec<Option<Written>> = readers.iter().map(|_| None).collect();
    for (snapshot, pen, places) in editions {
        for places in places.chunks(pen.at_once()) {
            let some: Vec<(Address, Reader)> =
                places.iter().map(|place| (addresses[*place].clone(), readers[*place].1.clone())).collect();
            for (place, one) in places.iter().zip(pen.write(ctx, snapshot, &some).await?) {
                written[*place] = Some(one);
            }
        }
    }
    // One that is missing would give others' mails to those behind it.
    let written: Option<Vec<Written>> = written.into_iter().collect();
    written.ok_or_else(|| broken("a message of the part was not written").into())
}

/// Whose message of a run is stored: what a worker that ended in the middle has left.
pub struct Known {
    addresses: HashSet<String>,
    users: HashSet<UserId>,
}

impl Known {
    /// Looks whose message is there.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn of(ctx: &Ctx, run: OccurrenceId) -> AppResult<Self> {
        let query = delivery::Entity::find().select_only();
        let query = query.columns([delivery::Column::Address, delivery::Column::UserId]);
        let query = query.filter(delivery::Column::OccurrenceId.eq(run));
        let rows: Vec<(String, Option<UserId>)> = query.into_tuple().all(ctx.reader()).await?;
        let (addresses, users): (Vec<String>, Vec<Option<UserId>>) = rows.into_iter().unzip();
        Ok(Self {
            addresses: addresses.into_iter().map(|address| address.to_lowercase()).collect(),
            users: users.into_iter().flatten().collect(),
        })
    }

    /// Whether there is one for somebody: for their address, however it is written, or for their account, which may have
    /// had another address then.
    pub fn has(&self, person: &Addressee) -> bool {
        self.addresses.contains(&person.address.as_str().to_lowercase())
            || person.user.is_some_and(|user| self.users.contains(&user))
    }
}

/// Stores some messages of a run whose data are frozen. False: the run is lost, and nothing is stored.
///
/// # Errors
/// Only those of the database.
pub async fn store_part(ctx: &Ctx, hold: Hold, messages: Vec<Message>) -> AppResult<bool> {
    let tx = ctx.begin().await?;
    let run = ledger::lock_run(ctx, &tx, hold.run).await?;
    if run.fence != hold.fence || run.lease_until.is_none() || run.state != OccurrenceState::Frozen {
        return Ok(false);
    }
    let (rows, contents): (Vec<_>, Vec<_>) = messages.into_iter().map(|message| (message.row, message.content)).unzip();
    delivery::Entity::insert_many(rows).exec_without_returning(&*tx).await?;
    delivery_content::Entity::insert_many(contents).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// How many messages a run has.
///
/// # Errors
/// Only those of the database.
pub async fn count(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<u64> {
    Ok(delivery::Entity::find().filter(delivery::Column::OccurrenceId.eq(run)).count(db).await?)
}

/// Removes the messages of a run that ended before all of them were there: none of them has left, or will.
///
/// # Errors
/// Only those of the database.
pub async fn discard(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<()> {
    delivery::Entity::delete_many().filter(delivery::Column::OccurrenceId.eq(run)).exec(db).await?;
    Ok(())
}

/// What the log says of them.
pub fn wrote(count: u64) -> String {
    format!("Wrote {count} {}.", if count == 1 { "message" } else { "messages" })
}

/// Whom a message is for, and whom it names.
struct Head<'a> {
    people: &'a [Addressee],
    reader: usize,
    to: Vec<usize>,
    cc: Vec<usize>,
}

impl<'a> Head<'a> {
    fn of(list: &List, people: &'a [Addressee], reader: usize) -> Self {
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

fn row(
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
    row: delivery::ActiveModel,
    content: delivery_content::ActiveModel,
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
fn address(ctx: &Ctx, common: &Common<'_>, person: &Addressee) -> Address {
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
pub fn broken(error: impl std::fmt::Display) -> crate::error::AppError {
    fault::internal("composing a message", error)
}
