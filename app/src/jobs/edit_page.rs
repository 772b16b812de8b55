//! The pages around the editor: a new job, and a job that is there.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::{SaveJob, load_job_editor},
    editor::JobEditor,
};
use crate::{
    alarms::JobPing,
    domain::ids::ScheduleId,
    error::AppError,
    ui::{Empty, ErrorPage, Page, query_error, resource},
};

#[component]
pub fn NewJobPage() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| query.read().get("kind").unwrap_or_default());
    let tested = tested();
    // Whose labels and people are offered: of the project that was chosen when the form was refused, or asked about.
    let refused = query_error::<SaveJob>().and_then(|error| error.typed("project"));
    let asked = Memo::new(move |_| {
        let project = refused.clone().or_else(|| query.read().get("project")).unwrap_or_default();
        (kind.get(), tested.get(), project)
    });
    let data = resource(move || asked.get(), |(kind, tested, project)| load_job_editor(None, kind, tested, project));
    view! {
        <Page title="New job" lead="Something that is done on a schedule: choose what first.">
            <Suspense>
                {move || Suspend::new(async move {
                    match data.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(data) if data.projects.is_empty() => view! {
                            <Empty title="No project to work for" text="A job belongs to a project that you can edit. Make one, or bring a board.">
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
    let tested = tested();
    let data = resource(
        move || (id.get(), tested.get()),
        async |(id, tested)| match id {
            Some(id) => load_job_editor(Some(id), String::new(), tested, String::new()).await,
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

/// The word of the test that was sent from the page, in its address.
fn tested() -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.read().get("tested").unwrap_or_default())
}
