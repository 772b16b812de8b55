//! One change of all rows that are selected. The boxes stand in the rows and name this form, so it works plainly.

use std::collections::BTreeSet;

use leptos::{html::Select, prelude::*};

use crate::{
    domain::{
        due::Finish,
        ids::{OpId, TaskId},
        task::{Priority, Status},
    },
    error::AppError,
    tasks::{
        board::{Named, NextOp, Rewind, last_sent},
        held::{Held, Waits},
        view::PersonChoice,
        views::TaskList,
        views_api::ChangeMany,
    },
    ui::{
        Icon,
        toast::{Toast, Toasts, Tone},
    },
};

/// The rows that are selected on a page that is awake, and the one that was pressed last: a range begins there.
#[derive(Clone, Copy)]
pub struct Picked(pub RwSignal<BTreeSet<TaskId>>, StoredValue<Option<TaskId>>);

impl Picked {
    /// Nothing is selected.
    pub fn new() -> Self {
        Self(RwSignal::new(BTreeSet::new()), StoredValue::new(None))
    }

    /// Selects a row or lets it go.
    pub fn set(self, task: TaskId, is_picked: bool) {
        self.set_all(&[task], is_picked);
        self.1.set_value(Some(task));
    }

    /// Selects all rows from the one that was pressed last to this one, or lets them go; `rows` as they stand there.
    pub fn set_to(self, task: TaskId, is_picked: bool, rows: &[TaskId]) {
        self.set_all(range(rows, self.1.get_value(), task), is_picked);
        self.set(task, is_picked);
    }

    /// The cell with the box of a row. With Shift it is pressed for all `rows` from the one that was pressed last.
    pub fn cell(
        self,
        task: TaskId,
        name: Signal<String>,
        rows: impl Fn() -> Vec<TaskId> + Send + Sync + 'static,
    ) -> AnyView {
        // A change does not say what is held: the press before it does.
        let is_range = StoredValue::new(false);
        let change = move |event| {
            let is_picked = event_target_checked(&event);
            if is_range.try_update_value(std::mem::take) == Some(true) {
                self.set_to(task, is_picked, &rows());
            } else {
                self.set(task, is_picked);
            }
        };
        view! {
            <td class="pick" data-label="Select">
                <label>
                    <input type="checkbox" name="tasks[]" form="bulk" value=task.to_string() aria-label=name
                        prop:checked=move || self.0.with(|picked| picked.contains(&task))
                        on:keydown=move |event| is_range.set_value(event.key() == " " && event.shift_key())
                        on:click=move |event| if event.shift_key() { is_range.set_value(true) }
                        on:change=change />
                </label>
            </td>
        }
        .into_any()
    }

    fn set_all(self, tasks: &[TaskId], is_picked: bool) {
        self.0.update(|picked| {
            for task in tasks {
                if is_picked {
                    picked.insert(*task);
                } else {
                    picked.remove(task);
                }
            }
        });
    }
}

/// One change of many rows: who asks for it, of which rows, and the way back.
#[derive(Clone, Copy)]
pub struct Bulk {
    pub many: ServerAction<ChangeMany>,
    pub picked: Picked,
    /// The name of the next change.
    pub next: NextOp,
    /// How many times the server has answered; what waits for a session is not answered yet.
    pub answers: RwSignal<u32>,
    /// The steps of the project, once it is known.
    pub rewind: StoredValue<Option<Rewind>>,
}

impl Bulk {
    /// Nothing is selected, and nothing was changed.
    pub fn new() -> Self {
        Self {
            many: ServerAction::new(),
            picked: Picked::new(),
            next: NextOp::new(),
            answers: RwSignal::new(0),
            rewind: StoredValue::new(None),
        }
    }
}

impl Named for ChangeMany {
    fn op(&self) -> Option<OpId> {
        self.op
    }
}

impl Waits for ChangeMany {
    // Two changes of many rows are two, whatever rows they share.
    fn replaces(&self, _other: &Self) -> bool {
        false
    }
}

