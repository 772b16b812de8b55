//! The cells of a row. Each that can be changed is a small form: it saves by itself once the page is awake, and has a
//! button before.

use leptos::prelude::*;

use super::table::Shared;
use crate::{
    domain::{
        due::{self, Due},
        ids::ColumnId,
        task::Priority,
        task_list::ListColumn,
    },
    tasks::{submit_form_of, views::ListRow},
    ui::{Avatar, Icon, PriorityMark, StatusMark},
};

/// Labels and people beyond these are counted.
const MOST: usize = 3;

/// One cell of a row.
pub fn cell(column: ListColumn, row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let content = match column {
        ListColumn::Status => status(row, shared),
        ListColumn::Priority => priority(row, shared),
        ListColumn::Due => due(row, shared),
        ListColumn::People => people(row, shared),
        ListColumn::Labels => labels(row),
        ListColumn::Updated => moment(row.with_untracked(|row| row.updated.clone())),
        ListColumn::Created => moment(row.with_untracked(|row| row.created.clone())),
    };
    view! { <td data-label=column.label()>{content}</td> }.into_any()
}

fn moment(stamp: crate::tasks::view::Stamp) -> AnyView {
    view! { <time class="muted" datetime=stamp.at.to_rfc3339()>{stamp.words}</time> }.into_any()
}

/// The form around a control: which task, and what of it.
fn form(row: RwSignal<ListRow>, shared: Shared, field: &'static str, control: AnyView) -> AnyView {
    let id = row.with_untracked(|row| row.card.id.to_string());
    view! {
        <ActionForm action=shared.save attr:class="cell">
            <input type="hidden" name="task" value=id />
            <input type="hidden" name="field" value=field />
            {control}
            <button class="btn is-sm needs-no-script" type="submit">"Save"</button>
        </ActionForm>
    }
    .into_any()
}

fn name_of(row: RwSignal<ListRow>, what: &str) -> String {
    row.with_untracked(|row| format!("{what} of {}", row.card.title))
}

fn status(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let of = move |column: ColumnId| {
        shared.columns.with_value(|all| all.iter().find(|choice| choice.id == column).map(|choice| choice.status))
    };
    let mark = move || of(row.with(|row| row.column)).map(|status| view! { <StatusMark status=status /> });
    if !shared.can_edit {
        let name = move || {
            let column = row.with(|row| row.column);
            shared.columns.with_value(|all| {
                all.iter().find(|choice| choice.id == column).map(|choice| choice.name.clone()).unwrap_or_default()
            })
        };
        return view! { <span class="cluster">{mark}<span dir="auto">{name}</span></span> }.into_any();
    }
    let here = row.with_untracked(|row| row.column);
    let options: Vec<_> = shared.columns.with_value(|all| {
        all.iter()
            .map(|choice| view! { <option value=choice.id.to_string() selected=choice.id == here>{choice.name.clone()}</option> })
            .collect()
    });
    let control = view! {
        {mark}
        <select class="input is-cell" name="value" aria-label=name_of(row, "Status")
            prop:value=move || row.with(|row| row.column.to_string())
            on:change=move |event| {
                submit_form_of(&event);
                if let Ok(column) = event_target_value(&event).parse() {
                    row.update(|row| row.column = column);
                }
            }>{options}</select>
    };
    form(row, shared, "status", control.into_any())
}

fn priority(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let mark = move || {
        let priority = row.with(|row| row.card.priority);
        view! { <PriorityMark priority=priority /> }
    };
    if !shared.can_edit {
        let word = row.with_untracked(|row| row.card.priority.label());
        return view! { <span class="cluster">{mark}{word}</span> }.into_any();
    }
    let here = row.with_untracked(|row| row.card.priority);
    let options: Vec<_> = Priority::ALL
        .iter()
        .map(|choice| view! { <option value=choice.as_str() selected=*choice == here>{choice.label()}</option> })
        .collect();
    let control = view! {
        {mark}
        <select class="input is-cell" name="value" aria-label=name_of(row, "Priority")
            prop:value=move || row.with(|row| row.card.priority.as_str())
            on:change=move |event| {
                submit_form_of(&event);
                if let Ok(priority) = event_target_value(&event).parse() {
                    row.update(|row| row.card.priority = priority);
                }
            }>{options}</select>
    };
    form(row, shared, "priority", control.into_any())
}

fn due(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let chip = move || {
        row.with(|row| due::chip(row.card.due, row.card.finish, shared.clock)).map(|chip| view! {
            <span class="chip" data-due=chip.key.as_str()><Icon name=chip.key.icon() /><bdi>{chip.words}</bdi></span>
        })
    };
    if !shared.can_edit {
        return view! { {chip} }.into_any();
    }
    let date = |due: Option<Due>| due.map(|due| due.date().to_string()).unwrap_or_default();
    let control = view! {
        <input class="input is-cell" type="date" name="value" aria-label=name_of(row, "Due date")
            value=row.with_untracked(|row| date(row.card.due))
            prop:value=move || row.with(|row| date(row.card.due))
            on:change=|event| submit_form_of(&event) />
        {chip}
    };
    form(row, shared, "due", control.into_any())
}

fn people(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let faces = move || {
        let people = row.with(|row| row.card.people.clone());
        let more = people.len().saturating_sub(MOST);
        view! {
            <span class="avatars">
                {people.into_iter().take(MOST).map(|name| view! { <Avatar name=name /> }).collect_view()}
                {(more > 0).then(|| view! { <span class="avatar is-more">{format!("+{more}")}<span class="sr-only">" people"</span></span> })}
            </span>
        }
    };
    if !shared.can_edit {
        return view! { {faces} }.into_any();
    }
    // Each entry says what it does: the list of people who have a task may be longer than one.
    let options = move || {
        let has = row.with(|row| row.assignees.clone());
        shared.people.with_value(|all| {
            all.iter()
                .map(|person| {
                    let verb = if has.contains(&person.id) { "Remove" } else { "Add" };
                    view! { <option value=person.id.to_string()>{format!("{verb} {}", person.name)}</option> }
                })
                .collect_view()
        })
    };
    let control = view! {
        {faces}
        <select class="input is-cell" name="value" aria-label=name_of(row, "Assignees") prop:value=move || { row.track(); "" } on:change=|event| submit_form_of(&event)>
            <option value="">"Change"</option>
            {options}
        </select>
    };
    form(row, shared, "person", control.into_any())
}

fn labels(row: RwSignal<ListRow>) -> AnyView {
    let labels = row.with_untracked(|row| row.card.labels.clone());
    let more = labels.len().saturating_sub(MOST);
    view! {
        <span class="card__labels">
            {labels.into_iter().take(MOST).map(|label| view! { <span class="label" data-hue=label.hue.to_string() dir="auto">{label.name}</span> }).collect_view()}
            {(more > 0).then(|| view! { <span class="label is-more">{format!("+{more}")}<span class="sr-only">" labels"</span></span> })}
        </span>
    }
    .into_any()
}
