//! A new task with all its fields: `/tasks/new`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{CreateTask, load_new_task},
    view::NewTaskPlaces,
};
use crate::{
    domain::task::Priority,
    ui::{
        Choice, ErrorPage, ErrorSummary, Page, SelectField, TextAreaField, TextField, blocking_resource, pending,
        plain_error,
    },
};

#[component]
pub fn NewTaskPage() -> impl IntoView {
    let query = use_query_map();
    let key = Memo::new(move |_| query.read().get("project").unwrap_or_default());
    let column = query.with_untracked(|query| query.get("column").unwrap_or_default());
    let places = blocking_resource(move || key.get(), load_new_task);
    view! {
        <Transition set_pending=pending()>
            {move || {
                let column = column.clone();
                Suspend::new(async move {
                    match places.await {
                        Ok(places) => form(places, column).into_any(),
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

fn form(places: NewTaskPlaces, column: String) -> impl IntoView {
    let error = plain_error::<CreateTask>();
    let columns: Vec<Choice> =
        places.columns.iter().map(|column| Choice::new(column.id.to_string(), column.name.clone())).collect();
    let priorities: Vec<Choice> =
        Priority::ALL.iter().map(|priority| Choice::new(priority.as_str(), priority.label())).collect();
    view! {
        <Page title="New task" lead=format!("In {}", places.name)>
            <ErrorSummary error=error />
            <form class="form panel is-padded" method="post" action=CreateTask::url()>
                <input type="hidden" name="project" value=places.key.clone() />
                <TextField label="Title" name="title" required=true autofocus=true error=error />
                <TextAreaField label="Description" name="description" hint="Markdown" rows=6 error=error />
                <div class="form__row">
                    <SelectField label="List" name="column" choices=columns value=column error=error />
                    <SelectField label="Priority" name="priority" choices=priorities value="medium" error=error />
                </div>
                <div class="form__row">
                    <TextField label="Due date" name="due_on" kind="date" error=error />
                    <TextField label="Time" name="due_time" kind="time" hint="Leave empty for the end of the day" error=error />
                </div>
                <div class="form__actions">
                    <button class="btn is-primary" type="submit">"Create task"</button>
                    <a class="btn is-ghost" href=format!("/board/{}", places.key)>"Cancel"</a>
                </div>
            </form>
        </Page>
    }
}
