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
        template::context::Reader,
    },
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    reports::service::{
        archive,
        render::{Image, Written, framed},
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
    /// Who would get it as things are now, with the reason for those who would not.
    pub people: Vec<(Addressee, Option<HeldBack>)>,
    /// What the log would say of the list of recipients.
    pub notes: Vec<String>,
    /// Why it would not be sent, in words; none where it would.
    pub unmet: Option<String>,
}

/// Renders the report of an instant as its run would.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] for a job that makes
/// no report.
pub async fn look(ctx: &Ctx, id: ScheduleId, at: DateTime<Utc>) -> AppResult<DryRun> {
    let job = schedules::editable(ctx, id).await?;
    if !job.kind.makes_report() {
        return Err(AppError::field("at", Problem::NotAllowed));
    }
    let rehearsal = rehearse(&schedules::timetable(&job)?, &rules::plan_rules(&job, None), at);
    // Whoever looks sees the projects that are theirs, as if the report came to them.
    let viewer = ctx.me()?.id;
    let whole = report::collect(ctx, &job, Trigger::Schedule, at, &[viewer]).await?;
    let unmet = rules::condition(&job)?.unmet(&whole.facts());
    let snapshot = snapshot::seen_by(ctx, &whole, viewer).await?.ok_or(AppError::NotFound)?.clone();
    // There is no run, so its links lead nowhere.
    let address = archive::address(ctx, OccurrenceId(Uuid::nil()), &job.name);
    // Whoever may edit the job may see what it would send; that its template may be used is not asked again.
    let system = Ctx::system(&ctx.app);
    let (written, images, fault) = match pen::Style::now(&system, &job).await {
        Ok(style) => {
            let pen = Pen::new(&style, &snapshot, None, None).await?;
            match pen.write_one(&system, &snapshot, address, me(ctx)?).await {
                Ok(written) => (written, pen.images().to_vec(), None),
                Err(unwritten) => nothing(unwritten)?,
            }
        }
        Err(unwritten) => nothing(unwritten)?,
    };
    let addressees::List { people, notes } = addressees::resolve(ctx, id, job.project_id).await?;
    Ok(DryRun { rehearsal, snapshot, written, images, people, notes, unmet: fault.or(unmet) })
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
