//! One job: when it runs next, to whom it goes, how its runs went.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::{CancelRun, CancelWaitingRuns, DeleteJob, PauseJob, ResumeJob, StartRun, load_job},
    editor::RunTimes,
    job_menu, marks,
    view::{DraftWait, JobDetail, RunItem},
};
use crate::{
    domain::{
        ids::{OccurrenceId, ScheduleId},
        job::ScheduleState,
        occurrence::Trigger,
    },
    error::AppError,
    ui::{ErrorPage, ErrorSummary, Icon, Page, TextField, pending, plain_error, resource},
};

#[component]
pub fn JobPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.read().get("id").and_then(|id| id.parse::<ScheduleId>().ok());
        (id, query.read().get("before").and_then(|run| run.parse::<OccurrenceId>().ok()))
    });
    let job = resource(
        move || asked.get(),
        async |(id, before)| match id {
            Some(id) => load_job(id, before).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match job.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(detail) => shown(detail).into_any(),
                }
            })}
        </Transition>
    }
}

fn shown(detail: JobDetail) -> impl IntoView {
    let JobDetail {
        job,
        upcoming,
        recipients,
        run_now,
        options,
        report,
        account,
        zone_data,
        rules,
        runs,
        older,
        is_latest,
        waiting,
    } = detail;
    let (kind, has_report) = (job.kind, job.kind.makes_report());
    let draft_now = job.draft_now.clone();
    let id = job.id;
    let is_on = job.state == ScheduleState::On;
    let can_edit = job.can_edit;
    let pause_refused = plain_error::<PauseJob>();
    let actions = move || {
        can_edit.then(|| {
            view! {
                <form class="cluster" method="post" action=StartRun::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn is-primary" type="submit" data-needs-server=""><Icon name="play" />"Run now"</button>
                    {has_report.then(|| view! {
                        <button class="btn" type="submit" data-needs-server="" name="draft" value="yes" title=draft_now.clone()><Icon name="file-text" />"Make a draft now"</button>
                    })}
                </form>
                {if is_on { pause(id, pause_refused) } else { resume(id) }}
                <a class="btn" href=format!("/jobs/{id}/edit")><Icon name="pencil" />"Edit"</a>
            }
        })
    };
    let note = job.pause_note.clone().unwrap_or_else(|| "It is paused.".into());
    view! {
        <Page title=job.name.clone() lead=job.sentence.clone() actions=actions>
            <ErrorSummary error=pause_refused />
            {(!is_on).then(|| view! {
                <div class="banner" data-tone="warn">
                    <Icon name="pause" />
                    <div><strong>"Paused"</strong><p dir="auto">{note}" Nothing is planned until it is resumed, and what waits does not begin."</p></div>
                </div>
            })}
            <div class="split">
                <section class="panel is-padded" aria-labelledby="runs-head">
                    <div class="panel__head"><h2 id="runs-head">"Runs"</h2></div>
                    {(can_edit && waiting > 1).then(|| cancel_waiting(id, waiting))}
                    {runs_table(runs, can_edit)}
                    {pager(id, older, is_latest)}
                </section>
                <div class="stack">
                    <section class="panel is-padded" aria-labelledby="next-head">
                        <div class="panel__head"><h2 id="next-head">"Next runs"</h2></div>
                        {if upcoming.is_empty() {
                            view! { <p>"None."</p> }.into_any()
                        } else {
                            view! { <RunTimes runs=upcoming /> }.into_any()
                        }}
                        {run_now.map(|words| view! { <p class="field__hint">{words}</p> })}
                        <p class="field__hint">{format!("Time-zone data {zone_data}.")}</p>
                    </section>
                    <section class="panel is-padded" aria-labelledby="about-head">
                        <div class="panel__head"><h2 id="about-head">"About"</h2></div>
                        <dl class="facts">
                            <div><dt>"State"</dt><dd>{marks::job_state(&job)}</dd></div>
                            <div><dt>"Kind"</dt><dd>{kind.label()}{options.map(|words| view! { <br /><span class="muted">{words}</span> })}</dd></div>
                            <div><dt>"Project"</dt><dd><a class="link" href=format!("/board/{}", job.project_key) dir="auto">{job.project_name.clone()}</a></dd></div>
                            {kind.sends_mail().then(|| view! {
                                <div class="is-long"><dt>"Goes to"</dt><dd>{goes_to(recipients)}</dd></div>
                                <div><dt>"Mail account"</dt><dd dir="auto">{account}</dd></div>
                            })}
                        </dl>
                    </section>
                    {(!report.is_empty()).then(|| view! {
                        <section class="panel is-padded" aria-labelledby="report-head">
                            <div class="panel__head"><h2 id="report-head">"Report"</h2></div>
                            <dl class="facts">
                                {report.into_iter().map(|(name, words)| view! { <div><dt>{name}</dt><dd dir="auto">{words}</dd></div> }).collect_view()}
                            </dl>
                        </section>
                    })}
                    <section class="panel is-padded" aria-labelledby="rules-head">
                        <div class="panel__head"><h2 id="rules-head">"Rules"</h2></div>
                        <dl class="facts">
                            {rules.into_iter().map(|(name, words)| view! { <div><dt>{name}</dt><dd>{words}</dd></div> }).collect_view()}
                        </dl>
                    </section>
                    {can_edit.then(|| job_menu::panel(id, kind))}
                    {can_edit.then(|| delete(id, has_report))}
                </div>
            </div>
        </Page>
    }
}

