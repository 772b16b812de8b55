//! One run: its result, its steps, each recipient with the mail server's own words, its log as it comes.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use super::{
    api::{CancelRun, DecideDelivery, ResendFailed, StopTrying, TryRunNow, load_run},
    log_panel::LogPanel,
    marks, run_steps,
    view::{DeliveryItem, DraftWait, LogPage, RunDetail, RunItem},
};
use crate::{
    domain::{
        delivery::DeliveryPhase,
        ids::OccurrenceId,
        job::RecipientKind,
        occurrence::{OccurrenceState, Trigger},
    },
    error::{AppError, AppResult},
    ui::{ErrorPage, ErrorSummary, Icon, Page, SessionEnd, coming, plain_error, reread, resource},
};

#[component]
pub fn RunPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.read().get("id").and_then(|id| id.parse::<OccurrenceId>().ok());
        (id, query.read().get("line").and_then(|line| line.parse::<Uuid>().ok()))
    });
    let run = resource(
        move || asked.get(),
        async |(id, line)| match id {
            Some(id) => load_run(id, line).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition set_pending=coming()>
            {move || Suspend::new(async move {
                match run.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(detail) => view! { <Run detail=detail /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// A run that is read again while it changes; the log stays where it is, and hears of its lines by itself.
#[component]
fn Run(detail: RunDetail) -> impl IntoView {
    let mut detail = detail;
    let id = detail.run.id;
    let is_open = !detail.run.state.is_final();
    let log =
        LogPage { lines: std::mem::take(&mut detail.log), older: detail.older_log, is_latest: detail.is_latest_log };
    let title = format!("{}, run {}", detail.job_name, detail.run.number);
    let lead = detail.run.scheduled.words.clone();
    let now = RwSignal::new(detail);
    let end = use_context::<SessionEnd>();
    let is_reached = move || {
        // Whoever signs in again sees what is missing at once.
        if let Some(end) = end {
            end.begun_again();
        }
        true
    };
    let again = reread(
        is_reached,
        move || load_run(id, None),
        move |new: AppResult<RunDetail>| {
            let Ok(mut new) = new else { return };
            new.log = Vec::new();
            if now.try_with_untracked(|old| *old != new) == Some(true) {
                now.set(new);
            }
        },
    );
    let head = Memo::new(move |_| now.with(|now| RunDetail { deliveries: Vec::new(), ..now.clone() }));
    let people = Memo::new(move |_| now.with(|now| (now.deliveries.clone(), Say::of(now))));
    let has_ended = Signal::derive(move || head.with(|head| head.run.state.is_final()));
    let actions = move || {
        view! {
            {move || head.with(buttons)}
            {is_open.then(|| view! { <a class="btn needs-no-script" href=format!("/jobs/runs/{id}") rel="external"><Icon name="refresh-cw" />"Refresh"</a> })}
        }
    };
    let (refused, unsent) = (plain_error::<DecideDelivery>(), plain_error::<ResendFailed>());
    view! {
        <Page title=title lead=lead actions=actions has_ended=has_ended>
            <ErrorSummary error=refused />
            <ErrorSummary error=unsent />
            {move || result(head.get())}
            {move || people.with(|(people, say)| (!people.is_empty()).then(|| recipients(id, people.clone(), *say)))}
            {move || people.with(|(people, say)| came_back(!people.is_empty() && say.may_send))}
            <LogPanel run=id page=log is_open=is_open on_news=again />
        </Page>
    }
    .into_any()
}

/// Where a bounce is told of: who may decide about the messages of a run may say that one came back.
fn came_back(may_tell: bool) -> AnyView {
    may_tell
        .then(|| view! { <p class="small">"A message came back later? "<a class="link" href="/jobs/bounces">"Upload the bounce"</a>"."</p> })
        .into_any()
}

/// What the person may say about the messages of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Say {
    /// That one which is unknown has arrived, or is given up: also of a run that was cancelled.
    may_settle: bool,
    /// That one goes again: not after the run was cancelled, as no round follows that would send it.
    may_send: bool,
}

impl Say {
    fn of(detail: &RunDetail) -> Self {
        let may_send = detail.can_edit && detail.run.state != OccurrenceState::Cancelled;
        Self { may_settle: detail.can_edit, may_send }
    }
}

fn buttons(detail: &RunDetail) -> AnyView {
    let id = detail.run.id;
    let can_cancel = detail.can_edit && !detail.run.state.is_final();
    view! {
        {detail.has_report.then(|| view! { <a class="btn is-primary" href=format!("/reports/{id}")><Icon name="file-text" />"Open the report"</a> })}
        {can_cancel.then(|| form(CancelRun::url(), id, "btn is-danger-quiet", "ban", "Cancel the run"))}
    }
    .into_any()
}

fn form(
    action: &'static str,
    id: OccurrenceId,
    class: &'static str,
    icon: &'static str,
    words: &'static str,
) -> AnyView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name="id" value=id.to_string() />
            <button class=class type="submit"><Icon name=icon />{words}</button>
        </form>
    }
    .into_any()
}

fn result(detail: RunDetail) -> AnyView {
    let (waiting, draft) = (waiting(&detail), draft(&detail.run));
    let RunDetail {
        run,
        kind,
        job_id,
        job_name,
        job_is_gone,
        period,
        commit,
        snapshot_hash,
        steps,
        blocked,
        template,
        ..
    } = detail;
    let job = if job_is_gone {
        view! { <span dir="auto">{job_name}" (deleted)"</span> }.into_any()
    } else {
        view! { <a class="link" href=format!("/jobs/{job_id}") dir="auto">{job_name}</a> }.into_any()
    };
    let how = match (run.trigger, run.is_backfill) {
        (Trigger::Manual, _) => "By hand",
        (Trigger::Schedule, true) => "By hand, as a backfill",
        (Trigger::Schedule, false) => "By schedule",
    };
    view! {
        <section class="panel is-padded" aria-labelledby="result-head">
            <div class="panel__head"><h2 id="result-head">"Result"</h2>{marks::run_state(&run)}</div>
            {run.reason.clone().map(|reason| view! { <p dir="auto">{reason}</p> })}
            {draft}
            {waiting}
            {run_steps::steps(kind, steps)}
            <dl class="facts">
                <div><dt>"Job"</dt><dd>{job}</dd></div>
                <div><dt>"Kind"</dt><dd>{kind.label()}</dd></div>
                {run.subject.clone().map(|subject| view! { <div><dt>"Subject"</dt><dd dir="auto">{subject}</dd></div> })}
                <div><dt>"Started"</dt><dd>{how}</dd></div>
                {template.map(|template| view! { <div><dt>"Template"</dt><dd dir="auto">{template}</dd></div> })}
                {period.map(|period| view! { <div><dt>"Covers"</dt><dd>{period}</dd></div> })}
                {run.took.clone().map(|took| view! { <div><dt>"Took"</dt><dd>{took}</dd></div> })}
                {commit.map(|commit| view! { <div><dt>"Commit"</dt><dd><code>{commit}</code></dd></div> })}
                {snapshot_hash.map(|hash| view! { <div><dt>"SHA-256 of its data"</dt><dd><code>{hash}</code></dd></div> })}
            </dl>
        </section>
        {blocked.map(|words| view! {
            <div class="banner" data-tone="bad" role="status">
                <Icon name="circle-x" />
                <div><strong>"The mail account does not work."</strong><p dir="auto">{words}" What waits goes out as soon as it works again."</p></div>
            </div>
        })}
        {kind.is_personal().then(|| view! { <p class="muted">"Each of these mails is for its reader alone: it is shown to nobody else, and it is not kept in the archive."</p> })}
    }
    .into_any()
}

/// That its owner is asked first.
fn draft(run: &RunItem) -> AnyView {
    let Some(draft) = run.draft.clone() else { return ().into_any() };
    let DraftWait { who, until } = draft;
    let until = match until {
        Some(at) => {
            view! { "It goes out by itself on "<time datetime=at.at.to_rfc3339()>{at.words}</time>"." }.into_any()
        }
        None => view! { "It waits until somebody decides." }.into_any(),
    };
    view! {
        <p>
            <strong>"A draft that waits for a word of "<span dir="auto">{who}</span>". "</strong>{until}" "
            <a class="link" href=format!("/reports/{}", run.id)>"Read it and decide"</a>
        </p>
    }
    .into_any()
}

/// Which attempt it is, when the next one comes, and what can be done about that.
fn waiting(detail: &RunDetail) -> AnyView {
    let RunDetail { run, is_waiting, next_try, attempts, tries, can_edit, .. } = detail;
    // Messages have attempts of their own, which their rows show.
    let is_before_sending = run.state != OccurrenceState::Sending;
    let attempt = (!run.state.is_final() && is_before_sending && *attempts > 0)
        .then(|| format!("Attempt {attempts} of {tries}."));
    let next = next_try.clone().filter(|_| *is_waiting);
    let can_act = *can_edit && next.is_some();
    if attempt.is_none() && next.is_none() {
        return ().into_any();
    }
    let id = run.id;
    view! {
        <div class="cluster">
            {attempt.map(|attempt| view! { <span>{attempt}</span> })}
            {next.map(|next| view! { <span>"Next try: "<time datetime=next.at.to_rfc3339()>{next.words}</time>"."</span> })}
            {can_act.then(|| form(TryRunNow::url(), id, "btn is-sm", "play", "Try now"))}
            {can_act.then(|| form(StopTrying::url(), id, "btn is-sm", "x", "Stop trying"))}
        </div>
    }
    .into_any()
}

fn recipients(run: OccurrenceId, deliveries: Vec<DeliveryItem>, say: Say) -> impl IntoView {
    let failed = deliveries.iter().filter(|delivery| delivery.phase == DeliveryPhase::Failed).count();
    let again = match failed {
        1 => "Send the failed one again".to_owned(),
        failed => format!("Send all {failed} failed ones again"),
    };
    view! {
        <section class="panel is-padded" aria-labelledby="recipients-head">
            <div class="panel__head">
                <h2 id="recipients-head">"Recipients"</h2>
                {(say.may_send && failed > 0).then(|| view! {
                    <form method="post" action=ResendFailed::url()>
                        <input type="hidden" name="id" value=run.to_string() />
                        <button class="btn is-sm" type="submit"><Icon name="refresh-cw" />{again}</button>
                    </form>
                })}
            </div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Table of recipients">
                <table class="table dl-cards">
                    <caption class="sr-only">"Recipients and what their mail server said"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Address"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"The mail server's words"</th>
                            <th scope="col"><span class="sr-only">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{deliveries.into_iter().map(|delivery| recipient(delivery, say)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

fn recipient(delivery: DeliveryItem, say: Say) -> impl IntoView {
    let DeliveryItem { id, address, name, kind, via, phase, said, attempts, next_try } = delivery;
    let again = matches!(phase, DeliveryPhase::Failed | DeliveryPhase::Uncertain | DeliveryPhase::Withheld);
    let kind = match kind {
        RecipientKind::To => None,
        RecipientKind::Cc => Some("Copy"),
        RecipientKind::Bcc => Some("Blind copy"),
    };
    let place = [kind.map(str::to_owned), via.map(|group| format!("Group {group}"))];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let choices = [
        (again && say.may_send, "again", "Send again"),
        (phase == DeliveryPhase::Uncertain && say.may_settle, "arrived", "Mark as sent"),
        (matches!(phase, DeliveryPhase::Deferred | DeliveryPhase::Uncertain) && say.may_settle, "give-up", "Give up"),
    ];
    let buttons = choices.into_iter().filter(|(fits, ..)| *fits).map(|(_, decision, words)| {
        view! { <button class="btn is-sm" type="submit" name="decision" value=decision>{words}</button> }
    });
    view! {
        <tr>
            <th scope="row"><span>{address}{(!name.is_empty()).then(|| view! { <br /><span class="muted" dir="auto">{name}</span> })}{(!place.is_empty()).then(|| view! { <br /><span class="muted" dir="auto">{place}</span> })}</span></th>
            <td data-label="State">{marks::delivery_state(phase)}</td>
            <td data-label="Answer">
                <span>
                    <span dir="auto">{said}</span>
                    {(attempts > 1).then(|| view! { <br /><span class="muted">{format!("{attempts} attempts")}</span> })}
                    {next_try.map(|next| view! { <br /><span class="muted">"Next try: "{next.words}</span> })}
                </span>
            </td>
            <td class="actions">
                <form class="cluster" method="post" action=DecideDelivery::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    {buttons.collect_view()}
                </form>
            </td>
        </tr>
    }
}
