//! One run: its result, each recipient with the mail server's own words, its log.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{DecideDelivery, ResendFailed, load_run},
    marks,
    view::{DeliveryItem, LogLine, RunDetail},
};
use crate::{
    domain::{delivery::DeliveryPhase, ids::OccurrenceId, job::RecipientKind, occurrence::Trigger},
    error::AppError,
    ui::{ErrorPage, Icon, Page},
};

#[component]
pub fn RunPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<OccurrenceId>().ok()));
    let run = Resource::new(
        move || id.get(),
        async |id| match id {
            Some(id) => load_run(id).await,
            None => Err(AppError::NotFound),
        },
    );
    Effect::new(move |_| {
        let is_open =
            run.with(|run| run.as_ref().is_some_and(|run| run.as_ref().is_ok_and(|run| !run.run.state.is_final())));
        if is_open {
            soon(move || run.refetch());
        }
    });
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match run.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(detail) => shown(detail).into_any(),
                }
            })}
        </Transition>
    }
}

fn shown(detail: RunDetail) -> impl IntoView {
    let RunDetail {
        run,
        job_id,
        job_name,
        job_is_gone,
        period,
        commit,
        snapshot_hash,
        has_report,
        next_try,
        deliveries,
        blocked,
        log,
        can_edit,
    } = detail;
    let is_open = !run.state.is_final();
    let has_mail = !deliveries.is_empty();
    let id = run.id;
    let actions = move || {
        view! {
            {has_report.then(|| view! { <a class="btn is-primary" href=format!("/reports/{id}")><Icon name="file-text" />"Open the report"</a> })}
            {is_open.then(|| view! { <a class="btn needs-no-script" href=format!("/jobs/runs/{id}") rel="external"><Icon name="refresh-cw" />"Refresh"</a> })}
        }
    };
    let job = if job_is_gone {
        view! { <span dir="auto">{job_name.clone()}" (deleted)"</span> }.into_any()
    } else {
        view! { <a class="link" href=format!("/jobs/{job_id}") dir="auto">{job_name.clone()}</a> }.into_any()
    };
    let how = match run.trigger {
        Trigger::Schedule => "By schedule",
        Trigger::Manual => "By hand",
    };
    view! {
        <Page title=format!("{job_name}, {}", run.scheduled.words) lead=run.subject.clone().unwrap_or_default() actions=actions>
            <section class="panel is-padded" aria-labelledby="result-head">
                <div class="panel__head"><h2 id="result-head">"Result"</h2>{marks::run_state(run.state)}</div>
                {run.reason.clone().map(|reason| view! { <p dir="auto">{reason}</p> })}
                {next_try.map(|next| view! { <p>"Next try: "<time datetime=next.at.to_rfc3339()>{next.words}</time>"."</p> })}
                <dl class="facts">
                    <div><dt>"Job"</dt><dd>{job}</dd></div>
                    <div><dt>"Started"</dt><dd>{how}</dd></div>
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
            {(!deliveries.is_empty()).then(|| recipients(id, deliveries, can_edit))}
            {(has_mail && can_edit).then(|| view! { <p class="small">"A message came back later? "<a class="link" href="/jobs/bounces">"Upload the bounce"</a>"."</p> })}
            <section class="panel is-padded" aria-labelledby="log-head">
                <div class="panel__head"><h2 id="log-head">"Log"</h2></div>
                {lines(log)}
            </section>
        </Page>
    }
}

fn recipients(run: OccurrenceId, deliveries: Vec<DeliveryItem>, can_edit: bool) -> impl IntoView {
    let failed = deliveries.iter().filter(|delivery| delivery.phase == DeliveryPhase::Failed).count();
    let again = match failed {
        1 => "Send the failed one again".to_owned(),
        failed => format!("Send all {failed} failed ones again"),
    };
    view! {
        <section class="panel is-padded" aria-labelledby="recipients-head">
            <div class="panel__head">
                <h2 id="recipients-head">"Recipients"</h2>
                {(can_edit && failed > 0).then(|| view! {
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
                    <tbody>{deliveries.into_iter().map(|delivery| recipient(delivery, can_edit)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

fn recipient(delivery: DeliveryItem, can_edit: bool) -> impl IntoView {
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
        (again, "again", "Send again"),
        (phase == DeliveryPhase::Uncertain, "arrived", "Mark as sent"),
        (matches!(phase, DeliveryPhase::Deferred | DeliveryPhase::Uncertain), "give-up", "Give up"),
    ];
    let buttons = choices.into_iter().filter(move |(fits, ..)| *fits && can_edit).map(|(_, decision, words)| {
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

fn lines(log: Vec<LogLine>) -> impl IntoView {
    let line = |line: LogLine| {
        view! { <span data-level=line.level.as_str()><span class="time">{line.time}</span>" "{line.level.label()}" "{line.words}"\n"</span> }
    };
    view! { <pre class="log is-wrapped" role="log" aria-live="off" aria-label="Log of the run" tabindex="0">{log.into_iter().map(line).collect_view()}</pre> }
}

#[cfg(feature = "hydrate")]
use browser::soon;

#[cfg(not(feature = "hydrate"))]
use server::soon;

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    /// After a second: the run is still going.
    pub fn soon(then: impl FnOnce() + 'static) {
        leptos::prelude::set_timeout(then, Duration::from_secs(1));
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// Effects do not run on the server.
    pub fn soon<F>(_then: F) {}
}
