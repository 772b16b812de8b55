//! The form for a new project.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::CreateProject;
use crate::{
    accounts::ZoneField,
    domain::account::Me,
    ui::{ErrorSummary, Page, TextField, plain_error},
};

#[component]
pub fn NewProjectPage() -> impl IntoView {
    let error = plain_error::<CreateProject>();
    let zone = use_context::<Me>().map(|me| me.zone).unwrap_or_default();
    view! {
        <Page title="New project" lead="Four columns to begin with: Todo, In Progress, Pending, Completed.">
            <ErrorSummary error=error />
            <form class="form" method="post" action=CreateProject::url()>
                <TextField label="Name" name="name" error=error required=true autocomplete="off" />
                <TextField label="Key" name="key" hint="Stands before the numbers of its tasks, like T in T-214. Left empty, it is made of the name." error=error autocomplete="off" />
                <ZoneField value=zone error=error />
                <button class="btn is-primary" type="submit">"Create the project"</button>
            </form>
        </Page>
    }
    .into_any()
}
