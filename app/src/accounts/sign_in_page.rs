//! The sign-in page: a plain form, so that it works before and without WebAssembly.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};

use super::api::SignIn;
use crate::ui::{AuthFrame, ErrorSummary, Notice, TextField, plain_error};

#[component]
pub fn SignInPage() -> impl IntoView {
    let error = plain_error::<SignIn>();
    let query = use_query_map().get_untracked();
    // The place in the page that was asked for is not sent to the server, which could not lead there after the form.
    let (hash, place) = (use_location().hash, RwSignal::new(String::new()));
    Effect::new(move |_| place.set(hash.get()));
    let next = query.get("next").map(|next| move || format!("{next}{}", place.get()));
    let title = if error.with_untracked(Option::is_some) { "Error: Sign in" } else { "Sign in" };
    view! {
        <Title text=title />
        <AuthFrame title="Sign in">
            <Notice />
            <ErrorSummary error=error />
            <form class="form" method="post" action=SignIn::url()>
                {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
                <TextField label="E-mail" name="email" kind="email" autocomplete="username" error=error required=true />
                <TextField label="Password" name="password" kind="password" autocomplete="current-password" error=error required=true />
                <label class="choice"><input type="checkbox" name="keep" value="yes" /><span>"Keep me signed in"</span></label>
                <button class="btn is-primary is-lg" type="submit">"Sign in"</button>
            </form>
            <p class="auth__foot"><a href="/sign-up">"Sign up"</a></p>
        </AuthFrame>
    }
    .into_any()
}
