//! The sign-up page: makes the administrator on the first start, members where that is open.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

use super::{
    NewPasswordField, ZoneField,
    api::{SignUp, SignUpKind, read_sign_up_kind},
};
use crate::ui::{AuthFrame, ErrorPage, ErrorSummary, TextField, plain_error, resource};

#[component]
pub fn SignUpPage() -> impl IntoView {
    let kind = resource(|| (), |()| read_sign_up_kind());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match kind.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(SignUpKind::Closed) => view! { <ClosedPage /> }.into_any(),
                    Ok(kind) => view! { <SignUpForm kind=kind /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn SignUpForm(kind: SignUpKind) -> impl IntoView {
    let error = plain_error::<SignUp>();
    let (title, lead) = match kind {
        SignUpKind::First => (
            "Create the administrator",
            "This is a new AutoReport. The first account runs it: people, mail accounts, everything.",
        ),
        _ => ("Sign up", "An account of your own on this AutoReport."),
    };
    let page_title = if error.with_untracked(Option::is_some) { format!("Error: {title}") } else { title.to_owned() };
    view! {
        <Title text=page_title />
        <AuthFrame title=title lead=lead>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SignUp::url()>
                <TextField label="Name" name="name" autocomplete="name" error=error required=true />
                <TextField label="E-mail" name="email" kind="email" autocomplete="username" error=error required=true />
                <NewPasswordField error=error />
                <ZoneField error=error />
                <button class="btn is-primary is-lg" type="submit">"Create the account"</button>
            </form>
        </AuthFrame>
    }
    .into_any()
}

#[component]
fn ClosedPage() -> impl IntoView {
    view! {
        <Title text="Sign up" />
        <AuthFrame title="Sign up" lead="New accounts are made by an administrator of this AutoReport. Ask one of them, then sign in.">
            <p><a class="btn" href="/sign-in">"Sign in"</a></p>
        </AuthFrame>
    }
    .into_any()
}
