//! The content of a task, the same in the drawer and on its page.

use leptos::prelude::*;

use super::{
    checklist::Checklist,
    comments::Comments,
    description::DescriptionForm,
    history::History,
    people::PeopleForm,
    properties::{CategoryForm, DueForm, PriorityForm, StatusForm},
    saving::{TaskState, save_state, saving},
    title::TitleForm,
};
use crate::{
    domain::project::ReadOnly,
    tasks::api::{ArchiveTask, RestoreTask},
    ui::{Icon, PriorityMark},
};

/// All of a task. `heading` is the heading's element: the drawer stands beside the board's own.
#[component]
pub fn TaskView(state: TaskState) -> impl IntoView {
    view! {
        <Archived state=state />
        {match state.can_edit() {
            true => view! { <TitleForm state=state /> }.into_any(),
            false => view! { <p class="task__title" dir="auto">{move || state.detail.with(|detail| detail.card.title.clone())}</p> }.into_any(),
        }}
        <div class="task__cols">
            <div class="task__main">
                <DescriptionForm state=state />
                <Checklist state=state />
                <Comments state=state />
                <History state=state />
            </div>
            <div class="task__side">
                {match state.can_edit() {
                    true => view! {
                        <StatusForm state=state />
                        <PriorityForm state=state />
                        <DueForm state=state />
                        <PeopleForm state=state />
                        <CategoryForm state=state />
                    }.into_any(),
                    false => view! { <ReadOnly state=state /> }.into_any(),
                }}
                <Labels state=state />
                <Made state=state />
                {state.can_edit().then(|| view! { <ArchiveForm state=state /> })}
            </div>
        </div>
    }
    .into_any()
}

/// Says that the task is archived, and offers to bring it back.
#[component]
fn Archived(state: TaskState) -> impl IntoView {
    let action = saving::<RestoreTask>(state);
    let archived = state.part(|detail| detail.archived.clone());
    move || {
        archived.get().map(|stamp| view! {
        <div class="banner" data-tone="warn">
            <Icon name="archive" />
            <div>{format!("Archived {}. It is not on the board.", stamp.words)}</div>
            {state.can_edit().then(|| view! {
                <ActionForm action=action>{state.hidden_id()}<button class="btn is-sm" type="submit">"Restore"</button></ActionForm>
            })}
        </div>
    })
    }
}

#[component]
fn ArchiveForm(state: TaskState) -> impl IntoView {
    let action = saving::<ArchiveTask>(state);
    let archived = state.part(|detail| detail.archived.is_some());
    move || {
        (!archived.get()).then(|| {
            view! {
                <ActionForm action=action attr:class="prop">
                    {state.hidden_id()}
                    <button class="btn" type="submit"><Icon name="archive" />"Archive"</button>
                    {save_state(action)}
                </ActionForm>
            }
        })
    }
}

#[component]
fn Labels(state: TaskState) -> impl IntoView {
    let labels = state.part(|detail| detail.card.labels.clone());
    move || {
        labels.with(|labels| !labels.is_empty()).then(|| view! {
        <div class="prop">
            <span class="field__label">"Labels"</span>
            <div class="card__labels">
                {labels.get().into_iter().map(|label| view! { <span class="label" data-hue=label.hue.to_string() dir="auto">{label.name}</span> }).collect_view()}
            </div>
        </div>
    })
    }
}

#[component]
fn Made(state: TaskState) -> impl IntoView {
    let words = state.detail.with_untracked(|detail| {
        let by = detail.created_by.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
        format!("Created{by}, {}", detail.created.words)
    });
    view! { <p class="muted small" dir="auto">{words}</p> }
}

/// The properties in words, for people who can view but not edit.
#[component]
fn ReadOnly(state: TaskState) -> impl IntoView {
    let detail = state.detail.get_untracked();
    let column = detail.columns.iter().find(|column| column.id == detail.column).map(|column| column.name.clone());
    let due = detail.card.due.map_or_else(|| "None".to_owned(), |due| due.long());
    let people = if detail.card.people.is_empty() { "Nobody".to_owned() } else { detail.card.people.join(", ") };
    let priority = detail.card.priority;
    view! {
        <dl class="facts">
            <div><dt>"Status"</dt><dd dir="auto">{column}</dd></div>
            <div><dt>"Priority"</dt><dd class="cluster"><PriorityMark priority=priority />{priority.label()}</dd></div>
            <div><dt>"Due"</dt><dd>{due}</dd></div>
            <div><dt>"People"</dt><dd dir="auto">{people}</dd></div>
            <div><dt>"Category"</dt><dd>{detail.category.label()}</dd></div>
        </dl>
        <p class="muted small">{detail.read_only.map(ReadOnly::words)}</p>
    }
    .into_any()
}
