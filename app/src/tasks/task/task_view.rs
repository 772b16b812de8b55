//! The content of a task, the same in the drawer and on its page.

use leptos::prelude::*;

use super::{
    actions::{Actions, PutAway, Watch, trashing},
    api::{DeleteTask, read_news},
    checklist::Checklist,
    comments::Comments,
    description::DescriptionForm,
    files::Files,
    history::History,
    labels::Labels,
    links::Links,
    notes::Notes,
    people::PeopleForm,
    properties::{CategoryForm, DueForm, EstimateForm, PriorityForm, StartForm, StatusForm},
    saving::TaskState,
    series::SeriesForm,
    submit::focus_if_lost,
    title::TitleForm,
};
use crate::{domain::project::ReadOnly as Barred, notifications::Unread, ui::PriorityMark};

/// All of a task. `heading` is the heading's element: the drawer stands beside the board's own.
#[component]
pub fn TaskView(state: TaskState) -> impl IntoView {
    hear(state);
    let delete = trashing(state);
    // What may be done with the task changes while it is shown: into the trash and back.
    let can_edit = state.part(|detail| detail.can_edit);
    // The field that had the focus may be gone with what may be done.
    Effect::new(move |could: Option<bool>| {
        let can = can_edit.get();
        if could == Some(true) && !can {
            focus_if_lost(&[".banner[tabindex]", ".drawer", ".task h1"]);
        }
        can
    });
    move || {
        // Read: a memo that is only tracked is never reckoned, and never says that it changed.
        can_edit.get();
        content(state, delete)
    }
}

fn content(state: TaskState, delete: ServerAction<DeleteTask>) -> impl IntoView {
    view! {
        <PutAway state=state />
        {match state.can_edit() {
            true => view! { <TitleForm state=state /> }.into_any(),
            false => view! { <p class="task__title" dir="auto">{move || state.detail.with(|detail| detail.card.title.clone())}</p> }.into_any(),
        }}
        <div class="task__cols">
            <div class="task__main">
                <DescriptionForm state=state />
                <Checklist state=state />
                <Notes state=state />
                <Links state=state />
                <Files state=state />
                <Comments state=state />
                <History state=state />
            </div>
            <div class="task__side">
                {match state.can_edit() {
                    true => view! {
                        <StatusForm state=state />
                        <PriorityForm state=state />
                        <DueForm state=state />
                        <StartForm state=state />
                        <EstimateForm state=state />
                        <SeriesForm state=state />
                        <PeopleForm state=state />
                        <CategoryForm state=state />
                    }.into_any(),
                    false => view! { <ReadOnly state=state /> }.into_any(),
                }}
                <Labels state=state />
                <Made state=state />
                <Watch state=state />
                <Actions state=state delete=delete />
            </div>
        </div>
    }
    .into_any()
}

/// The person sees the task: what they were told of it is read.
fn hear(state: TaskState) {
    let news = state.part(|detail| detail.parts.has_news);
    let unread = use_context::<Unread>();
    let id = state.detail.with_untracked(|detail| detail.card.id);
    let read = Action::new(move |(): &()| async move {
        let is_read = read_news(id).await.is_ok();
        if let Some(unread) = unread.filter(|_| is_read) {
            unread.refresh();
        }
    });
    Effect::new(move |_| {
        if news.get() {
            read.dispatch(());
        }
    });
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
    let none = || "None".to_owned();
    let start = detail.parts.start_on.map_or_else(none, crate::domain::calendar::long_date);
    let estimate = detail.parts.estimate.clone().unwrap_or_else(none);
    let series = detail.parts.recurrence.as_ref().map_or_else(|| "Not again".to_owned(), |rule| rule.words());
    let is_deleted = detail.parts.deleted.is_some();
    view! {
        <dl class="facts">
            <div><dt>"Status"</dt><dd dir="auto">{column}</dd></div>
            <div><dt>"Priority"</dt><dd class="cluster"><PriorityMark priority=priority />{priority.label()}</dd></div>
            <div><dt>"Due"</dt><dd>{due}</dd></div>
            <div><dt>"People"</dt><dd dir="auto">{people}</dd></div>
            <div><dt>"Start"</dt><dd>{start}</dd></div>
            <div><dt>"Estimate"</dt><dd>{estimate}</dd></div>
            <div><dt>"Comes again"</dt><dd>{series}</dd></div>
            <div><dt>"Category"</dt><dd>{detail.category.label()}</dd></div>
        </dl>
        {(!is_deleted).then(|| view! { <p class="muted small">{detail.read_only.map(Barred::words)}</p> })}
    }
    .into_any()
}
