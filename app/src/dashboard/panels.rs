//! The panels of the dashboard that are not charts.

use leptos::prelude::*;

use super::view::{Figure, MyTask, NextJob};
use crate::ui::Icon;

/// The key figures, each a link to the list behind it.
#[component]
pub fn KeyFigures(figures: Vec<Figure>) -> impl IntoView {
    let figure = |figure: Figure| {
        view! {
            <div class="kpi panel">
                <dt><a href=figure.href>{figure.label}</a></dt>
                <dd><span class="kpi__v">{figure.value}</span><span class="kpi__d" data-tone=figure.tone.as_str()>{figure.change}</span></dd>
                <dd class="kpi__way" inner_html=figure.spark></dd>
            </div>
        }
    };
    view! { <dl class="kpis">{figures.into_iter().map(figure).collect_view()}</dl> }.into_any()
}

/// What runs next.
#[component]
pub fn NextJobs(jobs: Vec<NextJob>) -> impl IntoView {
    let row = |job: NextJob| {
        view! {
            <tr>
                <th scope="row"><a href=job.href>{job.name}</a></th>
                <td><time datetime=job.at>{job.next}</time></td>
                <td>{job.last.unwrap_or_else(|| "Not run yet".into())}</td>
            </tr>
        }
    };
    let body = if jobs.is_empty() {
        view! { <p>"No job is planned. A job sends a report on a schedule. "<a href="/jobs/new">"New job"</a></p> }
            .into_any()
    } else {
        view! {
            <table>
                <thead><tr><th scope="col">"Job"</th><th scope="col">"Next run"</th><th scope="col">"Last result"</th></tr></thead>
                <tbody>{jobs.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! { <section class="figure is-text panel" aria-labelledby="next-jobs"><h2 id="next-jobs">"Next jobs"</h2>{body}</section> }.into_any()
}

/// What is due for the person.
#[component]
pub fn MyTasks(tasks: Vec<MyTask>) -> impl IntoView {
    let row = |task: MyTask| {
        let href = format!("/tasks/{}", task.reference);
        view! {
            <li>
                <a href=href>
                    <span class="rows__top">
                        <strong dir="auto">{task.title}</strong>
                        <time class="chip" data-due=task.key.as_str() datetime=task.due_machine><Icon name=task.key.icon() /><bdi>{task.due}</bdi></time>
                    </span>
                    <span class="muted">{task.reference}</span>
                </a>
            </li>
        }
    };
    let body = if tasks.is_empty() {
        view! { <p>"Nothing of yours is due in the next 7 days."</p> }.into_any()
    } else {
        view! { <ul class="rows is-flush" role="list">{tasks.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! { <section class="figure is-text panel" aria-labelledby="my-tasks"><h2 id="my-tasks">"My tasks due this week"</h2>{body}<p><a class="link" href="/my-work">"All my work"</a></p></section> }.into_any()
}
