//! Why the last sign-in with a provider gave no refresh token.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::account_api::read_consent_failure;
use crate::ui::{Icon, resource};

/// What the address of the page says of a sign-in that has failed.
#[component]
pub fn ConsentFailed() -> impl IntoView {
    let query = use_query_map().get_untracked();
    // A form that was refused came back to the page of an earlier failure.
    let is_refused = query.get("__err").is_some();
    let sealed = query.get("consent").filter(|_| !is_refused);
    let failure = resource(
        move || sealed.clone(),
        async |sealed| match sealed {
            Some(sealed) => read_consent_failure(sealed).await.ok().flatten(),
            None => None,
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                failure.await.map(|failure| view! {
                    <div class="banner" data-tone="bad" role="status" id="consent">
                        <Icon name="circle-x" />
                        <div>
                            <strong>"The sign-in with the provider has failed."</strong>
                            <p dir="auto">{failure.what}</p>
                            <p>{failure.advice}</p>
                        </div>
                    </div>
                })
            })}
        </Suspense>
    }
    .into_any()
}
