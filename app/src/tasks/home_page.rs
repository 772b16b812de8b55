//! `/board`: the board of the project that the person worked in last.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::api::find_board;
use crate::ui::{ErrorPage, blocking_resource};

#[component]
pub fn BoardHomePage() -> impl IntoView {
    let board = blocking_resource(|| (), |()| find_board());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match board.await {
                    Ok(Some(key)) => view! { <Redirect path=format!("/board/{key}") /> }.into_any(),
                    Ok(None) => view! { <Redirect path="/projects" /> }.into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}
