//! The rows of the list. Each is a signal of its own: a cell that was saved changes nothing but its row, and what others
//! change nothing but theirs.

use leptos::prelude::*;

use super::{
    bulk_form::{Bulk, Picked},
    cells,
    title::title,
};
use crate::{
    domain::{
        due::{Finish, ViewerClock},
        ids::{OpId, TaskId},
        task_list::{ListColumn, ListQuery, ListSort},
    },
    error::AppError,
    tasks::{
        board::{Named, NextOp, Rewind, every_minute, last_sent, still_blocked},
        held::{Held, Waits},
        view::{ColumnChoice, PersonChoice},
        views::{ListRow, TaskList},
        views_api::SaveCell,
    },
    ui::{
        Icon,
        toast::{Toast, Toasts, Tone},
    },
};

/// What the cells of all rows share.
#[derive(Clone, Copy)]
pub struct Shared {
    pub columns: StoredValue<Vec<ColumnChoice>>,
    pub people: Memo<Vec<PersonChoice>>,
    /// Names of labels; `None` where there are too many for a menu.
    pub labels: Memo<Option<Vec<String>>>,
    pub clock: Memo<ViewerClock>,
    pub can_edit: bool,
    pub save: ServerAction<SaveCell>,
    /// The name of the next change.
    pub next: NextOp,
    picked: Picked,
    /// How many times the server has refused a cell, and the tasks that it was one of the last time.
    refused: RwSignal<(u32, Vec<TaskId>)>,
}

impl Named for SaveCell {
    fn op(&self) -> Option<OpId> {
        self.op
    }
}

impl Waits for SaveCell {
    // Whoever is given a task, and every label, is a change of its own: `add:` and `remove:` of the same one replace each
    // other.
    fn replaces(&self, other: &Self) -> bool {
        let whom = |cell: &Self| match cell.field.as_str() {
            "person" | "label" => cell.value.split_once(':').map(|(_, whom)| whom.to_owned()),
            "new_label" => Some(cell.value.clone()),
            _ => None,
        };
        (self.task, &self.field, whom(self)) == (other.task, &other.field, whom(other))
    }
}

#[component]
pub fn Table(list: RwSignal<TaskList>, bulk: Bulk) -> impl IntoView {
    let TaskList { key, can_edit, query, columns, .. } = list.get_untracked();
    let (save, next) = (ServerAction::<SaveCell>::new(), NextOp::new());
    let rewind = bulk.rewind.get_value();
    if let Some(rewind) = &rewind {
        rewind.follow(save, next, |sent| vec![sent.task]);
    }
    let refused = RwSignal::new((0, Vec::new()));
    follow(save, list, rewind, refused);
    every_minute(move |now| {
        list.try_update(|list| list.clock.now = now);
    });
    let shared = Shared {
        columns: StoredValue::new(columns),
        people: Memo::new(move |_| list.with(|list| list.people.clone())),
        labels: Memo::new(move |_| list.with(|list| list.labels.clone())),
        clock: Memo::new(move |_| list.with(|list| list.clock)),
        can_edit,
        save,
        next,
        picked: bulk.picked,
        refused,
    };
    let shown = query.columns.clone().unwrap_or_default();
    let path = format!("/board/{key}/list");
    let heads: Vec<_> = shown
        .iter()
        .map(|column| match column.sort() {
            Some(sort) => head(&query, &path, sort, column.label()),
            None => view! { <th scope="col">{column.label()}</th> }.into_any(),
        })
        .collect();
    let ids = Memo::new(move |_| list.with(|list| list.rows.iter().map(|row| row.card.id).collect::<Vec<_>>()));
    let lines = view! { <For each=move || ids.get() key=|id| *id let(id)>{line(id, list, &key, &shown, shared)}</For> };
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
    // It stays in sight where the table is scrolled sideways.
    let is_title = sort == ListSort::Title;
    let icon = query.aria_sort(sort).map(|way| if way == "ascending" { "chevron-up" } else { "chevron-down" });
    view! {
        <th scope="col" class:is-title=is_title aria-sort=query.aria_sort(sort)>
            <a class="sort" href=href>{label}{icon.map(|icon| view! { <Icon name=icon /> })}</a>
        </th>
    }
    .into_any()
}

