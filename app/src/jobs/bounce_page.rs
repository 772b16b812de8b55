//! One uploaded bounce: what it is about, what would be done, and the button that does it.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::bounces_api::{ApplyBounce, BounceDetail, BounceItem, load_bounce};
use crate::{
    domain::ids::BounceId,
    error::AppError,
    ui::{ErrorPage, ErrorSummary, Page, pending, plain_error, resource},
};

#[component]
pub fn BouncePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<BounceId>().ok()));
    let bounce = resource(
        move || id.get(),
        async |id| match id {
            Some(id) => load_bounce(id).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match bounce.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(detail) => shown(detail),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn shown(detail: BounceDetail) -> AnyView {
    let error = plain_error::<ApplyBounce>();
    let BounceDetail { id, message_id, sent_to, job, run, items, can_apply, is_applied } = detail;
    let about = match (sent_to, job) {
        (Some(address), Some(job)) => {
            let job = match run {
                Some(run) => view! { <a class="link" href=format!("/jobs/runs/{run}") dir="auto">{job}</a> }.into_any(),
                None => view! { <span dir="auto">{job}</span> }.into_any(),
            };
            view! {
                <div><dt>"Job"</dt><dd>{job}</dd></div>
                <div><dt>"Was sent to"</dt><dd>{address}</dd></div>
            }
            .into_any()
        }
        _ => view! {
            <div><dt>"Job"</dt><dd>"None of yours has sent this message. Its run may have been deleted, or it was sent by another program."</dd></div>
        }
        .into_any(),
    };
    view! {
        <Page title="A bounce" lead="What the mail server reports, and what is done about it.">
            <ErrorSummary error=error />
            <section class="panel is-padded" aria-labelledby="about-head">
                <div class="panel__head"><h2 id="about-head">"The message"</h2></div>
                <dl class="facts">
                    {about}
                    <div><dt>"Message-ID"</dt><dd><code>{message_id}</code></dd></div>
                </dl>
            </section>
            <div class="table-wrap" tabindex="0" role="region" aria-label="What is reported">
                <table class="table dl-cards">
                    <caption class="sr-only">"What is reported, and what is done"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Address"</th>
                            <th scope="col">"Report"</th>
                            <th scope="col">"The mail server's words"</th>
                            <th scope="col">{if is_applied { "Now" } else { "What is done" }}</th>
                        </tr>
                    </thead>
                    <tbody>{items.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            {can_apply.then(|| view! {
                <form method="post" action=ApplyBounce::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn is-primary" type="submit">"Do this"</button>
                </form>
            })}
            <p><a class="link" href="/jobs/bounces">"Upload another bounce"</a></p>
        </Page>
    }
    .into_any()
}

fn row(item: BounceItem) -> impl IntoView {
    let BounceItem { address, action, said, outcome } = item;
    let done = outcome.map_or("Nothing: there is no such message.", |outcome| outcome.words());
    view! {
        <tr>
            <th scope="row">{address}</th>
            <td data-label="Report">{action.label()}</td>
            <td data-label="Words"><span dir="auto">{said}</span></td>
            <td data-label="What is done">{done}</td>
        </tr>
    }
}
