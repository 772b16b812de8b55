//! Where somebody sets their password by the link they were given.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    NewPasswordField,
    people_api::{SetPassword, read_password_link},
};
use crate::{
    error::AppError,
    ui::{AuthFrame, DeadLink, ErrorPage, ErrorSummary, blocking_resource, plain_error},
};

#[component]
pub fn SetPasswordPage() -> impl IntoView {
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let asked = token.clone();
    let name = blocking_resource(move || asked.clone(), read_password_link);
    view! {
        <Suspense>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    match name.await {
                        Ok(name) => view! { <Form token=token name=name /> }.into_any(),
                        Err(AppError::NotFound) => view! { <DeadLink why="It was used, it has expired, or a newer one was made. Ask an administrator for another." /> }.into_any(),
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Form(token: String, name: String) -> impl IntoView {
    let error = plain_error::<SetPassword>();
    let title = if error.with_untracked(Option::is_some) { "Error: Set a password" } else { "Set a password" };
    view! {
        <Title text=title />
        <AuthFrame title="Set a password" lead=format!("For the account of {name}.")>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SetPassword::url()>
                <input type="hidden" name="token" value=token />
                <NewPasswordField error=error />
                <button class="btn is-primary is-lg" type="submit">"Set the password"</button>
            </form>
        </AuthFrame>
    }
    .into_any()
}
