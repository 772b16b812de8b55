//! The filter above lists and calendars: the board's own, in the address, as links and a plain form.

use leptos::prelude::*;

use crate::{
    domain::board_filter::{BoardFilter, Chip},
    ui::Icon,
};

/// Text, chips, and what takes them away again. `href` is the page's address with another filter, `kept` are
/// the pairs of the address that are no part of the filter.
pub fn filter_bar(
    path: String,
    filter: &BoardFilter,
    kept: Vec<(&'static str, String)>,
    href: impl Fn(BoardFilter) -> String,
) -> AnyView {
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
        .chain(kept)
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect();
    let clear = filter.is_active().then(|| href(BoardFilter::default()));
    view! {
        <div class="toolbar is-inside" role="group" aria-label="Filter">
            <form class="search" role="search" method="get" action=path>
                <Icon name="filter" />
                {hidden}
                <input type="search" name="q" placeholder="Filter tasks" aria-label="Filter tasks by title, number, label or person" autocomplete="off" value=filter.text.clone() />
            </form>
            {chips}
            {clear.map(|href| view! { <a class="link small" href=href>"Clear filters"</a> })}
        </div>
    }
    .into_any()
}

/// What a filter leaves out, in words: `“smtp”, Overdue`.
pub fn words(filter: &BoardFilter) -> String {
    let text = (!filter.text.is_empty()).then(|| format!("“{}”", filter.text));
    let chips = Chip::ALL.iter().filter(|chip| filter.has(**chip)).map(|chip| chip.label().to_owned());
    text.into_iter().chain(chips).collect::<Vec<_>>().join(", ")
}
