//! One run: its result, its steps, each recipient with the mail server's own words, its log as it comes.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

use super::{
    api::{CancelRun, DecideDelivery, ResendFailed, StopTrying, TryRunNow, load_run},
    log_panel::LogPanel,
    marks,
    run_recipients::{Say, came_back, recipients},
    run_steps,
    view::{AccountTrouble, DraftWait, LogPage, RecipientPage, RunDetail, RunItem, RunLook, Trouble},
};
use crate::{
    domain::{
        ids::OccurrenceId,
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
        (id, look(&query.read()))
    });
    let run = resource(
        move || asked.get(),
        async |(id, look)| match id {
            Some(id) => load_run(id, look).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition set_pending=coming()>
            {move || Suspend::new(async move {
                match run.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(detail) => view! { <Run detail=detail look=asked.get_untracked().1 /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// What of a run the address asks for.
fn look(query: &ParamsMap) -> RunLook {
    RunLook {
        line: query.get_str("line").and_then(|line| line.parse().ok()),
        group: query.get_str("recipients").and_then(|group| group.parse().ok()),
        page: query.get_str("page").and_then(|page| page.parse().ok()).unwrap_or_default(),
    }
}

/// A run that is read again while it changes; the log stays where it is, and hears of its lines by itself.
#[component]
fn Run(detail: RunDetail, look: RunLook) -> impl IntoView {
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
        move || load_run(id, RunLook { line: None, ..look }),
        move |new: AppResult<RunDetail>| {
            let Ok(mut new) = new else { return };
            new.log = Vec::new();
            if now.try_with_untracked(|old| *old != new) == Some(true) {
                now.set(new);
            }
        },
    );
    let head = Memo::new(move |_| now.with(|now| RunDetail { recipients: RecipientPage::default(), ..now.clone() }));
    let people = Memo::new(move |_| now.with(|now| (now.recipients.clone(), Say::of(now))));
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
            {move || head.with(|head| head.trouble.clone().map(trouble))}
            {move || result(head.get())}
            {move || people.with(|(people, say)| (people.total() > 0).then(|| recipients(id, people.clone(), *say)))}
            {move || people.with(|(people, say)| came_back(people.total() > 0 && say.may_send))}
            <LogPanel run=id page=log is_open=is_open on_news=again />
        </Page>
    }
    .into_any()
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
        template,
        is_in_outbox,
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
        {kind.is_personal().then(|| view! { <p class="muted">{for_its_reader(is_in_outbox)}</p> })}
    }
    .into_any()
}

/// Who else sees a mail that is for its reader alone.
const fn for_its_reader(is_in_outbox: bool) -> &'static str {
    if is_in_outbox {
        "Each of these mails is for its reader alone and is not kept in the archive. They are in the outbox, where administrators see them."
    } else {
        "Each of these mails is for its reader alone: it is shown to nobody else, and it is not kept in the archive."
    }
}

/// Why messages wait for their account, and where that can be mended.
fn trouble(trouble: AccountTrouble) -> AnyView {
    let AccountTrouble { name, account, what } = trouble;
    let (tone, icon, says, words) = match what {
        Trouble::Blocked { words } => {
            let words = format!("{words} What waits goes out as soon as it works again.");
            ("bad", "circle-x", "does not work.", words)
        }
        Trouble::Unreachable { words } => {
            ("bad", "circle-x", "does not get through to its server.", format!("{words} What waits is tried again."))
        }
        Trouble::Slowed => {
            let words = "What waits goes out a little at a time, faster as the server allows it.".to_owned();
            ("warn", "triangle-alert", "has to go slowly: its server has asked for less.", words)
        }
        Trouble::Paced { per_minute } => {
            let words =
                format!("It may send {per_minute} messages a minute, of all jobs together; what waits has its turn.");
            ("info", "clock", "has much to do.", words)
        }
    };
    let link = match account {
        Some(id) => view! { <a class="link" href=format!("/settings/mail/{id}")>"Open the account"</a> }.into_any(),
        None if tone == "bad" => "An administrator can mend it.".into_any(),
        None => ().into_any(),
    };
    view! {
        <div class="banner" data-tone=tone role="status">
            <Icon name=icon />
            <div><strong>"The mail account "<bdi>{name}</bdi>" "{says}</strong><p><span dir="auto">{words}</span>" "{link}</p></div>
        </div>
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
    // Nothing was tried: there is nothing to stop but the run itself.
    let has_begun = run.state != OccurrenceState::Planned || *attempts > 0;
    let label = if has_begun { "Next try: " } else { "Begins: " };
    if attempt.is_none() && next.is_none() {
        return ().into_any();
    }
    let id = run.id;
    view! {
        <div class="cluster">
            {attempt.map(|attempt| view! { <span>{attempt}</span> })}
            {next.map(|next| view! { <span>{label}<time datetime=next.at.to_rfc3339()>{next.words}</time>"."</span> })}
            {can_act.then(|| form(TryRunNow::url(), id, "btn is-sm", "play", if has_begun { "Try now" } else { "Begin now" }))}
            {(can_act && has_begun).then(|| form(StopTrying::url(), id, "btn is-sm", "x", "Stop trying"))}
        </div>
    }
    .into_any()
}
