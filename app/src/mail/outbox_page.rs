//! The mail that the built-in account caught.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{OutboxItem, OutboxList, list_outbox};
use crate::ui::{Empty, ErrorPage, Page};

#[component]
pub fn OutboxPage() -> impl IntoView {
    let query = use_query_map();
    let list = Resource::new(move || query.read().get("before"), list_outbox);
    view! {
        <Page title="Outbox" lead="Mail that was caught on this site instead of being sent.">
            <Transition>
                {move || Suspend::new(async move {
                    match list.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(OutboxList { items, .. }) if items.is_empty() => view! {
                            <Empty title="No mail yet" text="Reports appear here while the default mail account is the outbox. To send them for real, add an SMTP account under Settings." />
                        }.into_any(),
                        Ok(list) => rows(list).into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

fn rows(list: OutboxList) -> impl IntoView {
    view! {
        <div class="panel"><ul class="rows" role="list">{list.items.into_iter().map(row).collect_view()}</ul></div>
        {list.older.map(|older| view! {
            <nav class="pager" aria-label="Pages">
                <span></span>
                <a class="btn" rel="next" href=format!("/outbox?before={older}")>"Older mail"</a>
            </nav>
        })}
    }
}

fn row(item: OutboxItem) -> impl IntoView {
    view! {
        <li>
            <a href=format!("/outbox/{}", item.id)>
                <span class="rows__top">
                    <strong dir="auto">{item.subject}</strong>
                    <time class="muted" datetime=item.caught.machine>{item.caught.words}</time>
                </span>
                <span class="muted">{format!("To {}", item.to)}</span>
            </a>
        </li>
    }
}
