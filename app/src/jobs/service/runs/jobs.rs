//! Jobs with their latest runs: the list, the page of one, what comes next.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    listed::{self, Listed, listed},
    words::span,
};
use crate::{
    domain::{
        condition::Condition,
        ids::{OccurrenceId, ScheduleId},
        job::{RecipientKind, ScheduleState},
        job_options::JobOptions,
        zone,
    },
    entities::{occurrence, schedule},
    error::{AppError, AppResult},
    jobs::{
        service::{
            drafts, ledger, options, recipients, report, report_choices, rules, rules_words, run_actions, schedules,
        },
        view::{JobDetail, JobFilter, JobItem, JobList, Moment, NextRun, RunItem},
    },
    platform::ctx::Ctx,
    projects::service::{access, projects},
};

/// Runs in the strip of the list.
const STRIP: u64 = 20;
/// Runs on a job's page.
const PAGE: u64 = 50;

/// The jobs of the person's projects with their latest runs.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn jobs(ctx: &Ctx) -> AppResult<Vec<JobItem>> {
    let mut items = Vec::new();
    for (row, _) in schedules::list(ctx).await? {
        items.push(item(ctx, &row).await?);
    }
    Ok(items)
}

/// The jobs that fit a filter, with the projects that can be chosen.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx, filter: &JobFilter) -> AppResult<JobList> {
    let mut items = jobs(ctx).await?;
    let mut projects: Vec<(String, String)> =
        items.iter().map(|job| (job.project_key.clone(), job.project_name.clone())).collect();
    projects.sort_by(|one, other| one.1.cmp(&other.1).then_with(|| one.0.cmp(&other.0)));
    projects.dedup();
    let all = items.len();
    items.retain(|job| filter.fits(job));
    Ok(JobList { items, all, projects })
}

/// How many jobs of the person's projects failed when they last ran to an end. What was skipped, or cancelled by a
/// person, says nothing; a project in the archive has no jobs that anybody waits for.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn failing(ctx: &Ctx) -> AppResult<u32> {
    let mine = projects::list(ctx).await?;
    let failing = schedule::Entity::find()
        .filter(schedule::Column::ProjectId.is_in(mine.iter().map(|project| project.id)))
        .filter(schedule::Column::DeletedAt.is_null())
        .filter(Expr::cust(LAST_FAILED))
        .count(ctx.reader())
        .await?;
    Ok(u32::try_from(failing).unwrap_or(u32::MAX))
}

/// Each job is looked up by its latest run, over the index of its instants.
const LAST_FAILED: &str = r#"(SELECT "run"."state" FROM "occurrence" AS "run"
    WHERE "run"."schedule_id" = "schedule"."id" AND "run"."state" IN ('done', 'partly', 'failed')
    ORDER BY "run"."scheduled_at" DESC LIMIT 1) = 'failed'"#;

/// The next runs of all jobs for the dashboard, soonest first.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn next_runs(ctx: &Ctx, limit: usize) -> AppResult<Vec<NextRun>> {
    let upcoming = schedules::upcoming(ctx, limit).await?;
    let shown = upcoming.into_iter().map(|(row, run)| NextRun {
        id: row.id,
        sentence: schedules::sentence(&row),
        next: Moment { at: run.at, words: run.words() },
        next_in: span(run.at - ctx.now),
        name: row.name,
    });
    Ok(shown.collect())
}

/// A job with everything that its page shows.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn job(ctx: &Ctx, id: ScheduleId) -> AppResult<JobDetail> {
    job_before(ctx, id, None).await
}

/// As [`job`], with the runs before one of them.
///
/// # Errors
/// As [`job`], also for a run of another job.
pub async fn job_before(ctx: &Ctx, id: ScheduleId, before: Option<OccurrenceId>) -> AppResult<JobDetail> {
    let (row, viewing) = schedules::visible(ctx, id).await?;
    let before = match before {
        None => None,
        Some(run) => {
            let found = ledger::read(ctx.reader(), run).await?;
            if found.schedule_id != id {
                return Err(AppError::NotFound);
            }
            Some(found.scheduled_at)
        }
    };
    let mut runs = latest(ctx, &row, before, PAGE + 1).await?;
    let has_older = runs.len() as u64 > PAGE;
    runs.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let spec = schedules::stored(&row);
    let people = recipients::shown(ctx.reader(), id).await?;
    Ok(JobDetail {
        job: item(ctx, &row).await?,
        upcoming: if viewing.is_archived() { Vec::new() } else { schedules::next_runs(ctx, &row, 5) },
        recipients: if viewing.sees_recipients() {
            people.into_iter().map(described).collect()
        } else {
            vec![counted(people.len())]
        },
        run_now: run_now(ctx, &row).await?,
        // Of a report it is said in full.
        options: options::of(&row)?.words().filter(|_| !row.kind.makes_report()),
        report: report_choices::words(ctx, &row).await?,
        account: account_name(ctx, &row).await?,
        zone_data: zone::DATA_VERSION.to_owned(),
        rules: rules_words::words(
            &rules::of(&row)?,
            row.kind,
            spec.as_ref(),
            u32::try_from(row.runs_made).unwrap_or_default(),
        ),
        older: runs.last().map(|run| run.id).filter(|_| has_older),
        runs,
        is_latest: before.is_none(),
        waiting: run_actions::count_waiting(ctx, id).await?,
    })
}

