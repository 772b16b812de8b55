//! What stands where a link out of a mail does not work any more.

use leptos::prelude::*;
use leptos_meta::Title;

use super::AuthFrame;

/// The page of a link that is used up, not whole, or about something that is gone; `why` says which, and what to do.
#[component]
pub fn DeadLink(#[prop(into)] why: String) -> impl IntoView {
    view! {
        <Title text="This link does not work" />
        <AuthFrame title="This link does not work" lead=why>
            <p><a class="btn" href="/sign-in">"Sign in"</a></p>
        </AuthFrame>
    }
    .into_any()
}
