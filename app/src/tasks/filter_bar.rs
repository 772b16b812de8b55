//! The filter above lists and calendars: the board's own, in the address, as links and a plain form.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{
    filter_fields::{count, fields, removable},
    form_query::query_of,
    view::PersonChoice,
};
use crate::{
    domain::board_filter::{BoardFilter, Chip},
    ui::{
        Icon,
        keys::{self, Action},
    },
};

/// What the menu of a filter offers.
pub struct Offered {
    pub people: Vec<PersonChoice>,
    /// Names of labels; `None` where there are too many for a menu.
    pub labels: Option<Vec<String>>,
}

/// Text, chips, a menu with every part, and what takes them away again. `href` is the page's address with another filter, `kept` are
/// the pairs of the address that are no part of the filter.
pub fn filter_bar(
    path: String,
    filter: &BoardFilter,
    offered: Offered,
    kept: Vec<(&'static str, String)>,
    href: impl Fn(BoardFilter) -> String + Clone + 'static,
) -> AnyView {
    let Offered { people, labels } = offered;
    let chips: Vec<_> = Chip::ALL
        .iter()
        .map(|chip| {
            let current = filter.has(*chip).then_some("true");
            view! { <a class="filter" href=href(filter.toggled(*chip)) aria-current=current>{chip.label()}</a> }
        })
        .collect();
    let hidden: Vec<_> = filter
        .to_pairs()
        .into_iter()
        .filter(|(name, _)| *name != "q")
        .chain(kept.clone())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect();
    let set = removable(filter, &people, &href);
    let fields = fields(Signal::stored(filter.clone()), Signal::stored(people), Signal::stored(labels));
    let menu = menu(path.clone(), filter, fields, kept, href.clone());
    let clear = filter.is_active().then(|| href(BoardFilter::default()));
    view! {
        <div class="toolbar is-inside" role="group" aria-label="Filter">
            <form class="search" role="search" method="get" action=path>
                <Icon name="filter" />
                {hidden}
                <input type="search" name="q" placeholder="Filter tasks" aria-label="Filter tasks by title, number, label or person" autocomplete="off" value=filter.text.clone() title=keys::tip("Filter", Action::Filter) aria-keyshortcuts=keys::aria_here(Action::Filter) />
            </form>
            {chips}
            {menu}
            {set}
            {clear.map(|href| view! { <a class="link small" href=href>"Clear filters"</a> })}
        </div>
    }
    .into_any()
}

/// The whole filter as a form in a popover of the browser's own, which works without WebAssembly, too.
fn menu(
    path: String,
    filter: &BoardFilter,
    fields: AnyView,
    kept: Vec<(&'static str, String)>,
    href: impl Fn(BoardFilter) -> String + 'static,
) -> AnyView {
    let navigate = use_navigate();
    let go = move |event: SubmitEvent| {
        if let Some(query) = query_of(&event) {
            event.prevent_default();
            let options = NavigateOptions { scroll: false, ..Default::default() };
            navigate(&href(BoardFilter::from_query(&query)), options);
        }
    };
    let count = count(filter);
    let hidden: Vec<_> = filter
        .to_pairs()
        .into_iter()
        .filter(|(name, _)| *name == "q")
        .chain(kept)
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect();
    view! {
        <button class="btn" type="button" popovertarget="filter-menu">
            <Icon name="list-filter" />"Filter"{(count > 0).then(|| view! { <span class="badge">{count}</span> })}
        </button>
        <div class="menu is-anchored is-form" id="filter-menu" popover="auto" role="group" aria-label="Filter tasks">
            <form class="menu__form" method="get" action=path on:submit=go>
                {hidden}
                {fields}
                <button class="btn is-primary" type="submit">"Apply"</button>
            </form>
        </div>
    }
    .into_any()
}
