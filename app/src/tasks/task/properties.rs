//! Status, priority, due date and category: a choice saves itself.

use chrono::{NaiveDate, Weekday};
use leptos::prelude::*;

use super::{
    api::{SaveEstimate, SaveStart},
    saving::{TaskState, save_state, undoable},
    submit::submit_form_of,
};
use crate::{
    domain::{
        calendar::clock_time,
        due::{self, Due, Finish},
        task::{Category, Priority},
    },
    tasks::{
        api::{PlaceTask, SaveCategory, SaveDue, SavePriority},
        view::blocked_words,
    },
    ui::{Icon, first_day},
};

/// The list the task is in.
#[component]
pub fn StatusForm(state: TaskState) -> impl IntoView {
    let action = undoable::<PlaceTask>(state);
    let column = state.part(|detail| detail.column);
    // Said before it is completed, not only afterwards.
    let blocked = state.part(|detail| match (detail.card.finish, detail.card.blocked_by) {
        (Finish::Open, 1..) => Some(blocked_words(detail.card.blocked_by)),
        _ => None,
    });
    let columns = state.detail.with_untracked(|detail| detail.columns.clone());
    let options: Vec<_> = columns
        .into_iter()
        .map(|choice| view! { <option value=choice.id.to_string() selected=choice.id == column.get_untracked()>{choice.name}</option> })
        .collect();
    view! {
        <ActionForm action=action attr:class="prop">
            {state.hidden_id()}
            {state.hidden_op()}
            <label class="field__label" for="task-column">"Status"</label>
            {move || blocked.get().map(|words| view! { <span class="state small" data-tone="warn"><Icon name="ban" />{words}</span> })}
            <div class="prop__row">
                <select class="input" id="task-column" name="column" prop:value=move || column.get().to_string() on:change=|event| submit_form_of(&event)>{options}</select>
                {save_button()}
            </div>
            {save_state(action)}
        </ActionForm>
    }
    .into_any()
}

#[component]
pub fn PriorityForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SavePriority>(state);
    let priority = state.part(|detail| detail.card.priority);
    let options = Priority::ALL
        .iter()
        .map(|choice| view! { <option value=choice.as_str() selected=*choice == priority.get_untracked()>{choice.label()}</option> })
        .collect::<Vec<_>>();
    view! {
        <ActionForm action=action attr:class="prop">
            {state.hidden()}
            {state.hidden_op()}
            <label class="field__label" for="task-priority">"Priority"</label>
            <div class="prop__row">
                <select class="input" id="task-priority" name="priority" prop:value=move || priority.get().as_str() on:change=|event| submit_form_of(&event)>{options}</select>
                {save_button()}
            </div>
            {save_state(action)}
        </ActionForm>
    }
    .into_any()
}

#[component]
pub fn CategoryForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SaveCategory>(state);
    let category = state.part(|detail| detail.category);
    let options = Category::ALL
        .iter()
        .map(|choice| view! { <option value=choice.as_str() selected=*choice == category.get_untracked()>{choice.label()}</option> })
        .collect::<Vec<_>>();
    view! {
        <ActionForm action=action attr:class="prop">
            {state.hidden()}
            {state.hidden_op()}
            <label class="field__label" for="task-category">"Category in reports"</label>
            <div class="prop__row">
                <select class="input" id="task-category" name="category" prop:value=move || category.get().as_str() on:change=|event| submit_form_of(&event)>{options}</select>
                {save_button()}
            </div>
            {save_state(action)}
        </ActionForm>
    }
    .into_any()
}

