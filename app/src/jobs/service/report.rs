//! What the report of a schedule is about: what its owner chose, the days that it means for a run, the data.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    ledger, options,
    pen::{Style, Version},
    recipients::{self, Chosen},
    schedules,
};
use crate::{
    domain::{
        ids::{ProjectId, ScheduleId, UserId},
        job_options::JobOptions,
        occurrence::{OccurrenceState, Trigger},
        period::{Period, day_of},
        report::{
            Folded, Snapshot,
            spec::{AttachmentKind, PeriodChoice, ReportSpec, Section, Until},
        },
    },
    entities::{label, occurrence, project, schedule, user},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, fault},
    projects::service::access,
    reports::service::{
        files::{self, File, Source},
        snapshot::{self, Request},
    },
    templates::service::versions,
};

/// With which day weeks begin, as in the calendar.
pub const WEEK_START: Weekday = Weekday::Mon;

/// What a schedule asks for.
///
/// # Errors
/// A fault, where it cannot be read, or the job makes no report.
pub fn spec(job: &schedule::Model) -> AppResult<ReportSpec> {
    match options::of(job)? {
        JobOptions::WeeklyReport(mut spec) => {
            // Two of them may have become one person, or one label.
            each_once(&mut spec.scope.people);
            each_once(&mut spec.scope.labels);
            Ok(spec)
        }
        _ => Err(fault::internal("reading what a report shows", "a job of this kind makes none")),
    }
}

fn each_once<T: Copy + Ord>(all: &mut Vec<T>) {
    let mut met = BTreeSet::new();
    all.retain(|one| met.insert(*one));
}

/// What a run keeps of what its schedule asks for, when it freezes its data.
///
/// # Errors
/// As [`spec`].
pub fn to_freeze(job: &schedule::Model) -> AppResult<String> {
    serde_json::to_string(&spec(job)?).map_err(|error| fault::internal("writing what a report shows", error))
}

/// A schedule as a run knows it: with what it asked for when the data were frozen. So all messages of a run carry the
/// same files and show the same parts, whatever is chosen while they are composed.
pub fn as_frozen(job: schedule::Model, report_spec: Option<String>) -> schedule::Model {
    match report_spec {
        Some(spec) => schedule::Model { options: Some(spec), ..job },
        None => job,
    }
}

