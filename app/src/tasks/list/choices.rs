//! Which columns a list shows, and how many rows: in the address, and remembered for the person's next list.

use leptos::prelude::*;

use crate::{
    domain::task_list::{ListColumn, ListQuery, PageAt, SIZES},
    ui::Icon,
};

#[component]
pub fn Choices(query: ListQuery, path: String) -> impl IntoView {
    let shown = query.columns.clone().unwrap_or_default();
    let boxes: Vec<_> = ListColumn::ALL
        .iter()
        .map(|column| {
            view! {
                <label class="choice">
                    <input type="checkbox" name="columns" value=column.as_str() checked=shown.contains(column) />
                    <span>{column.label()}</span>
                </label>
            }
        })
        .collect();
    let plain = ListQuery { columns: None, at: PageAt::First, size: SIZES[0], ..query.clone() };
    let hidden: Vec<_> = pairs(&plain.to_query())
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect();
    let sizes: Vec<_> = SIZES
        .iter()
        .map(|size| view! {
            <label class="choice"><input type="radio" name="size" value=size.to_string() checked=*size == query.size /><span>{format!("{size} rows")}</span></label>
        })
        .collect();
    view! {
        <details class="pop">
            <summary class="btn is-ghost"><Icon name="columns-3" />"Columns"</summary>
            <form class="form pop__box" method="get" action=path>
                {hidden}
                <input type="hidden" name="columns" value="" />
                <fieldset class="fieldset"><legend class="small">"Columns"</legend><div class="choices">{boxes}</div></fieldset>
                <fieldset class="fieldset"><legend class="small">"On a page"</legend><div class="choices is-inline">{sizes}</div></fieldset>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Show"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// The pairs of a query, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .trim_start_matches('?')
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), crate::domain::board_filter::decode(value)))
        .collect()
}
