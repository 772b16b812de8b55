//! The pages around the editor: a new job, and a job that is there.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{api::load_job_editor, editor::JobEditor};
use crate::{
    alarms::JobPing,
    domain::ids::ScheduleId,
    error::AppError,
    ui::{Empty, ErrorPage, Page},
};

#[component]
pub fn NewJobPage() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_job_editor(None));
    view! {
        <Page title="New job" lead="A weekly report of a project, sent by mail and kept in the archive.">
            <Suspense>
                {move || Suspend::new(async move {
                    match data.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(data) if data.projects.is_empty() => view! {
                            <Empty title="No project to report on" text="A job reports on a project that you can edit. Make one, or bring a board.">
                                <a class="btn is-primary" href="/projects">"Projects"</a>
                            </Empty>
                        }.into_any(),
                        Ok(data) => view! { <JobEditor data=data here="/jobs/new".into() back="/jobs".into() /> }.into_any(),
                    }
                })}
            </Suspense>
        </Page>
    }
}

#[component]
pub fn EditJobPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<ScheduleId>().ok()));
    let data = Resource::new(
        move || id.get(),
        async |id| match id {
            Some(id) => load_job_editor(Some(id)).await,
            None => Err(AppError::NotFound),
        },
    );
    view! {
        <Page title="Edit job">
            <Suspense>
                {move || Suspend::new(async move {
                    match (data.await, id.get_untracked()) {
                        (Ok(data), Some(id)) => view! {
                            <JobEditor data=data here=format!("/jobs/{id}/edit") back=format!("/jobs/{id}") />
                            <JobPing job=id />
                        }.into_any(),
                        (Err(error), _) => view! { <ErrorPage error=error /> }.into_any(),
                        (Ok(_), None) => view! { <ErrorPage error=AppError::NotFound /> }.into_any(),
                    }
                })}
            </Suspense>
        </Page>
    }
}
