//! Schedules: made, changed, paused, resumed, deleted, listed.

use chrono::NaiveTime;
use chrono_tz::Tz;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{
    ledger, options, planner, recipients, report,
    rules::{self, Rules},
};
use crate::{
    domain::{
        account::Role,
        ids::{AccountId, ProjectId, ScheduleId},
        job::{JobKind, RecipientKind, ScheduleState},
        job_options::JobOptions,
        schedule::{Cadence, DaySet, ScheduleSpec, Timetable, UpcomingRun},
        zone,
    },
    entities::{project, schedule, smtp_account},
    error::{AppError, AppResult, Checks, Conflict, FieldError, Problem},
    jobs::{
        form::{JobForm, Mode},
        report_form::ReportForm,
        when_form::WhenForm,
    },
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
        fault,
    },
    projects::service::{
        access::{self, Editing, Viewing},
        projects,
    },
};

/// Next runs that the form shows.
const PREVIEW: usize = 5;

/// A form that has passed all checks.
struct Checked {
    name: String,
    spec: ScheduleSpec,
    timetable: Timetable,
    rules: Rules,
    options: JobOptions,
    account_id: Option<AccountId>,
    people: Vec<recipients::Chosen>,
}

/// Makes a job of the form's kind in the project of the proof.
///
/// # Errors
/// [`AppError::Invalid`] with the fields and lines that are wrong.
pub async fn create(ctx: &Ctx, editing: &Editing, form: &JobForm) -> AppResult<ScheduleId> {
    let checked = check(ctx, editing.project().id, form.kind, form, None).await?;
    let Checked { name, spec, timetable, rules, options, account_id, people } = checked;
    let id = ScheduleId(Uuid::now_v7());
    let mut row = schedule::ActiveModel {
        id: Set(id),
        project_id: Set(editing.project().id),
        owner_id: Set(ctx.actor_id()),
        name: Set(name),
        kind: Set(form.kind),
        options: Set(options::to_json(&options)?),
        spec: Set(to_json(&spec)?),
        account_id: Set(account_id),
        state: Set(ScheduleState::On),
        pause_note: Set(None),
        next_run_at: Set(timetable.next_after(ctx.now)),
        // Nothing before this moment was ever meant to run.
        last_planned_at: Set(ctx.now),
        failures_in_row: Set(0),
        runs_made: Set(0),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
        deleted_at: Set(None),
        version: Set(1),
        ..Default::default()
    };
    rules::store(&rules, &mut row)?;
    let tx = ctx.begin().await?;
    schedule::Entity::insert(row).exec_without_returning(&*tx).await?;
    recipients::replace(&*tx, id, &people).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(id)
}

