//! What the archive and the trash have in common: the filter by words and the link to older tasks.

use leptos::prelude::*;

use crate::{
    domain::shelf::ShelfQuery,
    ui::{
        Icon,
        keys::{self, Action},
    },
};

/// A plain form that filters by words, and how many tasks there are.
pub fn text_filter(path: String, query: &ShelfQuery, total: u32) -> AnyView {
    let words = match (total, query.text.is_empty()) {
        (1, _) => "1 task".to_owned(),
        (many, true) => format!("{many} tasks"),
        (many, false) => format!("{many} tasks match"),
    };
    let clear = (!query.text.is_empty()).then(|| path.clone());
    view! {
        <div class="toolbar is-inside" role="group" aria-label="Filter">
            <form class="search" role="search" method="get" action=path>
                <Icon name="filter" />
                <input type="search" name="q" placeholder="Filter tasks" aria-label="Filter tasks by title, number, label or person" autocomplete="off" value=query.text.clone() title=keys::tip("Filter", Action::Filter) aria-keyshortcuts=keys::aria_here(Action::Filter) />
            </form>
            <span class="muted small" role="status">{words}</span>
            {clear.map(|href| view! { <a class="link small" href=href>"Clear filters"</a> })}
        </div>
    }
    .into_any()
}

/// The link to the tasks that were put away before these.
pub fn pager(path: &str, query: &ShelfQuery, next: Option<i32>) -> Option<AnyView> {
    let href = format!("{path}{}", query.query_after(next?));
    Some(view! { <nav class="pager" aria-label="Pages"><span></span><a class="btn" rel="next" href=href>"Older tasks"</a></nav> }.into_any())
}
