//! How many jobs have failed, beside their entry of the navigation.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::api::count_failing_jobs;
use crate::error::AppResult;
use crate::ui::{PageResource, resource};

/// How many jobs have failed; asked again on every page.
#[derive(Clone, Copy)]
struct Failing(PageResource<AppResult<u32>>);

/// Makes the count known to the navigation; inside the router.
pub fn provide_failing() {
    let path = use_location().pathname;
    provide_context(Failing(resource(move || path.get(), |_| count_failing_jobs())));
}

/// The number, with words for those who hear it; nothing where no job has failed.
#[component]
pub fn FailingBadge() -> impl IntoView {
    let Some(Failing(count)) = use_context::<Failing>() else { return ().into_any() };
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let failing = count.await.unwrap_or(0);
                let shown = if failing > 99 { "99+".to_owned() } else { failing.to_string() };
                (failing > 0).then(|| view! {
                    <b class="nav__count" aria-hidden="true">{shown}</b>
                    <span class="sr-only">{format!(" ({failing} failed)")}</span>
                })
            })}
        </Transition>
    }
    .into_any()
}
