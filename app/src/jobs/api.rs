//! Server functions of jobs. The forms are plain ones: they work without WebAssembly, and a page loaded anew shows
//! what the server knows.

use leptos::prelude::*;

use super::{
    form::JobForm,
    kind_form::KindForm,
    report_form::ReportForm,
    rules_form::RulesForm,
    view::{EditorData, JobDetail, JobFilter, JobList, NextRun, Preview, ReportChoices, RunDetail, RunLook},
    when_form::WhenForm,
};
use crate::{
    domain::{
        ids::{DeliveryId, OccurrenceId, ScheduleId},
        recipient::Known,
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::{
        kind_form,
        service::{duplicate, recipients, report_choices, run_actions, runs, schedules, test_form},
    },
    crate::{
        domain::{job::JobKind, zone},
        error::AppError,
        platform::ctx::Ctx,
        projects::service::{access, projects},
    },
};

/// The jobs of the person's projects that fit a filter.
#[server(prefix = "/rpc")]
pub async fn list_jobs(#[server(default)] filter: JobFilter) -> AppResult<JobList> {
    runs::list(&Ctx::signed_in()?, &filter).await
}

/// How many of the person's jobs failed when they last ran.
#[server(prefix = "/rpc")]
pub async fn count_failing_jobs() -> AppResult<u32> {
    runs::failing(&Ctx::signed_in()?).await
}

/// The jobs that run next, soonest first.
#[server(prefix = "/rpc")]
pub async fn list_next_runs(limit: u32) -> AppResult<Vec<NextRun>> {
    runs::next_runs(&Ctx::signed_in()?, limit.min(20) as usize).await
}

/// A job with its next and past runs: the latest, or those before one.
#[server(prefix = "/rpc")]
pub async fn load_job(id: ScheduleId, #[server(default)] before: Option<OccurrenceId>) -> AppResult<JobDetail> {
    runs::job_before(&Ctx::signed_in()?, id, before).await
}

/// A run with its recipients and its log: the last lines, or those before one, and the recipients that are looked at.
#[server(prefix = "/rpc")]
pub async fn load_run(id: OccurrenceId, #[server(default)] look: RunLook) -> AppResult<RunDetail> {
    runs::run_as(&Ctx::signed_in()?, id, look).await
}

/// What the editor of a job needs; without an id, for a new one of a kind, a weekly report where none is named, of a project
/// by its key, the person's current one where none is named. `tested` is the word of a test that was sent from it: what was
/// typed then is shown again.
#[server(prefix = "/rpc")]
pub async fn load_job_editor(
    id: Option<ScheduleId>,
    #[server(default)] kind: String,
    #[server(default)] tested: String,
    #[server(default)] project: String,
) -> AppResult<EditorData> {
    let ctx = Ctx::signed_in()?;
    let accounts = schedules::accounts(ctx.reader()).await?;
    let accounts = accounts.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    if let Some(id) = id {
        let (row, viewing) = schedules::visible(&ctx, id).await?;
        let form = schedules::form(&ctx, &row, &viewing).await?;
        let editing = viewing.editing()?;
        let projects = vec![(editing.project().key.clone(), editing.project().name.clone())];
        let kinds = vec![row.kind];
        let report = report_choices::of(&ctx, &row).await?;
        let known = match row.kind.sends_mail() {
            true => recipients::known(ctx.reader(), editing.project().id).await?,
            false => Vec::new(),
        };
        let (id, version) = (Some(id), row.version);
        let data = EditorData { id, version, form, kinds, projects, accounts, known, report, tested: None };
        return test_form::fill(&ctx, data, &tested).await;
    }
    let me = ctx.me()?.clone();
    let mut projects_of_mine = Vec::new();
    for project in projects::list(&ctx).await? {
        if access::by_id(&ctx, ctx.reader(), project.id).await?.can_edit() {
            projects_of_mine.push((project.key, project.name));
        }
    }
    let current = projects::current(&ctx).await?.map(|viewing| viewing.project().key.clone());
    let kinds: Vec<JobKind> = JobKind::ALL.iter().copied().filter(|kind| schedules::may_have(&ctx, *kind)).collect();
    let kind = kind.parse().ok().filter(|kind| kinds.contains(kind)).unwrap_or_default();
    let is_mine = |key: &String| projects_of_mine.iter().any(|(known, _)| known == key);
    let asked = Some(project.trim().to_uppercase()).filter(is_mine);
    let first = || projects_of_mine.first().map(|(key, _)| key.clone());
    let project = asked.or(current.filter(is_mine)).or_else(first).unwrap_or_default();
    let report = report_choices::of_new(&ctx, kind, &project).await?;
    let known = recipients::known_to_new(&ctx, kind, &project).await?;
    let form = JobForm { project, zone: me.zone.clone(), recipients: me.email.clone(), ..kind_form::beginning(kind) };
    let projects = projects_of_mine;
    let data = EditorData { id: None, version: 0, form, kinds, projects, accounts, known, report, tested: None };
    test_form::fill(&ctx, data, &tested).await
}

/// What the report of a new job of a project can be chosen of; for those who may make one there.
#[server(prefix = "/rpc")]
pub async fn load_report_choices(project: String) -> AppResult<ReportChoices> {
    let ctx = Ctx::signed_in()?;
    access::by_key(&ctx, ctx.reader(), project.trim()).await?.editing()?;
    report_choices::of_new(&ctx, JobKind::WeeklyReport, project.trim()).await
}

/// Whom the form of a new job of a project proposes as recipients; for those who may make one there.
#[server(prefix = "/rpc")]
pub async fn load_known_recipients(project: String) -> AppResult<Vec<Known>> {
    let ctx = Ctx::signed_in()?;
    let editing = access::by_key(&ctx, ctx.reader(), project.trim()).await?.editing()?;
    recipients::known(ctx.reader(), editing.project().id).await
}

/// The sentence and the next five runs of a form's schedule, as far as it is typed.
#[server(prefix = "/rpc")]
pub async fn preview_job(form: JobForm) -> AppResult<Preview> {
    let ctx = Ctx::signed_in()?;
    match schedules::preview(&ctx, &form) {
        Ok((spec, runs)) => {
            Ok(Preview::Runs { sentence: spec.sentence(), runs, zone_data: zone::DATA_VERSION.to_owned() })
        }
        Err(AppError::Invalid(invalid)) => {
            Ok(Preview::NotYet(invalid.fields.into_iter().map(|field| field.problem).collect()))
        }
        Err(error) => Err(error),
    }
}

/// Makes a job, or changes the one of the id, and opens its page.
#[server(prefix = "/rpc")]
#[allow(clippy::too_many_arguments, reason = "one for each field of the form")]
pub async fn save_job(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] kind: String,
    #[server(default)] name: String,
    #[server(default)] project: String,
    #[server(default)] mode: String,
    #[server(default)] mon: String,
    #[server(default)] tue: String,
    #[server(default)] wed: String,
    #[server(default)] thu: String,
    #[server(default)] fri: String,
    #[server(default)] sat: String,
    #[server(default)] sun: String,
    #[server(default)] at: String,
    #[server(default)] expression: String,
    #[server(default)] zone: String,
    #[server(default)] recipients: String,
    #[server(default)] cc: String,
    #[server(default)] bcc: String,
    #[server(default)] account: String,
    #[server(flatten)] when: WhenForm,
    #[server(flatten)] rules: RulesForm,
    #[server(flatten)] options: KindForm,
    // Numbered fields, so the last: it takes what is left.
    #[server(flatten)] report: ReportForm,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    if !kind.is_empty() && kind.parse::<JobKind>().is_err() {
        return Err(AppError::Malformed);
    }
    let fields = [
        ("kind", kind),
        ("name", name),
        ("project", project),
        ("mode", mode),
        ("mon", mon),
        ("tue", tue),
        ("wed", wed),
        ("thu", thu),
        ("fri", fri),
        ("sat", sat),
        ("sun", sun),
        ("at", at),
        ("expression", expression),
        ("zone", zone),
        ("recipients", recipients),
        ("cc", cc),
        ("bcc", bcc),
        ("account", account),
    ];
    let read = JobForm::read(|name| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone()));
    let report = ReportForm::read(|name| Some(report.get(name).to_owned()));
    let form = JobForm { when, rules, options, report, ..read };
    let saved = match id.as_str() {
        "" => {
            let viewing = access::by_key(&ctx, ctx.reader(), form.project.trim()).await?;
            schedules::create(&ctx, &viewing.editing()?, &form).await
        }
        id => {
            let id: ScheduleId = id.parse().map_err(|_| AppError::Malformed)?;
            schedules::update(&ctx, id, version, &form).await.map(|()| id)
        }
    };
    let began = version.to_string();
    let saved = saved.map_err(|error| error.with_typed(&[("version", &began)]).with_typed(&form.typed()))?;
    let notice = if id.is_empty() { "created" } else { "saved" };
    leptos_axum::redirect(&format!("/jobs/{saved}?notice={notice}"));
    Ok(())
}