/// Changes what a schedule asks for; answers its new version. Runs that have begun go on as they were frozen.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, among them projects, labels and people that whoever asks does not see, and for a
/// job that makes no report; [`AppError::Conflict`] when it has moved on since `version`; [`AppError::NotFound`],
/// [`AppError::Forbidden`] for a viewer of the project.
pub async fn choose(ctx: &Ctx, id: ScheduleId, version: i64, spec: &ReportSpec) -> AppResult<i64> {
    let found = schedules::editable(ctx, id).await?;
    if !found.kind.makes_report() {
        return Err(AppError::field("sections", Problem::NotAllowed));
    }
    let mut checks = Checks::default();
    spec.check(&mut checks);
    known(ctx, found.project_id, spec, Some(&self::spec(&found)?), &mut checks).await?;
    checks.done()?;
    let json = options::to_json(&JobOptions::WeeklyReport(spec.clone()))?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    if held.version != version {
        let (mine, theirs) = (json.unwrap_or_default(), held.options.unwrap_or_default());
        return Err(AppError::conflict("sections", mine, theirs, held.version));
    }
    schedule::ActiveModel {
        id: Unchanged(id),
        options: Set(json),
        updated_at: Set(ctx.now),
        version: Set(version + 1),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    tx.commit().await?;
    Ok(version + 1)
}

/// Whether somebody may give a job these recipients. People with accounts get what they see, addresses without one get
/// all of the report: so who does not see all of its projects adds none of these.
///
/// # Errors
/// [`AppError::Invalid`] with `recipients`; a fault, where the options of the job cannot be read.
pub async fn may_go_to(ctx: &Ctx, job: &schedule::Model, people: &[Chosen]) -> AppResult<()> {
    let wanted = spec(job)?.scope.other_projects;
    if wanted.is_empty() {
        return Ok(());
    }
    let of_report = || project::Entity::find().filter(project::Column::Id.is_in(wanted.iter().copied()));
    let mine = access::visible_projects(ctx.me()?.id);
    let seen = of_report().filter(project::Column::Id.in_subquery(mine)).count(ctx.reader()).await?;
    if seen == of_report().count(ctx.reader()).await? {
        return Ok(());
    }
    let known = recipients::of(ctx.reader(), job.id).await?;
    let is_known = |address: &str| known.iter().any(|row| row.address.to_lowercase() == address.to_lowercase());
    match people.iter().filter_map(Chosen::outside).all(is_known) {
        true => Ok(()),
        false => Err(AppError::field("recipients", Problem::GetsMoreThanYou)),
    }
}

/// Notes what the person may not choose: projects, labels and people that they do not see, a template that is not there.
/// What was chosen before stays, also for an editor who does not see it.
///
/// # Errors
/// [`AppError::SignedOut`], those of the database.
pub(super) async fn known(
    ctx: &Ctx,
    project: ProjectId,
    spec: &ReportSpec,
    before: Option<&ReportSpec>,
    checks: &mut Checks,
) -> AppResult<()> {
    let db = ctx.reader();
    let before = before.cloned().unwrap_or_default();
    let scope = &spec.scope;
    let new = self::new(&scope.other_projects, &before.scope.other_projects);
    let mine = access::visible_projects(ctx.me()?.id);
    let others = project::Entity::find()
        .filter(project::Column::Id.is_in(new.iter().copied()))
        .filter(project::Column::Id.ne(project))
        .filter(project::Column::Id.in_subquery(mine));
    if !new.is_empty() && others.count(db).await? < new.len() as u64 {
        checks.add("other_projects", Problem::UnknownChoice);
    }
    let projects: Vec<ProjectId> = scope.other_projects.iter().copied().chain(std::iter::once(project)).collect();
    let new = self::new(&scope.labels, &before.scope.labels);
    let labels = label::Entity::find()
        .filter(label::Column::Id.is_in(new.iter().copied()))
        .filter(label::Column::ProjectId.is_in(projects));
    if !new.is_empty() && labels.count(db).await? < new.len() as u64 {
        checks.add("labels", Problem::UnknownChoice);
    }
    let new = self::new(&scope.people, &before.scope.people);
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(new.iter().copied()))
        .filter(user::Column::Id.in_subquery(access::people_of(project)));
    if !new.is_empty() && people.count(db).await? < new.len() as u64 {
        checks.add("people", Problem::UnknownChoice);
    }
    if let Some(id) = spec.template.filter(|id| before.template != Some(*id))
        && versions::for_reports(ctx, id).await?.is_err()
    {
        checks.add("template", Problem::UnknownChoice);
    }
    Ok(())
}

/// What is chosen now and was not before.
fn new<T: Copy + PartialEq>(chosen: &[T], before: &[T]) -> Vec<T> {
    chosen.iter().copied().filter(|one| !before.contains(one)).collect()
}

/// The days that a schedule's report is about when it runs at an instant. A planned report tells of days that are over,
/// also when it runs late; one that a person asks for includes today.
///
/// # Errors
/// Only those of the database.
async fn period(
    ctx: &Ctx,
    (job, spec): (&schedule::Model, &ReportSpec),
    trigger: Trigger,
    at: DateTime<Utc>,
    zone: Tz,
) -> AppResult<Period> {
    let until = match trigger {
        Trigger::Schedule => Until::DayBefore,
        Trigger::Manual => Until::Today,
    };
    let last = last_end(ctx.reader(), job.id, at, zone).await?;
    Ok(spec.period.on_day(day_of(at, &zone), until, WEEK_START, last))
}

/// The days that a report would cover that somebody asks for now.
///
/// # Errors
/// [`AppError::NotFound`] without the project, a fault where the options of the job cannot be read.
pub async fn covered_now(ctx: &Ctx, job: &schedule::Model) -> AppResult<Period> {
    let zone = zone(ctx, job).await?;
    period(ctx, (job, &spec(job)?), Trigger::Manual, ctx.now, zone).await
}

