//! The cells of a row. Each that can be changed is a small form: it saves by itself once the page is awake, and has a
//! button before.

use leptos::prelude::*;

use super::table::Shared;
use crate::{
    domain::{
        due::{self, Due},
        ids::ColumnId,
        task::{Category, Priority},
        task_list::ListColumn,
    },
    tasks::{
        submit_form_of,
        view::{LabelView, Stamp},
        views::ListRow,
    },
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
        ListColumn::Labels => labels(row, shared),
        ListColumn::Category => category(row, shared),
        ListColumn::Start => start(row, shared),
        ListColumn::Estimate => estimate(row, shared),
        ListColumn::Updated => moment(row, |row| row.updated.clone()),
        ListColumn::Created => moment(row, |row| row.created.clone()),
    };
    view! { <td data-label=column.label()>{content}</td> }.into_any()
}

fn moment(row: RwSignal<ListRow>, of: fn(&ListRow) -> Stamp) -> AnyView {
    let stamp = Memo::new(move |_| row.with(of));
    (move || {
        let stamp = stamp.get();
        view! { <time class="muted" datetime=stamp.at.to_rfc3339()>{stamp.words}</time> }
    })
    .into_any()
}

/// The form around a control: which task, and what of it.
fn form(row: RwSignal<ListRow>, shared: Shared, field: &'static str, control: AnyView) -> AnyView {
    let id = row.with_untracked(|row| row.card.id.to_string());
    view! {
        <ActionForm action=shared.save attr:class="cell">
            <input type="hidden" name="task" value=id />
            <input type="hidden" name="field" value=field />
            {shared.next.field()}
            {control}
            <button class="btn is-sm needs-no-script" type="submit">"Save"</button>
        </ActionForm>
    }
    .into_any()
}

fn name_of(row: RwSignal<ListRow>, what: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    move || row.with(|row| format!("{what} of {}", row.card.title))
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
        let word = move || row.with(|row| row.card.priority.label());
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

fn category(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    if !shared.can_edit {
        let word = move || row.with(|row| row.category.label());
        return view! { <span>{word}</span> }.into_any();
    }
    let here = row.with_untracked(|row| row.category);
    let options: Vec<_> = Category::ALL
        .iter()
        .map(|choice| view! { <option value=choice.as_str() selected=*choice == here>{choice.label()}</option> })
        .collect();
    let control = view! {
        <select class="input is-cell" name="value" aria-label=name_of(row, "Category")
            prop:value=move || row.with(|row| row.category.as_str())
            on:change=move |event| {
                submit_form_of(&event);
                if let Ok(category) = event_target_value(&event).parse() {
                    row.update(|row| row.category = category);
                }
            }>{options}</select>
    };
    form(row, shared, "category", control.into_any())
}

fn due(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let chip = move || {
        row.with(|row| due::chip(row.card.due, row.card.finish, shared.clock.get())).map(|chip| view! {
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

fn start(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let date = |row: &ListRow| row.start.map(|date| date.to_string()).unwrap_or_default();
    let late = Memo::new(move |_| row.with(|row| due::begins_late(row.start, row.card.due)));
    let warning = move || {
        late.get().map(|words| view! {
            <span class="state" data-tone="warn" role="img" aria-label=words title=words><Icon name="triangle-alert" /></span>
        })
    };
    if !shared.can_edit {
        return view! { <span class="cluster"><span>{move || row.with(date)}</span>{warning}</span> }.into_any();
    }
    let control = view! {
        <input class="input is-cell" type="date" name="value" aria-label=name_of(row, "Start date")
            value=row.with_untracked(date)
            prop:value=move || row.with(date)
            on:change=|event| submit_form_of(&event) />
        {warning}
    };
    form(row, shared, "start", control.into_any())
}

fn estimate(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let words = |row: &ListRow| row.estimate.clone().unwrap_or_default();
    if !shared.can_edit {
        return view! { <span>{move || row.with(words)}</span> }.into_any();
    }
    // What is being typed stays while others change the row.
    let is_typing = RwSignal::new(false);
    let shown = Memo::new(move |before: Option<&String>| match before {
        Some(before) if is_typing.get() => before.clone(),
        _ => row.with(words),
    });
    let control = view! {
        <input class="input is-cell" name="value" aria-label=name_of(row, "Estimate") placeholder="2h 30m" autocomplete="off" maxlength="40"
            value=shown.get_untracked()
            prop:value=move || shown.get()
            on:input=move |_| is_typing.set(true)
            on:change=move |event| {
                let typed = event_target_value(&event);
                submit_form_of(&event);
                is_typing.set(false);
                // Until the answer is there; where it is a refusal, the row is put back.
                row.update(|row| row.estimate = Some(typed).filter(|typed| !typed.is_empty()));
            } />
    };
    form(row, shared, "estimate", control.into_any())
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
        shared.people.with(|all| {
            all.iter()
                .map(|person| option(has.contains(&person.id), &person.id.to_string(), &person.name))
                .collect::<Vec<_>>()
        })
    };
    let control = view! { {faces}{toggles(row, "Assignees", options)} };
    form(row, shared, "person", control.into_any())
}

fn labels(row: RwSignal<ListRow>, shared: Shared) -> AnyView {
    let labels = Memo::new(move |_| row.with(|row| row.card.labels.clone()));
    let chips = move || {
        let labels: Vec<LabelView> = labels.get();
        let more = labels.len().saturating_sub(MOST);
        view! {
            <span class="card__labels">
                {labels.into_iter().take(MOST).map(|label| view! { <span class="label" data-hue=label.hue.to_string() dir="auto">{label.name}</span> }).collect_view()}
                {(more > 0).then(|| view! { <span class="label is-more">{format!("+{more}")}<span class="sr-only">" labels"</span></span> })}
            </span>
        }
    };
    if !shared.can_edit {
        return view! { {chips} }.into_any();
    }
    let options = move || {
        let has: Vec<String> = labels.with(|labels| labels.iter().map(|label| label.name.clone()).collect());
        // Of a project with more labels than a menu holds only its own can be chosen, to be taken off.
        let all = shared.labels.get().unwrap_or_else(|| has.clone());
        all.iter().map(|name| option(has.contains(name), name, name)).collect::<Vec<_>>()
    };
    let control = view! { {chips}{toggles(row, "Labels", options)} };
    let change = form(row, shared, "label", control.into_any());
    if shared.labels.with_untracked(Option::is_some) {
        return change;
    }
    let typed = view! {
        <input class="input is-cell" name="value" aria-label=name_of(row, "New label") placeholder="Label" autocomplete="off" maxlength="50"
            prop:value=move || { labels.track(); "" } on:change=|event| submit_form_of(&event) />
    };
    view! { {change}{form(row, shared, "new_label", typed.into_any())} }.into_any()
}

/// What a press on an entry does: gives it, or takes it away.
fn option(has: bool, value: &str, name: &str) -> AnyView {
    let (verb, word) = if has { ("remove", "Remove") } else { ("add", "Add") };
    view! { <option value=format!("{verb}:{value}")>{format!("{word} {name}")}</option> }.into_any()
}

/// A menu whose entries are given or taken away.
fn toggles(
    row: RwSignal<ListRow>,
    what: &'static str,
    options: impl Fn() -> Vec<AnyView> + Send + Sync + 'static,
) -> AnyView {
    view! {
        <select class="input is-cell" name="value" aria-label=name_of(row, what) prop:value=move || { row.track(); "" } on:change=|event| submit_form_of(&event)>
            <option value="">"Change"</option>
            {options}
        </select>
    }
    .into_any()
}