/// Starts a run now and opens its page; with `draft` it waits for a word before it is sent.
#[server(prefix = "/rpc")]
pub async fn start_run(id: ScheduleId, #[server(default)] draft: String) -> AppResult<()> {
    let ending = if draft.is_empty() { runs::Ending::Sent } else { runs::Ending::Draft };
    let run = runs::start_as(&Ctx::signed_in()?, id, ending).await?;
    leptos_axum::redirect(&format!("/jobs/runs/{run}?notice=started"));
    Ok(())
}

/// Stops planning, with a note.
#[server(prefix = "/rpc")]
pub async fn pause_job(id: ScheduleId, #[server(default)] note: String) -> AppResult<()> {
    schedules::pause(&Ctx::signed_in()?, id, &note).await.map_err(|error| error.with_typed(&[("note", &note)]))?;
    leptos_axum::redirect(&format!("/jobs/{id}?notice=paused"));
    Ok(())
}

/// Plans again, from now on.
#[server(prefix = "/rpc")]
pub async fn resume_job(id: ScheduleId) -> AppResult<()> {
    schedules::resume(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/{id}?notice=resumed"));
    Ok(())
}

/// Takes a job off the list; its reports stay.
#[server(prefix = "/rpc")]
pub async fn delete_job(id: ScheduleId) -> AppResult<()> {
    schedules::delete(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect("/jobs?notice=deleted");
    Ok(())
}

/// Copies a job and opens the copy, which is paused.
#[server(prefix = "/rpc")]
pub async fn duplicate_job(id: ScheduleId) -> AppResult<()> {
    let copy = duplicate::duplicate(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/{copy}?notice=copied"));
    Ok(())
}

/// Ends a run before its end.
#[server(prefix = "/rpc")]
pub async fn cancel_run(id: OccurrenceId) -> AppResult<()> {
    run_actions::cancel(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/runs/{id}?notice=run_cancelled"));
    Ok(())
}

/// Ends all runs of a job that have not begun.
#[server(prefix = "/rpc")]
pub async fn cancel_waiting_runs(id: ScheduleId) -> AppResult<()> {
    run_actions::cancel_waiting(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/{id}?notice=waiting_cancelled"));
    Ok(())
}

/// Makes the next try of a run come now.
#[server(prefix = "/rpc")]
pub async fn try_run_now(id: OccurrenceId) -> AppResult<()> {
    run_actions::try_now(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/runs/{id}?notice=started"));
    Ok(())
}

/// Gives up what of a run still waits for another try.
#[server(prefix = "/rpc")]
pub async fn stop_trying(id: OccurrenceId) -> AppResult<()> {
    run_actions::stop_trying(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/runs/{id}?notice=stopped"));
    Ok(())
}

/// Sends all messages of a run again that did not arrive for good.
#[server(prefix = "/rpc")]
pub async fn resend_failed(id: OccurrenceId) -> AppResult<()> {
    runs::resend_failed(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/runs/{id}?notice=again"));
    Ok(())
}

/// What the owner decides about one message: `again`, `arrived` or `give-up`.
#[server(prefix = "/rpc")]
pub async fn decide_delivery(id: DeliveryId, decision: String) -> AppResult<()> {
    let decision = match decision.as_str() {
        "again" => runs::Decision::SendAgain,
        "arrived" => runs::Decision::Arrived,
        "give-up" => runs::Decision::GiveUp,
        _ => return Err(AppError::Malformed),
    };
    let run = runs::decide(&Ctx::signed_in()?, id, decision).await?;
    let notice = if decision == runs::Decision::SendAgain { "again" } else { "saved" };
    leptos_axum::redirect(&format!("/jobs/runs/{run}?notice={notice}"));
    Ok(())
}