/// The zone in which the report of a schedule counts its days.
async fn zone(ctx: &Ctx, job: &schedule::Model) -> AppResult<Tz> {
    let project = project::Entity::find_by_id(job.project_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    Ok(snapshot::zone_of(&project))
}

/// As of when a report tells what stands where. A planned one tells of its planned instant, which comes right behind its
/// days. Whoever asks by hand for days that are over, or always for the same ones, wants to know how they ended.
fn standing(spec: &ReportSpec, period: Period, zone: Tz, trigger: Trigger, at: DateTime<Utc>) -> DateTime<Utc> {
    match (trigger, &spec.period) {
        (Trigger::Schedule, choice) if !matches!(choice, PeriodChoice::Between { .. }) => at,
        _ => at.min(period.last_instant(&zone)),
    }
}

/// The last day that the report of a schedule before an instant was about. A day on which somebody asked for one was not
/// over: the next one tells of it again.
async fn last_end(
    db: &impl ConnectionTrait,
    job: ScheduleId,
    before: DateTime<Utc>,
    zone: Tz,
) -> AppResult<Option<NaiveDate>> {
    use OccurrenceState::{Done, Partly, Sending};
    let query = occurrence::Entity::find()
        .select_only()
        .columns([occurrence::Column::PeriodTo, occurrence::Column::ScheduledAt])
        .filter(occurrence::Column::ScheduleId.eq(job))
        .filter(occurrence::Column::State.is_in([Sending, Done, Partly]))
        .filter(occurrence::Column::PeriodTo.is_not_null())
        .filter(occurrence::Column::ScheduledAt.lt(before))
        .order_by_desc(occurrence::Column::ScheduledAt);
    let last: Option<(Option<NaiveDate>, DateTime<Utc>)> = query.into_tuple().one(db).await?;
    Ok(last.and_then(|(end, at)| {
        let end = end?;
        if end < day_of(at, &zone) { Some(end) } else { end.pred_opt() }
    }))
}

/// Collects the report of a schedule for an instant; for readers who do not see all of its projects, too.
///
/// # Errors
/// [`AppError::NotFound`] without the project, a fault where the options of the job cannot be read.
pub async fn collect(
    ctx: &Ctx,
    job: &schedule::Model,
    trigger: Trigger,
    at: DateTime<Utc>,
    readers: &[UserId],
) -> AppResult<Folded> {
    let spec = spec(job)?;
    let zone = zone(ctx, job).await?;
    let period = period(ctx, (job, &spec), trigger, at, zone).await?;
    let as_of = standing(&spec, period, zone, trigger, at);
    let request = Request { project: job.project_id, owner: job.owner_id, scope: &spec.scope, period, as_of, readers };
    snapshot::build_scoped(ctx, &request).await
}

/// What the files of a run show of its facts that was written with this version of a template.
///
/// # Errors
/// [`AppError::NotFound`] for a version that is gone, a fault where it, or the options of the job, cannot be read.
pub async fn sections(
    ctx: &Ctx,
    job: &schedule::Model,
    version: Option<Version>,
    snapshot: &Snapshot,
) -> AppResult<Vec<Section>> {
    Style::of(ctx, job, version).await?.sections(job, snapshot)
}

/// Makes the files that a schedule asks for, of a report or of a part of it, with what its owner says at the head of it.
/// They show what the mail does.
///
/// # Errors
/// A fault, where the options of the job cannot be read or a file cannot be made; [`AppError::TooMany`] for a person whose
/// others take too long.
pub(super) async fn files(
    ctx: &Ctx,
    job: &schedule::Model,
    style: &Style,
    (snapshot, json): (&Snapshot, &str),
    comment: Option<&str>,
) -> AppResult<Vec<File>> {
    let kinds = spec(job)?.attachments;
    files_of(ctx, job, style, (snapshot, json), comment, &kinds).await
}

/// As [`files`], of other kinds than the schedule asks for.
///
/// # Errors
/// As [`files`].
pub(super) async fn files_of(
    ctx: &Ctx,
    job: &schedule::Model,
    style: &Style,
    (snapshot, json): (&Snapshot, &str),
    comment: Option<&str>,
    kinds: &[AttachmentKind],
) -> AppResult<Vec<File>> {
    let sections = style.sections(job, snapshot)?;
    let _turn = ctx.app.papers.take(ctx.actor_id()).await?;
    let base_url = &ctx.app.settings.base_url;
    files::make(Source { snapshot, json, sections: &sections, base_url, comment }, kinds).await
}