/// Changes a schedule; its kind stays. What has come under the old times is planned by them first; the new ones count from now.
///
/// # Errors
/// [`AppError::Invalid`] for bad fields, [`AppError::Conflict`] when it has moved on since `version`.
pub async fn update(ctx: &Ctx, id: ScheduleId, version: i64, form: &JobForm) -> AppResult<()> {
    let found = editable(ctx, id).await?;
    let checked = check(ctx, found.project_id, found.kind, form, Some(&found)).await?;
    let Checked { name, spec, timetable, rules, options, account_id, people } = checked;
    if found.kind.makes_report() {
        report::may_go_to(ctx, &found, &people).await?;
    }
    let tx = ctx.begin().await?;
    let held = plan_first(ctx, &tx, found.id).await?;
    if held.version != version {
        let conflict = Conflict { field: "name".into(), mine: name, theirs: held.name, version: held.version };
        return Err(AppError::Conflict(Box::new(conflict)));
    }
    let json = to_json(&spec)?;
    let mut change = schedule::ActiveModel {
        id: Unchanged(id),
        name: Set(name),
        // A form that does not ask what a report shows changes nothing of it.
        options: match found.kind.makes_report() && form.report.is_empty() {
            true => NotSet,
            false => Set(options::to_json(&options)?),
        },
        account_id: Set(account_id),
        updated_at: Set(ctx.now),
        version: Set(version + 1),
        ..Default::default()
    };
    rules::store(&rules, &mut change)?;
    if json != held.spec {
        // Where the clock was set back, what has been planned is not planned again.
        let from = held.last_planned_at.max(ctx.now);
        let has_runs = held.state == ScheduleState::On && rules::runs_left(&held, &spec) != Some(0);
        change.spec = Set(json);
        change.last_planned_at = Set(from);
        change.next_run_at = Set(if has_runs { timetable.next_after(from) } else { None });
    }
    change.update(&*tx).await?;
    recipients::replace(&*tx, id, &people).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// Stops planning, with a note that says who or why. Runs that have begun go on.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project.
pub async fn pause(ctx: &Ctx, id: ScheduleId, note: &str) -> AppResult<()> {
    let mut checks = Checks::default();
    let note = checks.optional_line("note", note, 200);
    checks.done()?;
    let note = match (&ctx.actor, note.as_str()) {
        (Actor::Person(me), "") => format!("Paused by {}.", me.name),
        (Actor::Person(me), note) => format!("Paused by {}: {note}", me.name),
        (_, note) => note.to_owned(),
    };
    editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    plan_first(ctx, &tx, id).await?;
    let paused = stands(ctx, id, ScheduleState::Paused, Some(note));
    schedule::ActiveModel { next_run_at: Set(None), ..paused }.update(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Plans again, from now on: what fell into the pause does not run.
///
/// # Errors
/// As [`pause`], and [`AppError::Invalid`] where its stored times cannot be read.
pub async fn resume(ctx: &Ctx, id: ScheduleId) -> AppResult<()> {
    editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    if held.state == ScheduleState::Paused {
        // Where the clock was set back, what has been planned is not planned again.
        let from = held.last_planned_at.max(ctx.now);
        let unreadable = || AppError::field("times", Problem::UnreadableTimes);
        let (spec, timetable) = readable(&held).ok_or_else(unreadable)?;
        let has_runs = rules::runs_left(&held, &spec) != Some(0);
        let next_run_at = if has_runs { timetable.next_after(from) } else { None };
        let change = schedule::ActiveModel {
            last_planned_at: Set(from),
            next_run_at: Set(next_run_at),
            ..stands(ctx, id, ScheduleState::On, None)
        };
        change.update(&*tx).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// A schedule that is on or paused from now on, with no failure behind it.
fn stands(ctx: &Ctx, id: ScheduleId, state: ScheduleState, note: Option<String>) -> schedule::ActiveModel {
    schedule::ActiveModel {
        id: Unchanged(id),
        state: Set(state),
        pause_note: Set(note),
        failures_in_row: Set(0),
        updated_at: Set(ctx.now),
        ..Default::default()
    }
}

/// Takes a schedule off the list. Its runs and reports stay; one that has begun goes on to its end.
///
/// # Errors
/// As [`pause`].
pub async fn delete(ctx: &Ctx, id: ScheduleId) -> AppResult<()> {
    editable(ctx, id).await?;
    let tx = ctx.begin().await?;
    let gone = schedule::ActiveModel {
        id: Unchanged(id),
        deleted_at: Set(Some(ctx.now)),
        next_run_at: Set(None),
        updated_at: Set(ctx.now),
        ..Default::default()
    };
    gone.update(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Plans what has come, then gives the row as it stands, held by the transaction. Times that cannot be read name nothing
/// that has come: such a schedule can still be stopped and mended.
async fn plan_first(ctx: &Ctx, tx: &WriteTx, id: ScheduleId) -> AppResult<schedule::Model> {
    let held = ledger::lock_schedule(ctx, tx, id).await?;
    if readable(&held).is_some() {
        planner::plan_held(ctx, tx, &held).await?;
    }
    ledger::lock_schedule(ctx, tx, id).await
}

/// A schedule of a project that the person can see.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, deleted, or in a project that is not theirs.
pub async fn visible(ctx: &Ctx, id: ScheduleId) -> AppResult<(schedule::Model, Viewing)> {
    let query = schedule::Entity::find_by_id(id).filter(schedule::Column::DeletedAt.is_null());
    let found = query.one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let viewing = access::by_id(ctx, ctx.reader(), found.project_id).await?;
    Ok((found, viewing))
}

/// As [`visible`], for somebody who may change it.
///
/// # Errors
/// As [`visible`], and [`AppError::Forbidden`] for a viewer of the project.
pub async fn editable(ctx: &Ctx, id: ScheduleId) -> AppResult<schedule::Model> {
    let (found, viewing) = visible(ctx, id).await?;
    viewing.editing()?;
    Ok(found)
}

/// The schedules of the person's projects, by name, with their projects.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<(schedule::Model, project::Model)>> {
    let mine = projects::list(ctx).await?;
    let query = schedule::Entity::find()
        .filter(schedule::Column::ProjectId.is_in(mine.iter().map(|project| project.id)))
        .filter(schedule::Column::DeletedAt.is_null())
        .order_by_asc(schedule::Column::Name)
        .order_by_asc(schedule::Column::Id);
    let rows = query.all(ctx.reader()).await?;
    let project_of = |id: ProjectId| mine.iter().find(|project| project.id == id).cloned();
    Ok(rows.into_iter().filter_map(|row| project_of(row.project_id).map(|project| (row, project))).collect())
}

/// The schedules that run next, soonest first, with the next run of each.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn upcoming(ctx: &Ctx, limit: usize) -> AppResult<Vec<(schedule::Model, UpcomingRun)>> {
    let mut next = Vec::new();
    for (row, _) in list(ctx).await? {
        if let Some(run) = next_runs(ctx, &row, 1).pop() {
            next.push((row, run));
        }
    }
    next.sort_by_key(|(_, run)| run.at);
    next.truncate(limit);
    Ok(next)
}

/// The next runs of a schedule; none while it is paused, or where its stored times cannot be read.
pub fn next_runs(ctx: &Ctx, row: &schedule::Model, count: usize) -> Vec<UpcomingRun> {
    if row.state == ScheduleState::Paused {
        return Vec::new();
    }
    let Some((spec, timetable)) = readable(row) else { return Vec::new() };
    let left = rules::runs_left(row, &spec).and_then(|left| usize::try_from(left).ok());
    let count = left.map_or(count, |left| left.min(count));
    // From the last planned instant: what the planner will do, not what the clock says.
    timetable.upcoming(row.last_planned_at.max(ctx.now), count)
}

/// The times of a schedule as its pages say them.
pub fn sentence(row: &schedule::Model) -> String {
    match stored(row) {
        Some(spec) => spec.sentence(),
        None => "Its times cannot be read; edit the job and set them again.".to_owned(),
    }
}

/// The stored schedule for the pages by which people mend it; the planner and the workers, which need it, say in the log
/// that it cannot be read.
pub fn stored(row: &schedule::Model) -> Option<ScheduleSpec> {
    serde_json::from_str(&row.spec).ok()
}

/// The stored schedule with its timetable, where there is one.
fn readable(row: &schedule::Model) -> Option<(ScheduleSpec, Timetable)> {
    let spec = stored(row)?;
    let timetable = Timetable::compile(&spec).ok()?;
    Some((spec, timetable))
}

/// The stored schedule.
///
/// # Errors
/// A fault, where it cannot be read.
pub fn spec(row: &schedule::Model) -> AppResult<ScheduleSpec> {
    serde_json::from_str(&row.spec).map_err(|error| fault::internal("reading a schedule", error))
}

/// The zone of a stored schedule; UTC where it cannot be read.
pub fn zone_of(row: &schedule::Model) -> Tz {
    stored(row).and_then(|spec| zone::named(&spec.zone).ok()).unwrap_or(Tz::UTC)
}

/// The timetable of a stored schedule.
///
/// # Errors
/// A fault, where it cannot be read; it was checked when it was saved.
pub fn timetable(row: &schedule::Model) -> AppResult<Timetable> {
    Timetable::compile(&spec(row)?).map_err(|problems| fault::internal("reading a schedule", format!("{problems:?}")))
}

/// The form that shows a stored schedule. Times that cannot be read are left empty, so that somebody sets them.
///
/// # Errors
/// A fault, where its rules or options cannot be read.
pub async fn form(ctx: &Ctx, row: &schedule::Model, viewing: &Viewing) -> AppResult<JobForm> {
    let times = stored(row).map_or_else(|| no_times(viewing), |spec| times(&spec));
    let shown = recipients::shown(ctx.reader(), row.id).await?;
    Ok(JobForm {
        kind: row.kind,
        name: row.name.clone(),
        project: viewing.project().key.clone(),
        recipients: recipients::text(&shown, RecipientKind::To),
        cc: recipients::text(&shown, RecipientKind::Cc),
        bcc: recipients::text(&shown, RecipientKind::Bcc),
        account: row.account_id.map(|id| id.to_string()).unwrap_or_default(),
        rules: rules::show(&rules::of(row)?),
        options: options::show(&options::of(row)?),
        report: match options::of(row)? {
            JobOptions::WeeklyReport(spec) => ReportForm::of(&spec),
            _ => ReportForm::default(),
        },
        ..times
    })
}

fn no_times(viewing: &Viewing) -> JobForm {
    JobForm { zone: viewing.project().zone.clone(), ..JobForm::default() }
}

/// A form with nothing in it but the times.
fn times(spec: &ScheduleSpec) -> JobForm {
    let at = |at: &NaiveTime| at.format("%H:%M").to_string();
    let (mode, days, at) = match &spec.cadence {
        Cadence::Weekly { days, at: time } => (Mode::Simple, *days, at(time)),
        Cadence::Daily { at: time } | Cadence::Monthly { at: time, .. } | Cadence::Quarterly { at: time, .. } => {
            (Mode::Simple, DaySet::default(), at(time))
        }
        Cadence::Minutes { .. } | Cadence::Hours { .. } => (Mode::Simple, DaySet::default(), String::new()),
        Cadence::Cron { .. } => (Mode::Cron, DaySet::default(), String::new()),
    };
    JobForm {
        mode,
        days,
        at,
        expression: if mode == Mode::Cron { spec.cadence.expression().unwrap_or_default() } else { String::new() },
        zone: spec.zone.clone(),
        when: WhenForm::of(spec),
        ..JobForm::default()
    }
}

/// The sentence of a form's schedule and its next runs.
///
/// # Errors
/// [`AppError::Invalid`] with the fields of the time that are wrong.
pub fn preview(ctx: &Ctx, form: &JobForm) -> AppResult<(ScheduleSpec, Vec<UpcomingRun>)> {
    let mut checks = Checks::default();
    let spec = form.spec(&mut checks);
    checks.done()?;
    let timetable = compile(&spec)?;
    let most = spec.runs.and_then(|runs| usize::try_from(runs).ok()).unwrap_or(PREVIEW);
    let runs = timetable.upcoming(ctx.now, most.min(PREVIEW));
    Ok((spec, runs))
}

/// Mail accounts to choose from: id and name, the default first.
///
/// # Errors
/// Only those of the database.
pub async fn accounts(db: &impl ConnectionTrait) -> AppResult<Vec<(AccountId, String)>> {
    use smtp_account::Column;
    let query = smtp_account::Entity::find().select_only().columns([Column::Id, Column::Name]);
    Ok(query.order_by_desc(Column::IsDefault).order_by_asc(Column::Name).into_tuple().all(db).await?)
}

async fn check(
    ctx: &Ctx,
    project: ProjectId,
    kind: JobKind,
    form: &JobForm,
    stored: Option<&schedule::Model>,
) -> AppResult<Checked> {
    let mut checks = Checks::default();
    if !may_have(ctx, kind) {
        checks.add("kind", Problem::NotAllowed);
    }
    let name = checks.line("name", &form.name, 100);
    let spec = form.spec(&mut checks);
    let timetable = match compile(&spec) {
        Ok(timetable) => Some(timetable),
        Err(AppError::Invalid(invalid)) => {
            invalid.fields.into_iter().for_each(|field| checks.add(&field.field, field.problem));
            None
        }
        Err(other) => return Err(other),
    };
    let rules = rules::read(&form.rules, &mut checks);
    let options = if kind.makes_report() && !form.report.is_empty() {
        let mut spec = form.report.spec(&mut checks);
        // Its own project is always part of the report, whether or not it is ticked among the others.
        spec.scope.other_projects.retain(|other| *other != project);
        let before = stored.map(report::spec).transpose()?;
        report::known(ctx, project, &spec, before.as_ref(), &mut checks).await?;
        JobOptions::WeeklyReport(spec)
    } else {
        options::read(kind, &form.options, &mut checks)
    };
    let people = recipients::choose(ctx, &mut checks, project, kind, form).await?;
    let account_id = match form.account.trim() {
        "" => None,
        _ if !kind.sends_mail() => None,
        id => {
            let chosen = id.parse::<AccountId>().ok();
            let known = accounts(ctx.reader()).await?;
            if !known.iter().any(|(id, _)| Some(*id) == chosen) {
                checks.add("account", Problem::UnknownChoice);
            }
            chosen
        }
    };
    checks.done()?;
    let timetable = timetable.ok_or(AppError::Malformed)?;
    Ok(Checked { name, spec, timetable, rules, options, account_id, people })
}

/// Whether the person may make and change jobs of a kind. The remote of the archive belongs to the instance.
pub fn may_have(ctx: &Ctx, kind: JobKind) -> bool {
    match (kind, &ctx.actor) {
        (JobKind::GitPush, Actor::Person(me)) => me.role == Role::Admin,
        _ => true,
    }
}

fn compile(spec: &ScheduleSpec) -> AppResult<Timetable> {
    Timetable::compile(spec).map_err(|problems| {
        let fields = problems.into_iter().map(|problem| FieldError {
            field: problem.field().into(),
            problem: problem.problem(),
            line: None,
        });
        match AppError::check(fields.collect()) {
            Err(error) => error,
            Ok(()) => AppError::Malformed,
        }
    })
}

fn to_json(spec: &ScheduleSpec) -> AppResult<String> {
    serde_json::to_string(spec).map_err(|error| fault::internal("writing a schedule", error))
}
