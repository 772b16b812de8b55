//! The rows of the list. Each is a signal of its own: a cell that was saved changes nothing but its row.

use std::collections::HashMap;

use leptos::prelude::*;

use super::{bulk_form::Picked, cells};
use crate::{
    domain::{
        due::ViewerClock,
        ids::TaskId,
        task_list::{ListColumn, ListQuery, ListSort},
    },
    tasks::{
        view::{ColumnChoice, PersonChoice},
        views::{ListRow, TaskList},
        views_api::SaveCell,
    },
    ui::{Icon, toast::Toasts},
};

/// What the cells of all rows share.
#[derive(Clone, Copy)]
pub struct Shared {
    pub columns: StoredValue<Vec<ColumnChoice>>,
    pub people: StoredValue<Vec<PersonChoice>>,
    pub clock: ViewerClock,
    pub can_edit: bool,
    pub save: ServerAction<SaveCell>,
    picked: Picked,
}

#[component]
pub fn Table(list: TaskList, picked: Picked) -> impl IntoView {
    let TaskList { key, can_edit, clock, query, rows, columns, people, .. } = list;
    let rows: Vec<(TaskId, RwSignal<ListRow>)> =
        rows.into_iter().map(|row| (row.card.id, RwSignal::new(row))).collect();
    let save = ServerAction::<SaveCell>::new();
    follow(save, &rows);
    let shared =
        Shared { columns: StoredValue::new(columns), people: StoredValue::new(people), clock, can_edit, save, picked };
    let shown = query.columns.clone().unwrap_or_default();
    let path = format!("/board/{key}/list");
    let heads: Vec<_> = shown
        .iter()
        .map(|column| match column.sort() {
            Some(sort) => head(&query, &path, sort, column.label()),
            None => view! { <th scope="col">{column.label()}</th> }.into_any(),
        })
        .collect();
    let lines: Vec<_> = rows.iter().map(|(_, row)| line(*row, &key, &shown, shared)).collect();
    view! {
        <div class="table-wrap is-list" data-density=query.look.density.map(|density| density.as_str()) tabindex="0" role="region" aria-label="Tasks">
            <table class="table dl-cards">
                <caption class="sr-only">"Tasks of the board"</caption>
                <thead>
                    <tr>
                        {can_edit.then(|| view! { <th scope="col" class="pick"><span class="sr-only">"Select"</span></th> })}
                        {head(&query, &path, ListSort::Number, "Number")}
                        {head(&query, &path, ListSort::Title, "Title")}
                        {heads}
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A heading that orders the list: a link, for the order is in the address.
fn head(query: &ListQuery, path: &str, sort: ListSort, label: &'static str) -> AnyView {
    let href = format!("{path}{}", query.pressed(sort).to_query());
    let icon = query.aria_sort(sort).map(|way| if way == "ascending" { "chevron-up" } else { "chevron-down" });
    view! {
        <th scope="col" aria-sort=query.aria_sort(sort)>
            <a class="sort" href=href>{label}{icon.map(|icon| view! { <Icon name=icon /> })}</a>
        </th>
    }
    .into_any()
}

fn line(row: RwSignal<ListRow>, key: &str, shown: &[ListColumn], shared: Shared) -> impl IntoView + use<> {
    let (id, reference, title) =
        row.with_untracked(|row| (row.card.id, row.card.reference(key), row.card.title.clone()));
    let picked = shared.picked;
    let pick = shared.can_edit.then(|| {
        view! {
            <td class="pick" data-label="Select">
                <input type="checkbox" name="tasks[]" form="bulk" value=id.to_string() aria-label=format!("Select {title}")
                    prop:checked=move || picked.0.with(|picked| picked.contains(&id))
                    on:change=move |event| picked.set(id, event_target_checked(&event)) />
            </td>
        }
    });
    let cells: Vec<AnyView> = shown.iter().map(|column| cells::cell(*column, row, shared)).collect();
    let href = format!("/tasks/{reference}");
    view! {
        <tr>
            {pick}
            <td data-label="Number" class="key">{reference}</td>
            <th scope="row"><a class="link" href=href dir="auto">{title}</a></th>
            {cells}
        </tr>
    }
}

/// A row follows what the server says of it; what was refused goes back to what it was.
fn follow(save: ServerAction<SaveCell>, rows: &[(TaskId, RwSignal<ListRow>)]) {
    let signals: HashMap<TaskId, RwSignal<ListRow>> = rows.iter().copied().collect();
    let known: HashMap<TaskId, ListRow> = rows.iter().map(|(id, row)| (*id, row.get_untracked())).collect();
    let known = StoredValue::new(known);
    let toasts = use_context::<Toasts>();
    let value = save.value();
    Effect::new(move |_| {
        let Some(answer) = value.get() else { return };
        match answer {
            Ok(fresh) => {
                let id = fresh.card.id;
                known.update_value(|known| drop(known.insert(id, fresh.clone())));
                if let Some(row) = signals.get(&id) {
                    row.set(fresh);
                }
            }
            Err(error) => {
                for (id, row) in &signals {
                    let before = known.with_value(|known| known.get(id).cloned());
                    if let Some(before) = before.filter(|before| row.with_untracked(|row| row != before)) {
                        row.set(before);
                    }
                }
                if let Some(toasts) = toasts {
                    toasts.fail(format!("Not saved. {}", error.words()));
                }
            }
        }
    });
}