/// For a backfill that turns out to be too large.
fn cancel_waiting(id: ScheduleId, waiting: usize) -> AnyView {
    view! {
        <form method="post" action=CancelWaitingRuns::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <button class="btn is-sm" type="submit"><Icon name="ban" />{format!("Cancel the {waiting} that have not begun")}</button>
        </form>
    }
    .into_any()
}

fn resume(id: ScheduleId) -> AnyView {
    view! {
        <form method="post" action=ResumeJob::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <button class="btn" type="submit"><Icon name="play" />"Resume"</button>
        </form>
    }
    .into_any()
}

/// Asks why in a popover of the browser's own, so it opens without WebAssembly.
fn pause(id: ScheduleId, refused: Signal<Option<AppError>>) -> AnyView {
    view! {
        <button class="btn" type="button" popovertarget="pause-menu"><Icon name="pause" />"Pause"</button>
        <div class="menu is-anchored is-form" id="pause-menu" popover="auto" role="group" aria-label="Pause">
            <form class="menu__form" method="post" action=PauseJob::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <TextField label="Note" name="note" hint="Why, for those who wonder. May be empty." error=refused autocomplete="off" />
                <button class="btn is-primary" type="submit">"Pause the job"</button>
            </form>
        </div>
    }
    .into_any()
}

/// So many recipients are named before the others are asked for.
const NAMED: usize = 10;

fn goes_to(mut recipients: Vec<String>) -> AnyView {
    // One more takes no more room than the words for it.
    let others = if recipients.len() > NAMED + 1 { recipients.split_off(NAMED) } else { Vec::new() };
    let lines =
        |lines: Vec<String>| lines.into_iter().map(|line| view! { <div dir="auto">{line}</div> }).collect_view();
    let more = format!("and {} more", others.len());
    view! {
        {lines(recipients)}
        {(!others.is_empty()).then(|| view! { <details><summary>{more}</summary>{lines(others)}</details> })}
    }
    .into_any()
}

fn delete(id: ScheduleId, has_report: bool) -> impl IntoView {
    let stays = if has_report { " Its reports stay." } else { "" };
    view! {
        <section class="panel is-padded" aria-labelledby="delete-head">
            <div class="panel__head"><h2 id="delete-head">"Delete"</h2></div>
            <details>
                <summary>"Delete this job"</summary>
                <form class="form" method="post" action=DeleteJob::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <p>"It is taken off the list and runs no more. What is not sent yet is not sent."{stays}</p>
                    <div class="form__actions"><button class="btn is-danger" type="submit"><Icon name="trash-2" />"Delete the job"</button></div>
                </form>
            </details>
        </section>
    }
}

/// Older runs by request.
fn pager(id: ScheduleId, older: Option<OccurrenceId>, is_latest: bool) -> AnyView {
    if older.is_none() && is_latest {
        return ().into_any();
    }
    view! {
        <nav class="pager" aria-label="Pages of runs">
            {if is_latest { view! { <span></span> }.into_any() } else { view! { <a class="btn" href=format!("/jobs/{id}")>"Latest runs"</a> }.into_any() }}
            {older.map(|older| view! { <a class="btn" rel="next" href=format!("/jobs/{id}?before={older}")>"Older runs"</a> })}
        </nav>
    }
    .into_any()
}

fn runs_table(runs: Vec<RunItem>, can_edit: bool) -> impl IntoView {
    if runs.is_empty() {
        return view! { <p>"No runs yet. The first one comes at the next time of the schedule, or with Run now."</p> }
            .into_any();
    }
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Table of runs">
            <table class="table dl-cards">
                <caption class="sr-only">"Runs, latest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Result"</th>
                        <th scope="col" class="num">"Took"</th>
                        <th scope="col"><span class="sr-only">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{runs.into_iter().map(|run| run_row(run, can_edit)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn run_row(run: RunItem, can_edit: bool) -> impl IntoView {
    let badge = match (run.trigger, run.is_backfill) {
        (Trigger::Manual, _) => Some("By hand"),
        (Trigger::Schedule, true) => Some("Backfill"),
        (Trigger::Schedule, false) => None,
    };
    let label = format!("Cancel the run of {}", run.scheduled.words);
    let wait = run.draft.as_ref().map(DraftWait::words);
    let words = wait.or(run.reason.clone()).or(run.subject.clone());
    let mark = marks::run_state(&run);
    view! {
        <tr>
            <th scope="row">
                <span>
                    <a class="link" href=format!("/jobs/runs/{}", run.id)><time datetime=run.scheduled.at.to_rfc3339()>{run.scheduled.words.clone()}</time></a>
                    {badge.map(|badge| view! { " "<span class="badge">{badge}</span> })}
                    <br />
                    <span class="muted">{format!("Run {}", run.number)}</span>
                </span>
            </th>
            <td data-label="Result">
                <span>{mark}{words.map(|words| view! { <br /><span class="muted" dir="auto">{words}</span> })}</span>
            </td>
            <td data-label="Took" class="num">{run.took.clone().unwrap_or_default()}</td>
            <td class="actions">
                {(can_edit && !run.state.is_final()).then(|| view! {
                    <form method="post" action=CancelRun::url()>
                        <input type="hidden" name="id" value=run.id.to_string() />
                        <button class="btn is-sm" type="submit" aria-label=label>"Cancel"</button>
                    </form>
                })}
            </td>
        </tr>
    }
}