#[component]
pub fn BulkForm(
    /// The page of rows that can be selected.
    list: RwSignal<TaskList>,
    bulk: Bulk,
) -> impl IntoView {
    let Bulk { many, picked, next, .. } = bulk;
    let columns = list.with_untracked(|list| list.columns.clone());
    // A browser may fill the field in as it was, before or without a change that is told.
    let (field, chosen) = (NodeRef::<Select>::new(), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            chosen.set(field.value());
        }
    });
    let completing: Vec<String> = columns
        .iter()
        .filter(|column| column.status == Status::Done)
        .map(|column| format!("move:{}", column.id))
        .collect();
    // Said before they are completed, not only afterwards.
    let blocked = move || {
        let is_completing = chosen.with(|chosen| completing.contains(chosen));
        let many = list.with(|list| {
            let open = list.rows.iter().filter(|row| row.card.finish == Finish::Open && row.card.blocked_by > 0);
            open.filter(|row| picked.0.with(|picked| picked.contains(&row.card.id))).count()
        });
        (is_completing && many > 0).then(|| match many {
            1 => "1 of them is still blocked by open tasks.".to_owned(),
            many => format!("{many} of them are still blocked by open tasks."),
        })
    };
    let move_to: Vec<_> = columns
        .into_iter()
        .map(|column| view! { <option value=format!("move:{}", column.id)>{column.name}</option> })
        .collect();
    let priorities: Vec<_> = Priority::ALL
        .iter()
        .map(|priority| view! { <option value=format!("priority:{priority}")>{priority.label()}</option> })
        .collect();
    let people = Memo::new(move |_| list.with(|list| list.people.clone()));
    let persons = move |verb: &'static str| {
        people.with(|people| {
            let option = |person: &PersonChoice| {
                view! { <option value=format!("{verb}:{}", person.id)>{person.name.clone()}</option> }.into_any()
            };
            people.iter().map(option).collect::<Vec<_>>()
        })
    };
    let labels = Memo::new(move |_| list.with(|list| list.labels.clone().unwrap_or_default()));
    let names = move |verb: &'static str| {
        labels.with(|labels| {
            let option =
                |name: &String| view! { <option value=format!("{verb}:{name}")>{name.clone()}</option> }.into_any();
            labels.iter().map(option).collect::<Vec<_>>()
        })
    };
    let all = move || list.with_untracked(|list| list.rows.iter().map(|row| row.card.id).collect());
    let count = move || match picked.0.with(BTreeSet::len) {
        0 => "Nothing is selected.".to_owned(),
        1 => "1 task is selected.".to_owned(),
        many => format!("{many} tasks are selected."),
    };
    view! {
        <ActionForm action=many attr:class="bulk panel" attr:id="bulk">
            {next.field()}
            <span class="is-script muted small" role="status">{count}</span>
            <button type="button" class="btn is-sm is-script" on:click=move |_| picked.0.set(all())>"Select all on this page"</button>
            <label class="field__label" for="bulk-change">"Change of the selected tasks"</label>
            <select class="input" id="bulk-change" name="change" node_ref=field on:change=move |event| chosen.set(event_target_value(&event))>
                <optgroup label="Move to">{move_to}</optgroup>
                <optgroup label="Priority">{priorities}</optgroup>
                <optgroup label="Due">
                    <option value="due:today">"Today"</option>
                    <option value="due:tomorrow">"Tomorrow"</option>
                    <option value="due:week">"In a week"</option>
                    <option value="due:none">"No due date"</option>
                </optgroup>
                <optgroup label="Assign">{move || persons("add")}</optgroup>
                <optgroup label="Take from">{move || persons("remove")}</optgroup>
                <optgroup label="Put on the label">{move || names("label")}</optgroup>
                <optgroup label="Take off the label">{move || names("unlabel")}</optgroup>
                <option value="archive">"Archive"</option>
            </select>
            <span class="is-script" role="status">{move || blocked().map(|words| view! { <span class="state small" data-tone="warn"><Icon name="ban" />{words}</span> })}</span>
            <button class="btn" type="submit">"Apply"</button>
        </ActionForm>
    }
    .into_any()
}

/// Says what became of a change of many tasks, offers to take it back where it has a name, and lets the selection go. Where
/// the session has ended, the change waits for somebody to sign in again, and the selection stays.
pub fn tell(bulk: Bulk, done: &'static str) {
    let Bulk { many, picked, answers, rewind, .. } = bulk;
    let toasts = use_context::<Toasts>();
    let (value, last, held) = (many.value(), last_sent(many), Held::of(many));
    Effect::new(move |_| {
        let Some(answer) = value.get() else { return };
        let put_off = move || {
            if let Some(toasts) = toasts {
                toasts.fail(unchanged(&AppError::SignedOut));
            }
        };
        if held.keeps(&answer, move |_| put_off()) {
            return;
        }
        answers.update(|answers| *answers = answers.wrapping_add(1));
        let Some(toasts) = toasts else { return };
        match answer {
            Ok(count) => {
                picked.0.set(BTreeSet::new());
                let words = if count == 1 { format!("{done} 1 task") } else { format!("{done} {count} tasks") };
                match (last.get_value(), rewind.get_value()) {
                    (Some(op), Some(rewind)) => rewind.offer(op, words),
                    _ => toasts.push(Toast { words, action: None, tone: Tone::Good }),
                }
            }
            Err(AppError::Invalid(invalid)) if invalid.fields.iter().any(|field| field.field == "tasks") => {
                toasts.fail("Nothing was changed. Select a task first, at most 500.");
            }
            Err(error) => toasts.fail(unchanged(&error)),
        }
    });
}

/// The rows from one to another, whichever stands first; none where the first is not there any more.
fn range(rows: &[TaskId], from: Option<TaskId>, to: TaskId) -> &[TaskId] {
    let at = |wanted: TaskId| rows.iter().position(|row| *row == wanted);
    match (from.and_then(at), at(to)) {
        (Some(from), Some(to)) => rows.get(from.min(to)..=from.max(to)).unwrap_or_default(),
        _ => &[],
    }
}

fn unchanged(error: &AppError) -> String {
    format!("Nothing was changed. {}", error.words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_goes_up_as_well_as_down_and_begins_with_a_row_that_is_there() {
        let id = |number: u128| TaskId(uuid::Uuid::from_u128(number));
        let rows = [id(5), id(3), id(8), id(1)];
        assert_eq!(range(&rows, Some(id(3)), id(1)), [id(3), id(8), id(1)]);
        assert_eq!(range(&rows, Some(id(8)), id(5)), [id(5), id(3), id(8)]);
        assert!(range(&rows, Some(id(4)), id(5)).is_empty());
        assert!(range(&rows, None, id(5)).is_empty());
    }
}
