//! The form for a new project.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::CreateProject;
use crate::{
    accounts::ZoneField,
    domain::{account::Me, project_template::Template},
    ui::{ErrorSummary, Page, TextAreaField, TextField, plain_error},
};

#[component]
pub fn NewProjectPage() -> impl IntoView {
    let error = plain_error::<CreateProject>();
    let zone = use_context::<Me>().map(|me| me.zone).unwrap_or_default();
    let chosen = error
        .with_untracked(|error| error.as_ref().and_then(|error| error.typed("template")))
        .and_then(|word| word.parse().ok())
        .unwrap_or(Template::Kanban);
    let templates = Template::ALL
        .iter()
        .map(|template| {
            view! {
                <label class="choice">
                    <input type="radio" name="template" value=template.as_str() checked=*template == chosen />
                    <span>{template.label()}<small>{template.words()}</small></span>
                </label>
            }
        })
        .collect_view();
    let with_tasks: Vec<&str> = Template::ALL.iter().filter_map(|template| template.tasks_words()).collect();
    view! {
        <Page title="New project" lead="A board with its tasks, members, jobs and reports.">
            <ErrorSummary error=error />
            <form class="form" method="post" action=CreateProject::url()>
                <TextField label="Name" name="name" error=error required=true autocomplete="off" />
                <TextField label="Key" name="key" hint="Stands before the numbers of its tasks, like T in T-214. Left empty, it is made of the name." error=error autocomplete="off" />
                <fieldset class="fieldset">
                    <legend>"Begin with"</legend>
                    <div class="choices" id="template">{templates}</div>
                    <label class="choice">
                        <input type="checkbox" name="tasks" value="yes" />
                        <span>"Also add first tasks"<small>{format!("{}.", with_tasks.join(". "))}</small></span>
                    </label>
                </fieldset>
                <TextAreaField label="Description" name="description" hint="Markdown. May be empty." error=error rows=2 />
                <ZoneField value=zone error=error />
                <div class="form__actions"><button class="btn is-primary" type="submit">"Create the project"</button></div>
            </form>
        </Page>
    }
    .into_any()
}
