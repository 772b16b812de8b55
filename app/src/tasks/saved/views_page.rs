//! The saved views of a project: `/board/T/views`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::api::{ChangeView, RemoveView, SaveView, SavedViews, ViewItem, load_saved_views};
use crate::ui::{Empty, ErrorPage, ErrorSummary, Icon, Page, blocking_resource, pending, plain_error};

#[component]
pub fn SavedViewsPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let views = blocking_resource(move || key.get(), load_saved_views);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match views.await {
                    Ok(views) => page(views).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(views: SavedViews) -> impl IntoView {
    let SavedViews { key, name, can_share, views } = views;
    let board = format!("/board/{key}");
    let list = if views.is_empty() {
        view! { <Empty title="No saved views yet" text="Filter, sort or group the board, then choose Views and give what you see a name." /> }.into_any()
    } else {
        let rows: Vec<_> = views.into_iter().map(|view| row(view, &key, can_share)).collect();
        view! { <div class="stack">{rows}</div> }.into_any()
    };
    let (changed, made) = (plain_error::<ChangeView>(), plain_error::<SaveView>());
    view! {
        <Page title="Saved views" lead=name actions=move || view! { <a class="btn" href=board.clone()>"Back to the board"</a> }>
            <ErrorSummary error=changed />
            <ErrorSummary error=made />
            {list}
        </Page>
    }
}

fn row(item: ViewItem, key: &str, can_share: bool) -> impl IntoView + use<> {
    let href = item.href(key);
    let whose = |item: &ViewItem| {
        view! {
            <input type="hidden" name="project" value=key.to_owned() />
            <input type="hidden" name="view" value=item.id.to_string() />
        }
    };
    let label = format!("Name of the view {}", item.name);
    view! {
        <section class="panel is-padded">
            <div class="panel__head">
                <h2><a class="link" href=href dir="auto">{item.name.clone()}</a></h2>
                {item.is_shared.then(|| view! { <span class="state" data-tone="off"><Icon name="users" />"Shared with the project"</span> })}
            </div>
            <div class="cluster">
                {item.is_mine.then(|| view! {
                    <form class="cluster" method="post" action=ChangeView::url()>
                        {whose(&item)}
                        <input class="input" name="name" value=item.name.clone() aria-label=label dir="auto" />
                        {can_share.then(|| view! {
                            <label class="choice"><input type="checkbox" name="shared" value="true" checked=item.is_shared /><span>"Share"</span></label>
                        })}
                        <button class="btn" type="submit">"Save"</button>
                    </form>
                })}
                {item.can_remove.then(|| view! {
                    <form method="post" action=RemoveView::url()>
                        {whose(&item)}
                        <button class="btn is-danger-quiet" type="submit" aria-label=format!("Delete the view {}", item.name)>"Delete"</button>
                    </form>
                })}
            </div>
        </section>
    }
}
