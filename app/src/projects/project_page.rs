//! A project's own page: its settings, its export, its end. `/projects/T`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{ProjectDetail, SaveProject, load_project},
    end_part::End,
    project_frame::ProjectFrame,
};
use crate::{
    accounts::ZoneField,
    domain::project::ARCHIVE_AFTER,
    ui::{
        Choice, ErrorPage, ErrorSummary, Icon, SelectField, TextAreaField, TextField, base_version, blocking_resource,
        pending, plain_error,
    },
};

#[component]
pub fn ProjectPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let project = blocking_resource(move || key.get(), load_project);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match project.await {
                    Ok(project) => page(project).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(project: ProjectDetail) -> impl IntoView {
    let head = project.head.clone();
    let body = if head.can_change() {
        view! { <Form project=project /> }.into_any()
    } else {
        view! { <Facts project=project /> }.into_any()
    };
    view! {
        <ProjectFrame head=head.clone() title="Settings">
            {body}
            <Export key=head.key.clone() />
            <End head=head />
        </ProjectFrame>
    }
}

/// After how many days finished tasks are archived, in words.
fn archive_words(days: Option<i32>) -> String {
    match days {
        None => "Never".into(),
        Some(days) => format!("{days} days after they were finished"),
    }
}

#[component]
fn Form(project: ProjectDetail) -> impl IntoView {
    let error = plain_error::<SaveProject>();
    let ProjectDetail { head, description, zone, archive_after_days, version, .. } = project;
    let choices: Vec<Choice> = std::iter::once(Choice::new("", archive_words(None)))
        .chain(ARCHIVE_AFTER.iter().map(|days| Choice::new(days.to_string(), archive_words(Some(*days)))))
        .collect();
    let chosen = archive_after_days.map(|days| days.to_string()).unwrap_or_default();
    view! {
        <section class="panel is-padded" aria-labelledby="settings-head">
            <div class="panel__head"><h2 id="settings-head">"Settings"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveProject::url()>
                <input type="hidden" name="project" value=head.id.to_string() />
                <input type="hidden" name="version" value=base_version(error, version) />
                <TextField label="Name" name="name" value=head.name error=error required=true autocomplete="off" />
                <TextField label="Key" name="key" value=head.key hint="Stands before the numbers of its tasks, like T in T-214. References with the old key still lead to their tasks." error=error required=true autocomplete="off" />
                <TextAreaField label="Description" name="description" value=description hint="Markdown. What this project is for." error=error />
                <ZoneField value=zone error=error />
                <SelectField label="Archive finished tasks" name="archive_after_days" choices=choices value=chosen hint="Archived tasks leave the board and can be restored at any time. The history says that a rule did it." error=error />
                <div class="form__actions"><button class="btn is-primary" type="submit">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Facts(project: ProjectDetail) -> impl IntoView {
    let ProjectDetail { head, description_html, zone, archive_after_days, description, .. } = project;
    view! {
        <section class="panel is-padded" aria-labelledby="settings-head">
            <div class="panel__head"><h2 id="settings-head">"Settings"</h2></div>
            {(!head.is_archived).then(|| view! { <p>{format!("You are a member with the role {}. Changing these settings needs the Owner role.", head.role.label())}</p> })}
            <dl class="facts">
                <div><dt>"Name"</dt><dd dir="auto">{head.name}</dd></div>
                <div><dt>"Key"</dt><dd>{head.key}</dd></div>
                <div><dt>"Time zone"</dt><dd>{zone}</dd></div>
                <div><dt>"Archive finished tasks"</dt><dd>{archive_words(archive_after_days)}</dd></div>
            </dl>
            {(!description.is_empty()).then(|| view! { <div class="prose" dir="auto" inner_html=description_html></div> })}
        </section>
    }
    .into_any()
}

#[component]
fn Export(key: String) -> impl IntoView {
    view! {
        <section class="panel is-padded" aria-labelledby="export-head">
            <div class="panel__head">
                <h2 id="export-head">"Export"</h2>
                <p>"JSON holds everything but the bytes of attachments: lists, tasks, labels, checklists, comments, notes, history and the names of people. CSV is a table of the tasks."</p>
            </div>
            <p class="cluster">
                <a class="btn" href=format!("/projects/{key}/export.json") rel="external" download><Icon name="download" />"Export as JSON"</a>
                <a class="btn" href=format!("/projects/{key}/export.csv") rel="external" download><Icon name="download" />"Export tasks as CSV"</a>
            </p>
        </section>
    }
    .into_any()
}
