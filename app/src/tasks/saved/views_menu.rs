//! The saved views in the toolbar: opening one, and saving what the board shows now. The menu is
//! the browser's own popover, so it opens before the page is awake, too.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::{SaveView, ViewItem};
use crate::ui::Icon;

/// `query` is what the board shows now, with its question mark.
#[component]
pub fn ViewsMenu(key: String, query: String, views: Vec<ViewItem>, can_share: bool) -> impl IntoView {
    let current = views.iter().find(|view| !query.is_empty() && view.query == query.trim_start_matches('?'));
    let label = current.map_or("Views".to_owned(), |view| view.name.clone());
    let has_views = !views.is_empty();
    let items: Vec<_> = views
        .into_iter()
        .map(|view| {
            let is_current = !query.is_empty() && view.query == query.trim_start_matches('?');
            view! {
                <a class="menu__item" href=view.href(&key) aria-current=is_current.then_some("true")>
                    <Icon name=if view.is_shared { "users" } else { "star" } />
                    <span dir="auto">{view.name.clone()}</span>
                    {view.is_shared.then(|| view! { <span class="sr-only">", shared"</span> })}
                </a>
            }
        })
        .collect();
    view! {
        <button class="btn" type="button" popovertarget="views-menu"><Icon name="star" /><span dir="auto">{label}</span></button>
        <div class="menu is-anchored is-form" id="views-menu" popover="auto" role="group" aria-label="Saved views">
            {items}
            {has_views.then(|| view! { <a class="menu__item" href=format!("/board/{key}/views")><Icon name="pencil" />"Rename or delete"</a><hr /> })}
            <form class="menu__form" method="post" action=SaveView::url()>
                <input type="hidden" name="project" value=key.clone() />
                <input type="hidden" name="query" value=query.clone() />
                <label class="field__label" for="view-name">"Save what the board shows now"</label>
                <input class="input" id="view-name" name="name" required placeholder="Name of the view" dir="auto" autocomplete="off" />
                {can_share.then(|| view! {
                    <label class="choice"><input type="checkbox" name="shared" value="true" /><span>"Share with the project"</span></label>
                })}
                <button class="btn is-primary" type="submit">"Save view"</button>
            </form>
        </div>
    }
    .into_any()
}