/// The name of the mail account of a job.
///
/// # Errors
/// Only those of the database.
pub async fn account_name(ctx: &Ctx, row: &schedule::Model) -> AppResult<String> {
    let accounts = schedules::accounts(ctx.reader()).await?;
    Ok(match row.account_id.and_then(|id| accounts.iter().find(|(known, _)| *known == id)) {
        Some((_, name)) => name.clone(),
        None => accounts.first().map(|(_, name)| format!("{name} (the default)")).unwrap_or_default(),
    })
}

/// A recipient on the job's page: those of To stand alone.
fn described(shown: recipients::Shown) -> String {
    match shown.kind {
        RecipientKind::To => shown.line,
        RecipientKind::Cc => format!("Cc: {}", shown.line),
        RecipientKind::Bcc => format!("Bcc: {}", shown.line),
    }
}

/// The recipients for those who may not know them.
fn counted(people: usize) -> String {
    match people {
        0 => "Nobody.".to_owned(),
        1 => "1 recipient, whom editors of the project see.".to_owned(),
        many => format!("{many} recipients, whom editors of the project see."),
    }
}

async fn item(ctx: &Ctx, row: &schedule::Model) -> AppResult<JobItem> {
    let viewing = access::by_id(ctx, ctx.reader(), row.project_id).await?;
    // In the archive nothing is planned, whatever the schedule says.
    let waits = viewing.is_archived();
    let next = schedules::next_runs(ctx, row, 1).pop().filter(|_| !waits);
    let mut runs = latest(ctx, row, None, STRIP).await?;
    runs.reverse();
    Ok(JobItem {
        id: row.id,
        kind: row.kind,
        name: row.name.clone(),
        project_key: viewing.project().key.clone(),
        project_name: viewing.project().name.clone(),
        sentence: schedules::sentence(row),
        state: if waits { ScheduleState::Paused } else { row.state },
        pause_note: if waits { Some("The project is archived.".into()) } else { row.pause_note.clone() },
        next_in: next.as_ref().map(|run| span(run.at - ctx.now)),
        next: next.map(|run| Moment { at: run.at, words: run.words() }),
        draft_now: draft_now(row),
        runs,
        can_edit: viewing.can_edit(),
    })
}

/// What a draft does that somebody asks for by hand. Options that cannot be read say nothing about it.
fn draft_now(row: &schedule::Model) -> Option<String> {
    match options::of(row) {
        Ok(JobOptions::WeeklyReport(spec)) => Some(drafts::words(spec.draft)),
        _ => None,
    }
}

/// What a report covers that somebody asks for now, and that it goes whatever the condition says.
async fn run_now(ctx: &Ctx, row: &schedule::Model) -> AppResult<Option<String>> {
    if !row.kind.makes_report() {
        return Ok(None);
    }
    let covers = report::covered_now(ctx, row).await?.words();
    let condition = match rules::condition(row)? {
        Condition::Always => "",
        _ => ", whether or not its condition is met",
    };
    Ok(Some(format!("A run by hand covers {covers}{condition}.")))
}

/// The latest runs, or the latest before an instant.
async fn latest(
    ctx: &Ctx,
    row: &schedule::Model,
    before: Option<DateTime<Utc>>,
    limit: u64,
) -> AppResult<Vec<RunItem>> {
    let zone = schedules::zone_of(row);
    let mut query = listed()
        .filter(occurrence::Column::ScheduleId.eq(row.id))
        .order_by_desc(occurrence::Column::ScheduledAt)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(occurrence::Column::ScheduledAt.lt(before));
    }
    let mut rows: Vec<Listed> = query.into_model().all(ctx.reader()).await?;
    listed::as_seen(ctx, &mut rows).await?;
    let asked = listed::asked(ctx, row, &rows).await?;
    let kind = row.kind;
    Ok(rows.into_iter().map(|row| row.shown(kind, zone, &asked)).collect())
}