fn line(id: TaskId, list: RwSignal<TaskList>, key: &str, shown: &[ListColumn], shared: Shared) -> AnyView {
    let find = move |list: &TaskList| list.rows.iter().find(|row| row.card.id == id).cloned();
    let Some(first) = list.with_untracked(find) else { return ().into_any() };
    let reference = first.card.reference(key);
    let row = RwSignal::new(first);
    let refused = shared.refused;
    Effect::new(move |before: Option<u32>| {
        // What a field shows and the row never had is put back, too.
        let (times, tasks) = refused.get();
        let is_refused = before.is_some_and(|before| before != times) && tasks.contains(&id);
        let is_other = |fresh: &ListRow| is_refused || row.with_untracked(|row| row != fresh);
        if let Some(fresh) = list.with(find).filter(is_other) {
            row.set(fresh);
        }
        times
    });
    let rows = move || list.with_untracked(|list| list.rows.iter().map(|row| row.card.id).collect());
    let pick = shared.can_edit.then(|| {
        let name = Signal::derive(move || row.with(|row| format!("Select {}", row.card.title)));
        shared.picked.cell(id, name, rows)
    });
    let cells: Vec<AnyView> = shown.iter().map(|column| cells::cell(*column, row, shared)).collect();
    let title = title(row, format!("/tasks/{reference}"), shared);
    view! {
        <tr>
            {pick}
            <td data-label="Number" class="key">{reference}</td>
            <th scope="row">{title}</th>
            {cells}
        </tr>
    }
    .into_any()
}

/// The list follows what the server says of a row; what was refused goes back to what it was. Where the session has ended,
/// it goes back only if nobody signs in again.
fn follow(
    save: ServerAction<SaveCell>,
    list: RwSignal<TaskList>,
    rewind: Option<Rewind>,
    refused: RwSignal<(u32, Vec<TaskId>)>,
) {
    let toasts = use_context::<Toasts>();
    let (value, last, held) = (save.value(), last_sent(save), Held::of(save));
    let put_back = move |cells: Vec<SaveCell>, error: &AppError| {
        let tasks = cells.iter().map(|cell| cell.task).collect();
        // Their rows show again what the list knows of them; what is being typed in others stays.
        refused.update(|refused| *refused = (refused.0.wrapping_add(1), tasks));
        if let Some(toasts) = toasts {
            toasts.fail(refusal(error));
        }
    };
    Effect::new(move |_| {
        let Some(answer) = value.get() else { return };
        let on_the_way = held.on_the_way();
        if held.keeps(&answer, move |cells| put_back(cells, &AppError::SignedOut)) {
            return;
        }
        match answer {
            Ok(fresh) => {
                let before =
                    list.with_untracked(|list| list.rows.iter().find(|row| row.card.id == fresh.card.id).cloned());
                if let (Some(words), Some(toasts)) = (before.and_then(|before| warning(&before, &fresh)), toasts) {
                    match (last.get_value(), rewind.clone()) {
                        (Some(op), Some(rewind)) => rewind.offer(op, words),
                        _ => toasts.push(Toast { words, action: None, tone: Tone::Good }),
                    }
                }
                list.update(|list| {
                    if let Some(row) = list.rows.iter_mut().find(|row| row.card.id == fresh.card.id) {
                        *row = fresh;
                    }
                });
            }
            Err(error) => put_back(on_the_way, &error),
        }
    });
}

/// A task that others still block may be completed; it is said.
fn warning(before: &ListRow, fresh: &ListRow) -> Option<String> {
    let is_completed = before.card.finish == Finish::Open && fresh.card.finish != Finish::Open;
    (is_completed && fresh.card.blocked_by > 0)
        .then(|| format!("Completed “{}”. {}.", fresh.card.title, still_blocked(fresh.card.blocked_by)))
}

fn refusal(error: &AppError) -> String {
    match error {
        AppError::Conflict(conflict) => format!(
            "Not saved. {} named it “{}” meanwhile, you “{}”: save that again to put it over theirs.",
            conflict.who(),
            conflict.theirs,
            conflict.mine
        ),
        AppError::Invalid(invalid) => {
            let words = invalid.fields.first().map_or_else(|| error.words(), |field| field.problem.words());
            format!("Not saved. {words}.")
        }
        _ => format!("Not saved. {}", error.words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_replaces_itself_but_nobody_who_is_given_the_task_takes_the_place_of_another() {
        let cell = |field: &str, value: &str| SaveCell {
            task: TaskId(uuid::Uuid::nil()),
            field: field.to_owned(),
            value: value.to_owned(),
            version: 0,
            op: None,
        };
        assert!(cell("due", "2031-03-12").replaces(&cell("due", "")));
        assert!(!cell("due", "").replaces(&cell("start", "")));
        assert!(cell("person", "remove:1").replaces(&cell("person", "add:1")));
        assert!(!cell("person", "add:2").replaces(&cell("person", "add:1")));
        assert!(!cell("new_label", "Ops").replaces(&cell("new_label", "Desk")));
    }
}
