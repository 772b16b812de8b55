//! A dry run: the report that the run of an instant, past or future, would send, or what else it would do. Nothing is
//! stored and nothing is sent.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    addressees,
    kinds::{self, Outlook},
    pen::{self, Pen, Unwritten},
    report, rules, schedules,
};
use crate::{
    domain::{
        ids::{OccurrenceId, ScheduleId},
        occurrence::Trigger,
        planner::{Rehearsal, rehearse},
        recipient::{Addressee, HeldBack},
        report::Snapshot,
        template::{context::Reader, lint::oversize},
    },
    entities::schedule,
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    reports::service::{
        archive,
        files::{self, Attached, File, LIMIT},
        render::{Address, Image, Written, framed},
        snapshot,
    },
};

/// What the run would be.
#[derive(Debug, Clone)]
pub struct DryRun {
    pub rehearsal: Rehearsal,
    pub snapshot: Snapshot,
    pub written: Written,
    pub images: Vec<Image>,
    /// The files that its job asks for, with whether each travels with the message: what is too big does not.
    pub files: Vec<(File, bool)>,
    /// Who would get it as things are now, with the reason for those who would not.
    pub people: Vec<(Addressee, Option<HeldBack>)>,
    /// What the log would say of the list of recipients, and of a mail that is too long.
    pub notes: Vec<String>,
    /// Why it would not be sent, in words; none where it would.
    pub unmet: Option<String>,
}

/// Renders the report of an instant as its run would.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] for a job that makes
/// no report; [`AppError::TooMany`] where the person's others take too long.
pub async fn look(ctx: &Ctx, id: ScheduleId, at: DateTime<Utc>) -> AppResult<DryRun> {
    let job = with_report(ctx, id).await?;
    let rehearsal = rehearse(&schedules::timetable(&job)?, &rules::plan_rules(&job, None), at);
    let (snapshot, unmet) = collect(ctx, &job, at).await?;
    // Whoever may edit the job may see what it would send; that its template may be used is not asked again.
    let system = Ctx::system(&ctx.app);
    let style = match pen::Style::now(&system, &job).await {
        Ok(style) => Ok(style),
        Err(unwritten) => Err(nothing(unwritten)?),
    };
    let files = match &style {
        Ok(style) => report::files(ctx, &job, style, (&snapshot, snapshot::to_json(&snapshot)?.as_str()), None).await?,
        Err(_) => Vec::new(),
    };
    let Attached { files: attached, note } = Attached::of(&files, LIMIT);
    // There is no run, so its links lead nowhere, and its number is the next one.
    let next = job.last_number.saturating_add(1);
    let address = archive::address(ctx, OccurrenceId(Uuid::nil()), next, &job.name);
    let address = Address { attachments_note: note.clone(), ..address };
    let (written, images, fault) = match style {
        Ok(style) => {
            let _turn = ctx.app.previews.take(ctx.actor_id()).await?;
            let pen = Pen::new(&style, &snapshot, None, note.as_deref()).await?;
            match pen.write_one(&system, &snapshot, address, me(ctx)?).await {
                Ok(written) => (written, pen.images().to_vec(), None),
                Err(unwritten) => nothing(unwritten)?,
            }
        }
        Err(nothing) => nothing,
    };
    let addressees::List { people, mut notes } = addressees::resolve(ctx, id, job.project_id).await?;
    notes.extend(oversize(&written.html).map(|(_, words)| words));
    let travels = |file: &File| attached.iter().any(|one| one.file_name.as_str() == file.name);
    let marked = |file: File| {
        let travels = travels(&file);
        (file, travels)
    };
    let files = files.into_iter().map(marked).collect();
    Ok(DryRun { rehearsal, snapshot, written, images, files, people, notes, unmet: fault.or(unmet) })
}

