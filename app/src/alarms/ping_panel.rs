//! The forms of a ping: of a job on the page where it is edited, of the instance among the settings. The address never
//! comes back to the page.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{RemoveInstancePing, RemoveJobPing, SaveInstancePing, SaveJobPing, load_job_ping},
    view::{PingDetail, PingResult},
};
use crate::{
    domain::ids::ScheduleId,
    error::AppError,
    ui::{ErrorSummary, Icon, TextField, plain_error, resource},
};

/// The ping of a job, where the person may keep it.
#[component]
pub fn JobPing(job: ScheduleId) -> impl IntoView {
    let error = plain_error::<SaveJobPing>();
    let ping = resource(move || job, load_job_ping);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                // Whoever may not keep it is told so by the page around it.
                ping.await.ok().map(|ping| job_panel(job, ping, error))
            })}
        </Suspense>
    }
    .into_any()
}

fn job_panel(job: ScheduleId, ping: PingDetail, error: Signal<Option<AppError>>) -> AnyView {
    let PingDetail { host, tells_start, tells_failure, last } = ping;
    // Who makes one wants to hear of failures.
    let tells_failure = tells_failure || host.is_none();
    view! {
        <section class="panel is-padded" id="ping" aria-labelledby="ping-head">
            <div class="panel__head">
                <h2 id="ping-head">"Ping if it works"</h2>
                <p>"A dead man's switch: an address outside is asked after each run that went well, and its service raises the alarm when that stops."</p>
            </div>
            {result(last)}
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveJobPing::url()>
                <input type="hidden" name="job" value=job.to_string() />
                {url_field(host.as_deref(), error)}
                <label class="choice">
                    <input type="checkbox" name="start" value="yes" checked=tells_start />
                    <span>"Also when a run starts"<small>"With /start at the end of the address, as Healthchecks wants it."</small></span>
                </label>
                <label class="choice">
                    <input type="checkbox" name="failure" value="yes" checked=tells_failure />
                    <span>"Also when a run fails"<small>"Or is cancelled after it has begun. With /fail at the end of the address, by POST with the reason."</small></span>
                </label>
                <div class="form__actions"><button class="btn" type="submit">"Save the ping"</button></div>
            </form>
            {host.map(|host| view! {
                <form method="post" action=RemoveJobPing::url()>
                    <input type="hidden" name="job" value=job.to_string() />
                    <button class="btn is-danger" type="submit"><Icon name="trash-2" />{format!("Remove the ping to {host}")}</button>
                </form>
            })}
        </section>
    }
    .into_any()
}

/// The ping of the instance.
pub fn instance_panel(ping: PingDetail) -> AnyView {
    let error = plain_error::<SaveInstancePing>();
    let PingDetail { host, tells_start: _, tells_failure: _, last } = ping;
    view! {
        <section class="panel is-padded" id="ping" aria-labelledby="ping-head">
            <div class="panel__head">
                <h2 id="ping-head">"Ping while it is alive"</h2>
                <p>"A dead man's switch: an address outside is asked every minute while the scheduler plans, and its service raises the alarm when that stops."</p>
            </div>
            {result(last)}
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveInstancePing::url()>
                {url_field(host.as_deref(), error)}
                <div class="form__actions"><button class="btn" type="submit">"Save the ping"</button></div>
            </form>
            {host.map(|host| view! {
                <form method="post" action=RemoveInstancePing::url()>
                    <button class="btn is-danger" type="submit"><Icon name="trash-2" />{format!("Remove the ping to {host}")}</button>
                </form>
            })}
        </section>
    }
    .into_any()
}

fn url_field(host: Option<&str>, error: Signal<Option<AppError>>) -> AnyView {
    let hint = match host {
        Some(host) => format!("An address at {host} is stored and not shown. Leave this empty to keep it."),
        None => "Of Healthchecks, or any service that is asked by GET, like https://hc-ping.com/… It is stored encrypted and not shown again.".to_owned(),
    };
    view! { <TextField label="Address" name="url" kind="url" hint=hint error=error autocomplete="off" /> }.into_any()
}

fn result(last: Option<PingResult>) -> Option<AnyView> {
    let PingResult { at, when, is_ok, words } = last?;
    let (tone, icon) = if is_ok { ("good", "circle-check") } else { ("bad", "circle-x") };
    Some(
        view! {
            <div class="banner" data-tone=tone>
                <Icon name=icon />
                <p>"Last ping "<time datetime=at.to_rfc3339()>{when}</time>": "<bdi>{words}</bdi></p>
            </div>
        }
        .into_any(),
    )
}