/// The due date: a day, a time if it matters, or one of the usual days with one press.
#[component]
pub fn DueForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SaveDue>(state);
    let fields = state.part(|detail| fields(detail.card.due));
    let (date, time) = fields.get_untracked();
    let today = state.detail.with_untracked(|detail| detail.clock.today());
    let chip = move || state.detail.with(|detail| due::chip(detail.card.due, detail.card.finish, detail.clock));
    view! {
        <div class="prop">
            <span class="prop__row">
                <span class="field__label">"Due"</span>
                {move || chip().map(|chip| view! { <span class="chip" data-due=chip.key.as_str()><Icon name=chip.key.icon() /><bdi>{chip.words}</bdi></span> })}
            </span>
            <ActionForm action=action attr:class="prop">
                {state.hidden()}
                {state.hidden_op()}
                <div class="prop__row">
                    <input class="input" type="date" name="due_on" aria-label="Due date" value=date prop:value=move || fields.get().0 class:is-empty=move || fields.get().0.is_empty() on:change=|event| submit_form_of(&event) />
                    <input class="input" type="time" name="due_time" aria-label="Time, optional" value=time prop:value=move || fields.get().1 class:is-empty=move || fields.get().1.is_empty() on:change=|event| submit_form_of(&event) />
                </div>
                {save_button()}
            </ActionForm>
            <ActionForm action=action attr:class="presets">
                {state.hidden()}
                {state.hidden_op()}
                {presets(today, first_day())}
            </ActionForm>
            {save_state(action)}
        </div>
    }
    .into_any()
}

/// The day work should begin.
#[component]
pub fn StartForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SaveStart>(state);
    let start = state.part(|detail| detail.parts.start_on.map(|date| date.to_string()).unwrap_or_default());
    let late = state.part(|detail| due::begins_late(detail.parts.start_on, detail.card.due));
    view! {
        <ActionForm action=action attr:class="prop">
            {state.hidden()}
            {state.hidden_op()}
            <label class="field__label" for="task-start">"Start"</label>
            <div class="prop__row">
                <input class="input" type="date" id="task-start" name="start_on" value=start.get_untracked() prop:value=move || start.get() class:is-empty=move || start.get().is_empty() on:change=|event| submit_form_of(&event) />
                {save_button()}
            </div>
            {move || late.get().map(|words| view! { <span class="state small" data-tone="warn" role="status"><Icon name="triangle-alert" />{words}</span> })}
            {save_state(action)}
        </ActionForm>
    }
    .into_any()
}

/// How long the task should take, as people write it.
#[component]
pub fn EstimateForm(state: TaskState) -> impl IntoView {
    let action = undoable::<SaveEstimate>(state);
    let estimate = state.part(|detail| detail.parts.estimate.clone().unwrap_or_default());
    let typed = action.value().with_untracked(|value| {
        value.as_ref().and_then(|value| value.as_ref().err()).and_then(|error| error.typed("estimate"))
    });
    let shown = typed.unwrap_or_else(|| estimate.get_untracked());
    view! {
        <ActionForm action=action attr:class="prop">
            {state.hidden()}
            {state.hidden_op()}
            <label class="field__label" for="task-estimate">"Estimate"</label>
            <div class="prop__row">
                <input class="input" id="task-estimate" name="estimate" placeholder="2h 30m or 1.5d" autocomplete="off" maxlength="40" value=shown prop:value=move || estimate.get() on:change=|event| submit_form_of(&event) />
                {save_button()}
            </div>
            {save_state(action)}
        </ActionForm>
    }
    .into_any()
}

/// The values of the two fields.
fn fields(due: Option<Due>) -> (String, String) {
    match due {
        None => (String::new(), String::new()),
        Some(Due::On(date)) => (date.to_string(), String::new()),
        Some(Due::At { local, .. }) => (local.date().to_string(), clock_time(local.time())),
    }
}

fn presets(today: NaiveDate, first_day: Weekday) -> impl IntoView {
    let next = due::next_week(today, first_day);
    let days = [("Today", Some(today)), ("Tomorrow", today.succ_opt()), ("Next week", next), ("None", None)];
    days.map(|(label, date)| {
        let date = date.map(|date| date.to_string()).unwrap_or_default();
        view! { <button class="filter" type="submit" name="due_on" value=date>{label}</button> }
    })
    .into_iter()
    .collect_view()
}

/// For people without WebAssembly: otherwise the choice saves itself.
fn save_button() -> impl IntoView {
    view! { <button class="btn is-sm needs-no-script" type="submit">"Save"</button> }
}
