//! `/reports`: the archive, by month, with what narrows it in its address.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    api::list_reports,
    reports_filter::filter_form,
    view::{ReportItem, ReportList},
};
use crate::{
    domain::report_filter::{Month, ReportFilter},
    ui::{CopyButton, Empty, ErrorPage, Page, blocking_resource, pending},
};

/// Where the list is.
pub(super) const PATH: &str = "/reports";

#[component]
pub fn ReportsPage() -> impl IntoView {
    let search = use_location().search;
    let list = blocking_resource(move || search.get(), list_reports);
    view! {
        <Page title="Reports" lead="Every report as it was sent, with its data and its commit." wide=true>
            <Transition set_pending=pending()>
                {move || Suspend::new(async move {
                    match list.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(list) => shown(list).into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn shown(list: ReportList) -> AnyView {
    let ReportList { filter, items, months, jobs, projects, older } = list;
    if jobs.is_empty() && !filter.is_narrowed() {
        return view! {
            <Empty title="No reports yet" text="A job writes a report on a schedule, or when you run it. It stays here as it was sent.">
                <a class="btn is-primary" href="/jobs">"Jobs"</a>
            </Empty>
        }
        .into_any();
    }
    let body = if items.is_empty() { nothing(&filter) } else { by_month(items) };
    let pager = older.map(|older| {
        let href = format!("{PATH}{}", ReportFilter { before: Some(older), ..filter.clone() }.to_query());
        view! {
            <nav class="pager" aria-label="Pages">
                <span></span>
                <a class="btn" rel="next" href=href>"Older reports"</a>
            </nav>
        }
    });
    view! {
        <div class="split is-nav">
            {months_nav(&filter, months)}
            <div class="stack">
                {filter_form(filter, jobs, projects)}
                {body}
                {pager}
            </div>
        </div>
    }
    .into_any()
}

fn months_nav(filter: &ReportFilter, months: Vec<(Month, u32)>) -> impl IntoView + use<> {
    let all: u32 = months.iter().map(|(_, many)| *many).sum();
    let link = |month: Option<Month>, words: String, many: u32| {
        let href = format!("{PATH}{}", filter.in_month(month).to_query());
        let is_current = (filter.month == month).then_some("page");
        let reports = if many == 1 { " report" } else { " reports" };
        view! {
            <li><a href=href aria-current=is_current>{words}<span class="sidenav__count num">{many}<span class="sr-only">{reports}</span></span></a></li>
        }
    };
    let links: Vec<_> = std::iter::once(link(None, "All months".into(), all))
        .chain(months.iter().map(|(month, many)| link(Some(*month), month.words(), *many)))
        .collect();
    view! { <nav class="sidenav is-months" aria-label="Months"><ul role="list">{links}</ul></nav> }
}

fn nothing(filter: &ReportFilter) -> AnyView {
    let text = match filter.month {
        Some(month) => format!("No report of {} fits.", month.words()),
        None => "No report fits. Perhaps it went to somebody else, or another job wrote it.".into(),
    };
    view! {
        <Empty title="No reports match" text=text>
            <a class="btn" href=PATH>"Show all reports"</a>
        </Empty>
    }
    .into_any()
}

fn by_month(items: Vec<ReportItem>) -> AnyView {
    let mut months: Vec<(String, Vec<ReportItem>)> = Vec::new();
    for item in items {
        match months.last_mut() {
            Some((month, items)) if *month == item.month => items.push(item),
            _ => months.push((item.month.clone(), vec![item])),
        }
    }
    months
        .into_iter()
        .map(|(month, items)| view! { <MonthOfReports month=month items=items /> })
        .collect_view()
        .into_any()
}

#[component]
fn MonthOfReports(month: String, items: Vec<ReportItem>) -> impl IntoView {
    let label = format!("Reports of {month}");
    view! {
        <section class="stack is-tight">
            <h2>{month}</h2>
            <div class="table-wrap" tabindex="0" role="region" aria-label=label>
                <table class="table dl-cards">
                    <thead><tr>
                        <th scope="col">"Report"</th><th scope="col">"Period"</th><th scope="col">"Sent to"</th>
                        <th scope="col">"Result"</th><th class="num" scope="col">"Size"</th><th scope="col">"Commit"</th>
                    </tr></thead>
                    <tbody>{items.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(item: ReportItem) -> impl IntoView {
    let (word, tone) = item.result();
    let about = format!("{} · {}", item.job, item.project);
    let commit = match (item.short_commit(), item.commit.clone()) {
        (Some(short), Some(whole)) => {
            let label = format!("Copy the commit {short}");
            view! { <span class="hash"><code>{short.to_owned()}</code><CopyButton text=whole label=label /></span> }
                .into_any()
        }
        _ => view! { <span class="muted">"not yet"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row"><span class="report-name"><a href=format!("{PATH}/{}", item.id) dir="auto">{item.finding.clone()}</a><span class="muted small" dir="auto">{about}</span></span></th>
            <td data-label="Period">{item.period.clone()}</td>
            <td data-label="Sent to">{item.sent_words()}</td>
            <td data-label="Result"><span class="state" data-tone=tone>{word}</span></td>
            <td class="num" data-label="Size">{item.size_words()}</td>
            <td data-label="Commit">{commit}</td>
        </tr>
    }
    .into_any()
}
