//! The mails of a digest or a reminder: one for each reader, from their frozen lists alone, to nobody else.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    freeze::{self, frozen},
    of,
    wording::{self, Links},
};
use crate::{
    domain::{
        address::EmailAddress,
        crash_point::CrashPoint,
        header_text::HeaderText,
        ids::{OccurrenceId, ProjectId, ScheduleId, UserId},
        job::LogLevel,
        occurrence::Effect,
        personal::{PersonalSnapshot, Reader},
        recipient::{Addressee, HeldBack},
    },
    entities::{project, schedule},
    error::AppResult,
    jobs::service::{
        addressees, ledger,
        messages::{Known, PART, list_id, seal, store_part, stored, wrote},
        sending::Hold,
        way,
    },
    mail::service::unsubscribe,
    platform::{
        ctx::Ctx,
        fault,
        mailer::{Draft, Mailbox, Origin},
    },
    projects::service::access,
};

/// Writes and stores the mails of everybody who has one, a part at a time.
///
/// # Errors
/// Those of the database, and a fault where a message cannot be composed.
pub async fn render(ctx: &Ctx, job: &schedule::Model, hold: Hold) -> AppResult<Option<Effect>> {
    let snapshot: PersonalSnapshot = frozen(ctx, hold.run).await?;
    let Some(transport) = way::choose(ctx, job, hold).await? else { return Ok(None) };
    let people = snapshot.readers.iter().map(addressee).collect::<AppResult<Vec<_>>>()?;
    let subjects: Vec<_> = people.iter().map(|person| (person.address.clone(), person.user)).collect();
    let held_back = addressees::judge(ctx, job.id, job.project_id, &subjects).await?;
    let there = Known::of(ctx, hold.run).await?;
    let mut notes = vec![(LogLevel::Info, wrote(people.len() as u64))];
    let mut missing = Vec::new();
    for (position, held_back) in held_back.into_iter().enumerate() {
        let (reader, person) = (&snapshot.readers[position], &people[position]);
        let held_back = match held_back {
            None if !may_read(ctx, reader.user, &reader.projects).await? => Some(HeldBack::NoAccess),
            held_back => held_back,
        };
        if let Some(held_back) = &held_back {
            notes.push((LogLevel::Warning, format!("{}: held back. {}", person.address, held_back.words())));
        }
        if !there.has(person) {
            missing.push((position, held_back));
        }
    }
    for part in missing.chunks(PART) {
        let mut rows = Vec::with_capacity(part.len());
        for (position, held_back) in part {
            let (reader, person) = (&snapshot.readers[*position], &people[*position]);
            let sealed = seal(ctx, (transport.sender(), transport.signer()), |message_id| {
                let stop_url = unsubscribe::link(&ctx.app, job.id, &person.address);
                let links =
                    Links { base_url: &ctx.app.settings.base_url, job: &job.name, stop_url: Some(stop_url.as_str()) };
                draft(ctx, (job.id, &snapshot), reader, person, transport.sender(), &links, message_id)
            })?;
            rows.push(stored(ctx, hold.run, (*position, person), sealed, held_back.as_ref(), hold.fence));
            // A long list takes seconds; others have work, too.
            tokio::task::yield_now().await;
        }
        ctx.app.crash.reach(CrashPoint::Rendered);
        if !store_part(ctx, hold, rows).await? {
            return Ok(None);
        }
        ctx.app.crash.reach(CrashPoint::PartStored);
    }
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, job.id).await?;
    let next = freeze::acted(ctx, &tx, &held, hold, None, notes).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// The person to whom the mail of a reader goes.
///
/// # Errors
/// A fault, where the frozen address is none.
pub fn addressee(reader: &Reader) -> AppResult<Addressee> {
    let address =
        EmailAddress::parse(&reader.address).map_err(|error| fault::internal("reading a recipient", error))?;
    let Reader { user, name, kind, via, .. } = reader.clone();
    Ok(Addressee { kind, address, name, user: Some(user), via })
}

fn draft(
    ctx: &Ctx,
    (job, snapshot): (ScheduleId, &PersonalSnapshot),
    reader: &Reader,
    person: &Addressee,
    sender: &Mailbox,
    links: &Links<'_>,
    message_id: crate::platform::mailer::MessageId,
) -> AppResult<Draft> {
    let written = wording::write(snapshot, reader, links)?;
    Ok(Draft {
        message_id,
        date: ctx.now,
        from: sender.clone(),
        reply_to: None,
        to: vec![Mailbox { name: HeaderText::parse(&person.name).ok(), address: person.address.clone() }],
        cc: Vec::new(),
        subject: HeaderText::cleaned(&written.subject),
        origin: Origin::Schedule { list_id: list_id(ctx, job)?, unsubscribe: links.stop_url.map(str::to_owned) },
        text: written.text,
        html: written.html,
        images: Vec::new(),
        attachments: Vec::new(),
    })
}

/// Whether a person still sees all projects of which something stands in their mail.
///
/// # Errors
/// Only those of the database.
pub async fn may_read(ctx: &Ctx, person: UserId, projects: &[ProjectId]) -> AppResult<bool> {
    let seen = project::Entity::find()
        .filter(project::Column::Id.is_in(projects.iter().copied()))
        .filter(project::Column::Id.in_subquery(access::visible_projects(person)))
        .count(ctx.reader())
        .await?;
    Ok(usize::try_from(seen).is_ok_and(|seen| seen == projects.len()))
}

/// The readers of a run with the projects of which something stands in their mails; none where its mails are for
/// everybody of the project.
///
/// # Errors
/// As for [`frozen`].
pub async fn readers(
    ctx: &Ctx,
    schedule: ScheduleId,
    run: OccurrenceId,
) -> AppResult<Option<HashMap<UserId, Vec<ProjectId>>>> {
    if !of(ctx, schedule).await?.is_personal() {
        return Ok(None);
    }
    let snapshot: PersonalSnapshot = frozen(ctx, run).await?;
    Ok(Some(snapshot.readers.into_iter().map(|reader| (reader.user, reader.projects)).collect()))
}
