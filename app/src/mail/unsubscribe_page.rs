//! Where a link out of a mail leads: asks whether the mails should stop, says that they have, and offers to undo it.
//! Opening it changes nothing, because mail scanners open every link.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::suppressions_api::{ResumeMails, StopMails, Subscription, load_subscription};
use crate::{
    error::AppError,
    ui::{AuthFrame, DeadLink, ErrorPage, ErrorSummary, blocking_resource, plain_error},
};

#[component]
pub fn UnsubscribePage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    let asked = token.clone();
    let subscription = blocking_resource(move || asked.clone(), load_subscription);
    view! {
        <Suspense>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    match subscription.await {
                        Ok(subscription) if subscription.is_stopped => view! { <Stopped token=token subscription=subscription /> }.into_any(),
                        Ok(subscription) => view! { <Confirm token=token subscription=subscription /> }.into_any(),
                        Err(AppError::NotFound) => view! { <DeadLink why="It is not whole, or what it was for is gone. Use the link in a newer e-mail." /> }.into_any(),
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Confirm(token: String, subscription: Subscription) -> impl IntoView {
    let Subscription { address, job, .. } = subscription;
    let error = plain_error::<StopMails>();
    let is_again = use_query_map().with_untracked(|query| query.get("again")).is_some();
    view! {
        <Title text="Stop these e-mails" />
        <AuthFrame title="Stop these e-mails?" lead=format!("The e-mails of “{job}” to {address} will stop. Nobody else is concerned.")>
            {is_again.then(|| view! { <p class="banner" data-tone="good" role="status">"You get these e-mails again."</p> })}
            <ErrorSummary error=error />
            <form class="form" method="post" action=StopMails::url()>
                <input type="hidden" name="token" value=token />
                <button class="btn is-primary is-lg" type="submit">"Stop these e-mails"</button>
            </form>
        </AuthFrame>
    }
    .into_any()
}

#[component]
fn Stopped(token: String, subscription: Subscription) -> impl IntoView {
    let Subscription { address, job, can_undo, .. } = subscription;
    let error = plain_error::<ResumeMails>();
    view! {
        <Title text="These e-mails have stopped" />
        <AuthFrame title="These e-mails have stopped" lead=format!("Nothing more of “{job}” goes to {address}.")>
            <ErrorSummary error=error />
            {if can_undo {
                view! {
                    <form class="form" method="post" action=ResumeMails::url()>
                        <input type="hidden" name="token" value=token />
                        <button class="btn is-lg" type="submit">"Undo: send them again"</button>
                    </form>
                }.into_any()
            } else {
                view! { <p>"To get them again, sign in and open this link once more, or ask an administrator."</p> }.into_any()
            }}
        </AuthFrame>
    }
    .into_any()
}
