//! All jobs: what runs next, and how the latest runs went. The filter stands in the address.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{StartRun, list_jobs},
    job_menu, marks,
    view::{JobFilter, JobItem, JobList, JobState, LastResult},
};
use crate::ui::{Empty, ErrorPage, Icon, Page, pending, resource};

const PATH: &str = "/jobs";

#[component]
pub fn JobsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        let query = query.read();
        let field = |name: &str| query.get(name).unwrap_or_default();
        JobFilter { q: field("q"), project: field("project"), state: field("state"), result: field("result") }
    });
    let jobs = resource(move || filter.get(), list_jobs);
    view! {
        <Page title="Jobs" lead="Reports, digests, reminders and other work on a schedule." actions=new_job wide=true>
            <Transition set_pending=pending()>
                {move || Suspend::new(async move {
                    match jobs.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(list) if list.all == 0 => view! {
                            <Empty title="No jobs yet" text="A job sends a report, a digest or reminders on a schedule, or tidies up.">
                                {new_job()}
                            </Empty>
                        }.into_any(),
                        Ok(list) => shown(list, filter.get_untracked()),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn new_job() -> impl IntoView {
    view! { <a class="btn is-primary" href="/jobs/new"><Icon name="plus" />"New job"</a> }
}

fn shown(list: JobList, filter: JobFilter) -> AnyView {
    let JobList { items, all, projects } = list;
    let count = match (items.len(), filter.is_empty()) {
        (_, true) => String::new(),
        (found, false) => format!("{found} of {all}"),
    };
    let is_filtered = !filter.is_empty();
    view! {
        {filter_form(filter, projects, count)}
        {if items.is_empty() && is_filtered {
            view! {
                <Empty title="No job fits the filter" text="Take away a part of the filter, or all of it.">
                    <a class="btn" href=PATH>"Clear the filter"</a>
                </Empty>
            }.into_any()
        } else {
            table(items)
        }}
    }
    .into_any()
}

fn filter_form(filter: JobFilter, projects: Vec<(String, String)>, count: String) -> AnyView {
    let is_filtered = !filter.is_empty();
    let states = JobState::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let results = LastResult::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    view! {
        <form class="job-filter" role="search" aria-label="Filter of jobs" method="get" action=PATH>
            <div class="field">
                <label class="field__label" for="filter-q">"Find"</label>
                <input class="input" id="filter-q" type="search" name="q" value=filter.q.clone() autocomplete="off" dir="auto" />
            </div>
            {choice("Project", "project", "All projects", projects, filter.project.clone())}
            {choice("State", "state", "Any state", states, filter.state.clone())}
            {choice("Last run", "result", "Any result", results, filter.result.clone())}
            <div class="cluster">
                <button class="btn" type="submit"><Icon name="filter" />"Filter"</button>
                {is_filtered.then(|| view! { <a class="btn is-ghost" href=PATH>"Clear the filter"</a> })}
                <span class="muted" role="status">{count}</span>
            </div>
        </form>
    }
    .into_any()
}

fn choice(
    label: &'static str,
    name: &'static str,
    all: &'static str,
    choices: Vec<(String, String)>,
    chosen: String,
) -> AnyView {
    let option = |(value, words): (String, String)| {
        let is_chosen = value.eq_ignore_ascii_case(&chosen);
        view! { <option value=value selected=is_chosen>{words}</option> }
    };
    let id = format!("filter-{name}");
    let options: Vec<_> = std::iter::once((String::new(), all.to_owned())).chain(choices).map(option).collect();
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <select class="input" id=id name=name>{options}</select>
        </div>
    }
    .into_any()
}

fn table(jobs: Vec<JobItem>) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Jobs">
            <table class="table dl-cards is-jobs">
                <caption class="sr-only">"Jobs"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Schedule"</th>
                        <th scope="col">"Next run"</th>
                        <th scope="col">"Last 20 runs"</th>
                        <th scope="col"><span class="sr-only">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{jobs.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(job: JobItem) -> AnyView {
    let next = match (&job.next, &job.pause_note) {
        (Some(next), _) => {
            // Not broken between its number and its unit.
            let wait = job.next_in.clone().unwrap_or_default().replace(' ', "\u{a0}");
            view! {
                <span><time datetime=next.at.to_rfc3339()>{next.words.clone()}</time>" "<span class="muted">{format!("in\u{a0}{wait}")}</span></span>
            }
            .into_any()
        }
        (None, Some(note)) => view! { <span class="muted" dir="auto">{note.clone()}</span> }.into_any(),
        (None, None) => view! { <span class="muted">"None"</span> }.into_any(),
    };
    let label = format!("Run now: {}", job.name);
    view! {
        <tr>
            <th scope="row"><span><a class="link" href=format!("/jobs/{}", job.id) dir="auto">{job.name.clone()}</a><br /><span class="muted small">{job.kind.label()}</span></span></th>
            <td data-label="State">{marks::job_state(&job)}</td>
            <td data-label="Schedule">
                <span>{job.sentence.clone()}<br /><span class="muted" dir="auto">{job.project_name.clone()}</span></span>
            </td>
            <td data-label="Next run">{next}</td>
            <td data-label="Last runs">{marks::strip(&job.runs)}</td>
            <td class="actions">
                {job.can_edit.then(|| view! {
                    <div class="cluster">
                        <form method="post" action=StartRun::url()>
                            <input type="hidden" name="id" value=job.id.to_string() />
                            <button class="btn is-sm" type="submit" data-needs-server="" aria-label=label><Icon name="play" />"Run now"</button>
                        </form>
                        {job_menu::row_menu(&job)}
                    </div>
                })}
            </td>
        </tr>
    }
    .into_any()
}
