//! What happened to the task, the newest first.

use leptos::prelude::*;

use super::saving::TaskState;
use crate::tasks::view::HistoryLine;

/// Lines that are shown without asking for more.
const SHOWN: usize = 12;

#[component]
pub fn History(state: TaskState) -> impl IntoView {
    let history = state.part(|detail| detail.history.clone());
    let lists = move || {
        let mut first = history.get();
        let rest = first.split_off(first.len().min(SHOWN));
        let older = rest.len();
        view! {
            {list(first)}
            {(older > 0).then(|| view! { <details><summary class="linklike small">{format!("Show {older} older")}</summary>{list(rest)}</details> })}
        }
    };
    view! {
        <section class="task__section" aria-labelledby="task-history">
            <h2 id="task-history">"History"</h2>
            {lists}
        </section>
    }
    .into_any()
}

fn list(lines: Vec<HistoryLine>) -> impl IntoView {
    view! {
        <ol class="history" role="list">
            {lines.into_iter().map(|line| view! {
                <li>
                    <span dir="auto"><strong>{line.who.unwrap_or_else(|| "AutoReport".into())}</strong>" "{line.what}</span>
                    <time datetime=line.at.at.to_rfc3339()>{line.at.words}</time>
                </li>
            }).collect_view()}
        </ol>
    }
}
