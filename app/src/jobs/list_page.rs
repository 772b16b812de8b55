//! All jobs: what runs next, and how the latest runs went.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{StartRun, list_jobs},
    marks,
    view::JobItem,
};
use crate::ui::{Empty, ErrorPage, Icon, Page};

#[component]
pub fn JobsPage() -> impl IntoView {
    let jobs = Resource::new(|| (), |()| list_jobs());
    view! {
        <Page title="Jobs" lead="Reports, digests, reminders and other work on a schedule." actions=new_job>
            <Transition>
                {move || Suspend::new(async move {
                    match jobs.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(jobs) if jobs.is_empty() => view! {
                            <Empty title="No jobs yet" text="A job sends a report, a digest or reminders on a schedule, or tidies up.">
                                {new_job()}
                            </Empty>
                        }.into_any(),
                        Ok(jobs) => table(jobs).into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

fn new_job() -> impl IntoView {
    view! { <a class="btn is-primary" href="/jobs/new"><Icon name="plus" />"New job"</a> }
}

fn table(jobs: Vec<JobItem>) -> impl IntoView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Jobs">
            <table class="table dl-cards">
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
}

fn row(job: JobItem) -> impl IntoView {
    let next = match (&job.next, &job.pause_note) {
        (Some(next), _) => {
            let wait = job.next_in.clone().unwrap_or_default();
            view! {
                <span><time datetime=next.at.to_rfc3339()>{next.words.clone()}</time>" "<span class="muted">{format!("in {wait}")}</span></span>
            }
            .into_any()
        }
        (None, Some(note)) => view! { <span class="muted" dir="auto">{note.clone()}</span> }.into_any(),
        (None, None) => view! { <span class="muted">"None"</span> }.into_any(),
    };
    let label = format!("Run now: {}", job.name);
    view! {
        <tr>
            <th scope="row"><a class="link" href=format!("/jobs/{}", job.id) dir="auto">{job.name.clone()}</a><br /><span class="muted small">{job.kind.label()}</span></th>
            <td data-label="State">{marks::job_state(&job)}</td>
            <td data-label="Schedule">
                <span>{job.sentence.clone()}<br /><span class="muted" dir="auto">{job.project_name.clone()}</span></span>
            </td>
            <td data-label="Next run">{next}</td>
            <td data-label="Last runs">{marks::strip(&job.runs)}</td>
            <td class="actions">
                {job.can_edit.then(|| view! {
                    <form method="post" action=StartRun::url()>
                        <input type="hidden" name="id" value=job.id.to_string() />
                        <button class="btn is-sm" type="submit" aria-label=label><Icon name="play" />"Run now"</button>
                    </form>
                })}
            </td>
        </tr>
    }
}
