//! What the pages of backfill and dry run show, put together from what their services say.

use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike, Utc};

use super::{
    backfill,
    dry_run::{self, DryRun},
    kinds::{Outlook, Told, Written},
    local_time::{self, Which},
    runs, schedules,
};
use crate::{
    domain::{
        file::size_words,
        ids::ScheduleId,
        job::ScheduleState,
        planner::{Overlap, Rehearsal},
    },
    entities::schedule,
    error::{AppError, AppResult, Problem},
    jobs::plan_view::{
        BackfillForm, BackfillPage, DryRunFile, DryRunMail, DryRunOutlook, DryRunPage, DryRunPerson, DryRunReader,
        DryRunReport, DryRunShown, DryRunTime, JobHead,
    },
    platform::ctx::Ctx,
    reports::service::files::File,
};

/// The page of a backfill; without a form, with a range to begin with.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project. What is wrong with the form stands in
/// the page.
pub async fn backfill(ctx: &Ctx, id: ScheduleId, mut form: BackfillForm) -> AppResult<BackfillPage> {
    let row = schedules::editable(ctx, id).await?;
    let (zone, job) = (schedules::zone_of(&row), head(&row)?);
    if form.overlap.is_empty() {
        form.overlap = Overlap::QueueAll.to_string();
    }
    if form.from.is_empty() && form.to.is_empty() {
        form.from = local_time::field(zone, ctx.now - TimeDelta::days(1));
        form.to = local_time::field(zone, ctx.now);
        return Ok(BackfillPage { job, form, plan: None });
    }
    let plan = match backfill::read(zone, &form) {
        Ok(asked) => backfill::preview(ctx, id, asked).await,
        Err(error) => Err(error),
    };
    match plan {
        Err(error) if !matches!(error, AppError::Invalid(_)) => Err(error),
        plan => Ok(BackfillPage { job, form, plan: Some(plan) }),
    }
}

/// The page of a dry run; without a time, with the next run's to begin with.
///
/// # Errors
/// As [`backfill`].
pub async fn dry_run(ctx: &Ctx, id: ScheduleId, at: String) -> AppResult<DryRunPage> {
    let row = schedules::editable(ctx, id).await?;
    let (zone, job) = (schedules::zone_of(&row), head(&row)?);
    let next = schedules::next_runs(ctx, &row, 1).pop().map(|run| run.at);
    let has_seconds = next.is_some_and(|at| at.second() != 0);
    if at.is_empty() {
        let at = next.map_or_else(|| local_time::field(zone, ctx.now), |next| local_time::exact_field(zone, next));
        return Ok(DryRunPage { job, at, has_seconds, shown: None });
    }
    let shown = match local_time::read(zone, &at, Which::First) {
        None => Err(AppError::field("at", Problem::NotAMoment)),
        Some(instant) if row.kind.makes_report() => {
            Ok(DryRunShown::Report(Box::new(report(ctx, &row, instant).await?)))
        }
        Some(instant) => Ok(DryRunShown::Other(Box::new(outlook(ctx, &row, instant).await?))),
    };
    Ok(DryRunPage { job, at, has_seconds, shown: Some(shown) })
}

fn head(row: &schedule::Model) -> AppResult<JobHead> {
    let spec = schedules::spec(row)?;
    let (sentence, is_paused) = (spec.sentence(), row.state == ScheduleState::Paused);
    Ok(JobHead { id: row.id, kind: row.kind, name: row.name.clone(), sentence, zone: spec.zone, is_paused })
}

async fn report(ctx: &Ctx, row: &schedule::Model, at: DateTime<Utc>) -> AppResult<DryRunReport> {
    let DryRun { rehearsal, snapshot, written, images: _, files, people, notes, unmet } =
        dry_run::look(ctx, row.id, at).await?;
    let people = people.into_iter().map(|(person, held_back)| DryRunPerson {
        address: person.address.to_string(),
        name: person.name,
        kind: person.kind,
        via: person.via,
        held_back: held_back.map(|reason| reason.words().to_owned()),
    });
    Ok(DryRunReport {
        time: time(ctx, row, rehearsal)?,
        period: snapshot.period.words(),
        unmet,
        subject: written.subject,
        account: runs::account_name(ctx, row).await?,
        people: people.collect(),
        notes,
        text: written.text,
        frame: frame(row, at),
        files: files.iter().map(|(file, travels)| listed(row, at, file, *travels)).collect(),
    })
}

fn listed(row: &schedule::Model, at: DateTime<Utc>, file: &File, travels: bool) -> DryRunFile {
    DryRunFile {
        name: file.name.clone(),
        size: size_words(i64::try_from(file.bytes.len()).unwrap_or(i64::MAX)),
        href: format!("/jobs/{}/dry-run/files/{}?at={}", row.id, file.name, instant(at)),
        travels,
    }
}

async fn outlook(ctx: &Ctx, row: &schedule::Model, at: DateTime<Utc>) -> AppResult<DryRunOutlook> {
    let (rehearsal, outlook) = dry_run::outlook(ctx, row.id, at).await?;
    let words = words_of(&outlook);
    let time = time(ctx, row, rehearsal)?;
    let empty = DryRunOutlook { time, words, readers: vec![], notes: vec![], mine: None, tasks: vec![], more: 0 };
    Ok(match outlook {
        Outlook::Mails { readers, notes, mine } => {
            let mail = |mine: Box<Written>| {
                let Written { subject, text, html: _ } = *mine;
                DryRunMail { subject, text, frame: frame(row, at) }
            };
            let readers = readers.into_iter().map(|told| {
                let Told { address, name, kind, via, tasks } = told;
                DryRunReader { address, name, kind, via, tasks }
            });
            DryRunOutlook { readers: readers.collect(), notes, mine: mine.map(mail), ..empty }
        }
        Outlook::Archive { tasks, count, is_full: _ } => {
            DryRunOutlook { more: count.saturating_sub(tasks.len()), tasks, ..empty }
        }
        Outlook::Push(_) => empty,
    })
}

fn words_of(outlook: &Outlook) -> String {
    match outlook {
        Outlook::Mails { readers, .. } => match readers.len() {
            0 => "It would be skipped: nobody on the list has anything to be told.".to_owned(),
            1 => "It would send a mail to 1 person.".to_owned(),
            people => format!("It would send mails to {people} people, to each their own."),
        },
        Outlook::Archive { count: 0, .. } => "It would be skipped: there is nothing to archive.".to_owned(),
        Outlook::Archive { count: 1, .. } => "It would archive 1 task.".to_owned(),
        Outlook::Archive { count, is_full: true, .. } => {
            format!("It would archive {count} tasks, the most of one run; the next run goes on.")
        }
        Outlook::Archive { count, .. } => format!("It would archive {count} tasks."),
        Outlook::Push(words) => words.clone(),
    }
}

fn time(ctx: &Ctx, row: &schedule::Model, rehearsal: Rehearsal) -> AppResult<DryRunTime> {
    let Rehearsal { run, is_named, starts_at, previous } = rehearsal;
    let timetable = schedules::timetable(row)?;
    Ok(DryRunTime {
        words: run.words(),
        note: run.note,
        is_named,
        begins: (starts_at > run.at).then(|| timetable.local_words(starts_at)),
        previous: previous.map(|at| timetable.local_words(at)),
        is_ahead: run.at > ctx.now,
    })
}

/// Where the HTML of a dry run is.
fn frame(row: &schedule::Model, at: DateTime<Utc>) -> String {
    format!("/jobs/{}/dry-run/mail?at={}", row.id, instant(at))
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
