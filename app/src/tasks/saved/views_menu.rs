//! The saved views in the toolbar: opening one, and saving what the board shows now. The menu is
//! the browser's own popover, so it opens before the page is awake, too.

use leptos::{html::Div, prelude::*, server_fn::ServerFn};

use super::api::{SaveView, ViewItem};
use crate::{tasks::board::hide_popover, ui::Icon};

/// `query` is what the board shows now, with its question mark.
#[component]
pub fn ViewsMenu(key: String, query: Memo<String>, views: Memo<Vec<ViewItem>>, can_share: Memo<bool>) -> impl IntoView {
    let is_current =
        move |item: &ViewItem| query.with(|query| !query.is_empty() && item.query == query.trim_start_matches('?'));
    let label = move || {
        views.with(|views| {
            views.iter().find(|item| is_current(item)).map_or_else(|| "Views".to_owned(), |item| item.name.clone())
        })
    };
    let project = key.clone();
    let menu = NodeRef::<Div>::new();
    let items = {
        let key = key.clone();
        move || {
            let entry = |item: ViewItem| {
                let (href, is_current) = (item.href(&key), is_current(&item));
                view! {
                    // The page stays while the board changes: nothing else closes the menu.
                    <a class="menu__item" href=href aria-current=is_current.then_some("true") on:click=move |_| hide_popover(menu)>
                        <Icon name=if item.is_shared { "users" } else { "star" } />
                        <span dir="auto">{item.name}</span>
                        {item.is_shared.then(|| view! { <span class="sr-only">", shared"</span> })}
                    </a>
                }
            };
            views.get().into_iter().map(entry).collect_view()
        }
    };
    let has_views = Memo::new(move |_| views.with(|views| !views.is_empty()));
    let manage = move || {
        has_views.get().then(|| {
            view! { <a class="menu__item" href=format!("/board/{key}/views")><Icon name="pencil" />"Rename or delete"</a><hr /> }
        })
    };
    let share = move || {
        can_share.get().then(|| {
            view! { <label class="choice"><input type="checkbox" name="shared" value="true" /><span>"Share with the project"</span></label> }
        })
    };
    view! {
        <button class="btn" type="button" popovertarget="views-menu"><Icon name="star" /><span dir="auto">{label}</span></button>
        <div class="menu is-anchored is-form" id="views-menu" popover="auto" role="group" aria-label="Saved views" node_ref=menu>
            {items}
            {manage}
            <form class="menu__form" method="post" action=SaveView::url()>
                <input type="hidden" name="project" value=project />
                <input type="hidden" name="query" value=move || query.get() />
                <label class="field__label" for="view-name">"Save what the board shows now"</label>
                <input class="input" id="view-name" name="name" required placeholder="Name of the view" dir="auto" autocomplete="off" />
                {share}
                <button class="btn is-primary" type="submit">"Save view"</button>
            </form>
        </div>
    }
    .into_any()
}
