//! `/reports`: the archive, by month.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::list_reports,
    view::{ReportItem, ReportList, result},
};
use crate::ui::{Empty, ErrorPage, Page};

#[component]
pub fn ReportsPage() -> impl IntoView {
    let query = use_query_map();
    let list = Resource::new(move || query.read().get("before"), list_reports);
    view! {
        <Page title="Reports" lead="Every report as it was sent, with its data and its commit.">
            <Transition>
                {move || Suspend::new(async move {
                    match list.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(ReportList { items, .. }) if items.is_empty() => view! {
                            <Empty title="No reports yet" text="A job writes a report on a schedule, or when you run it. It stays here as it was sent.">
                                <a class="btn is-primary" href="/jobs">"Jobs"</a>
                            </Empty>
                        }.into_any(),
                        Ok(list) => months(list).into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn months(list: ReportList) -> impl IntoView {
    let mut months: Vec<(String, Vec<ReportItem>)> = Vec::new();
    for item in list.items {
        match months.last_mut() {
            Some((month, items)) if *month == item.month => items.push(item),
            _ => months.push((item.month.clone(), vec![item])),
        }
    }
    view! {
        {months.into_iter().map(|(month, items)| view! { <Month month=month items=items /> }).collect_view()}
        {list.older.map(|older| view! {
            <nav class="pager" aria-label="Pages">
                <span></span>
                <a class="btn" rel="next" href=format!("/reports?before={older}")>"Older reports"</a>
            </nav>
        })}
    }
    .into_any()
}

#[component]
fn Month(month: String, items: Vec<ReportItem>) -> impl IntoView {
    let count = items.len();
    let label = format!("Reports of {month}");
    view! {
        <section class="stack is-tight">
            <h2>{month}" "<span class="muted small">{count}</span></h2>
            <div class="table-wrap" tabindex="0" role="region" aria-label=label>
                <table class="table dl-cards">
                    <thead><tr>
                        <th scope="col">"Report"</th><th scope="col">"Period"</th><th scope="col">"Sent to"</th>
                        <th scope="col">"Result"</th><th scope="col">"Commit"</th>
                    </tr></thead>
                    <tbody>{items.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(item: ReportItem) -> impl IntoView {
    let (word, tone) = result(item.state);
    let about = format!("{} · {}", item.job, item.project);
    view! {
        <tr>
            <th scope="row"><span class="report-name"><a href=format!("/reports/{}", item.id) dir="auto">{item.finding.clone()}</a><span class="muted small" dir="auto">{about}</span></span></th>
            <td data-label="Period">{item.period.clone()}</td>
            <td data-label="Sent to">{item.sent_words()}</td>
            <td data-label="Result"><span class="state" data-tone=tone>{word}</span></td>
            <td data-label="Commit">{match item.short_commit() {
                Some(commit) => view! { <code>{commit.to_owned()}</code> }.into_any(),
                None => view! { <span class="muted">"not yet"</span> }.into_any(),
            }}</td>
        </tr>
    }
    .into_any()
}
