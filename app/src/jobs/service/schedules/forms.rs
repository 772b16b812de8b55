//! The form of a schedule: what is stored as its fields, and what is typed as what is stored.

use chrono::NaiveTime;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

use crate::{
    domain::{
        account::Role,
        ids::{AccountId, ProjectId},
        job::{JobKind, RecipientKind},
        job_options::JobOptions,
        schedule::{Cadence, DaySet, ScheduleSpec, Timetable, UpcomingRun},
    },
    entities::{schedule, smtp_account},
    error::{AppError, AppResult, Checks, FieldError, Problem},
    jobs::{
        form::{JobForm, Mode},
        report_form::ReportForm,
        service::{
            options, recipients, report,
            rules::{self, Rules},
        },
        when_form::WhenForm,
    },
    platform::ctx::{Actor, Ctx},
    projects::service::access::Viewing,
};

/// Next runs that the form shows.
const PREVIEW: usize = 5;

/// A form that has passed all checks.
pub(super) struct Checked {
    pub name: String,
    pub spec: ScheduleSpec,
    pub timetable: Timetable,
    pub rules: Rules,
    pub options: JobOptions,
    pub account_id: Option<AccountId>,
    pub people: Vec<recipients::Chosen>,
}

/// The form that shows a stored schedule. Times that cannot be read are left empty, so that somebody sets them.
///
/// # Errors
/// A fault, where its rules or options cannot be read.
pub async fn form(ctx: &Ctx, row: &schedule::Model, viewing: &Viewing) -> AppResult<JobForm> {
    let times = super::times::stored(row).map_or_else(|| no_times(viewing), |spec| times(&spec));
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

/// Checks a form of a job that is new, or of one that is stored.
///
/// # Errors
/// [`AppError::Invalid`] with the fields and lines that are wrong.
pub(super) async fn check(
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
    // A job whose last day has passed keeps it while something else is changed.
    let ends_before = stored.and_then(super::times::stored).and_then(|spec| spec.ends_on);
    let is_over = |timetable: &Timetable| timetable.next_after(ctx.now).is_none();
    if spec.ends_on.is_some() && spec.ends_on != ends_before && timetable.as_ref().is_some_and(is_over) {
        checks.add("ends_on", Problem::Said { words: "No run would be left by this day; choose a later one".into() });
    }
    let rules = rules::read(&form.rules, &mut checks);
    let options = options_of(ctx, &mut checks, (project, kind), form, stored).await?;
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

/// The options of a form. What is wrong, and what the person may not choose, is noted with its field.
///
/// # Errors
/// Those of the database, and a fault where the options of the stored job cannot be read.
pub(super) async fn options_of(
    ctx: &Ctx,
    checks: &mut Checks,
    (project, kind): (ProjectId, JobKind),
    form: &JobForm,
    stored: Option<&schedule::Model>,
) -> AppResult<JobOptions> {
    if !kind.makes_report() || form.report.is_empty() {
        return Ok(options::read(kind, &form.options, checks));
    }
    let mut spec = form.report.spec(checks);
    // Its own project is always part of the report, whether or not it is ticked among the others.
    spec.scope.other_projects.retain(|other| *other != project);
    let before = stored.map(report::spec).transpose()?;
    report::known(ctx, project, &spec, before.as_ref(), checks).await?;
    Ok(JobOptions::WeeklyReport(spec))
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