/// A file of the report of an instant, of the kind that its name ends with, made for this answer alone.
///
/// # Errors
/// As [`look`]; [`AppError::NotFound`] where there is no such kind.
pub async fn file(ctx: &Ctx, id: ScheduleId, at: DateTime<Utc>, name: &str) -> AppResult<File> {
    let job = with_report(ctx, id).await?;
    let kind = files::kind_of(name).ok_or(AppError::NotFound)?;
    let (snapshot, _) = collect(ctx, &job, at).await?;
    let json = snapshot::to_json(&snapshot)?;
    let style = match pen::Style::now(&Ctx::system(&ctx.app), &job).await {
        Ok(style) => style,
        Err(Unwritten::Template(_)) => return Err(AppError::NotFound),
        Err(Unwritten::Error(error)) => return Err(error),
    };
    let made = report::files_of(ctx, &job, &style, (&snapshot, json.as_str()), None, &[kind]).await?;
    made.into_iter().next().ok_or(AppError::NotFound)
}

/// A job that makes reports.
async fn with_report(ctx: &Ctx, id: ScheduleId) -> AppResult<schedule::Model> {
    let job = schedules::editable(ctx, id).await?;
    if job.kind.makes_report() { Ok(job) } else { Err(AppError::field("at", Problem::NotAllowed)) }
}

/// The data of an instant, with why the report would not be sent. Whoever looks sees the projects that are theirs, as if
/// the report came to them.
async fn collect(ctx: &Ctx, job: &schedule::Model, at: DateTime<Utc>) -> AppResult<(Snapshot, Option<String>)> {
    let viewer = ctx.me()?.id;
    let whole = report::collect(ctx, job, Trigger::Schedule, at, &[viewer]).await?;
    let unmet = rules::condition(job)?.unmet(&whole.facts());
    let seen = snapshot::seen_by(ctx, &whole, viewer).await?.ok_or(AppError::NotFound)?.clone();
    Ok((snapshot::unfolded(seen)?, unmet))
}

/// Whoever looks reads it.
fn me(ctx: &Ctx) -> AppResult<Reader> {
    let me = ctx.me()?;
    Ok(me.reader())
}

/// A report that would fail: no mail, and why.
fn nothing(unwritten: Unwritten) -> AppResult<(Written, Vec<Image>, Option<String>)> {
    match unwritten {
        Unwritten::Error(error) => Err(error),
        Unwritten::Template(words) => {
            let none = Written { subject: String::new(), html: String::new(), text: String::new() };
            Ok((none, Vec::new(), Some(words)))
        }
    }
}

/// What the run of an instant would do, of a job that makes no report.
///
/// # Errors
/// As [`look`], [`AppError::Invalid`] for a job that makes one.
pub async fn outlook(ctx: &Ctx, id: ScheduleId, at: DateTime<Utc>) -> AppResult<(Rehearsal, Outlook)> {
    let job = schedules::editable(ctx, id).await?;
    let outlook = kinds::look(ctx, &job, at).await?;
    Ok((rehearse(&schedules::timetable(&job)?, &rules::plan_rules(&job, None), at), outlook))
}

/// The HTML of a dry run with its pictures written into it, for a frame of its own. Of mails for one person alone it is
/// that of whoever looks.
///
/// # Errors
/// As [`look`]; [`AppError::NotFound`] where the run would send no mail to whoever looks.
pub async fn framed_html(ctx: &Ctx, id: ScheduleId, at: DateTime<Utc>) -> AppResult<String> {
    if !schedules::editable(ctx, id).await?.kind.makes_report() {
        return match outlook(ctx, id, at).await?.1 {
            Outlook::Mails { mine: Some(mine), .. } => Ok(mine.html),
            Outlook::Mails { .. } | Outlook::Archive { .. } | Outlook::Push(_) => Err(AppError::NotFound),
        };
    }
    let DryRun { written, images, .. } = look(ctx, id, at).await?;
    Ok(framed(&written.html, &images))
}
