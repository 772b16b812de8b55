//! The messages of a run: one per recipient, composed once, with a Message-ID that follows from its row.
//!
//! They are composed and stored a part at a time, so that a long list needs no more memory than a short one; while one
//! part is stored, the next one is composed. The run says that it sends when all of them are there; a worker that comes
//! after another one composes what is missing.

mod compose;
mod kept;

pub use compose::{Message, broken, list_id, seal, stored};
pub use kept::{Known, count, discard, store_part, wrote};

use super::{
    addressees::List,
    editions::Editions,
    pen::{self, Pen, Unwritten},
    sending::Hold,
};
use crate::{
    domain::{
        crash_point::CrashPoint,
        ids::{OccurrenceId, ProjectId, ScheduleId},
        recipient::Addressee,
        report::Snapshot,
        template::context::Reader,
    },
    error::AppResult,
    platform::{
        ctx::Ctx,
        mailer::{DkimKey, Mailbox},
    },
    reports::service::{
        files::Attached,
        render::{Address, Written},
    },
};
use compose::{Head, address, row};

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

    /// How many messages are composed before they are stored: fewer where each carries large files or pictures.
    fn part(&self) -> usize {
        let pictures: usize = self.pen.images().iter().map(|image| image.png.len()).sum();
        (PART_BYTES / (self.attached.size() + pictures).max(1)).clamp(1, PART)
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
/// Bytes of files and pictures that the messages of a part hold together. Two parts are held at a time: one that is
/// stored, and the next one; and each some times over, as what was drawn, as text of a message and as bytes of a row.
const PART_BYTES: usize = 4 * 1024 * 1024;

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
