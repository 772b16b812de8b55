//! The history, in the shape in which tasks write it themselves.

use std::collections::HashMap;

use chrono::SecondsFormat;
use sea_orm::ActiveValue::Set;
use serde_json::Value;
use uuid::Uuid;

use super::board::{Board, Place};
use crate::{
    domain::{
        ids::{ColumnId, EventId, LabelId, ProjectId, TaskId, UserId},
        import::{
            clean,
            plan::{EventOrigin, ImportPlan, OwnEntry, PlannedChange, PlannedDue, PlannedEvent, PlannedStand},
        },
        task::{EventKind, Status, TITLE_MAX},
    },
    entities::task_event,
    error::AppResult,
    platform::fault,
    tasks::service::events::Detail,
};

/// What the ids of the source are here.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    pub people: &'a HashMap<String, UserId>,
    pub labels: &'a HashMap<String, LabelId>,
    pub tasks: &'a HashMap<String, TaskId>,
}

/// Rows for the events of the cards in `here.tasks`. A move between two lists that share a column is none here.
pub fn build(
    project_id: ProjectId,
    board: &Board,
    here: Here<'_>,
    plan: &ImportPlan,
) -> AppResult<Vec<task_event::ActiveModel>> {
    let names: HashMap<&str, &str> =
        plan.people.iter().map(|person| (person.source_id.as_str(), person.name.as_str())).collect();
    let mut past = Past::of(board, plan);
    let mut rows = Vec::with_capacity(plan.history.len());
    for event in &plan.history {
        let Some(task_id) = here.tasks.get(&event.card).copied() else { continue };
        let Some(step) = step(board, &mut past, event) else { continue };
        let actor = event.person.as_ref().and_then(|person| here.people.get(person)).copied();
        let name = event.person.as_deref().and_then(|person| names.get(person)).filter(|_| actor.is_none());
        rows.push(task_event::ActiveModel {
            id: Set(EventId(Uuid::now_v7())),
            project_id: Set(project_id),
            task_id: Set(task_id),
            at: Set(event.at),
            actor_id: Set(actor),
            kind: Set(step.kind),
            from_column_id: Set(step.from.map(|place| place.column)),
            to_column_id: Set(step.to.map(|place| place.column)),
            from_status: Set(step.from.map(|place| place.status)),
            to_status: Set(step.to.map(|place| place.status)),
            detail: Set(detail(event, name.map(|name| (*name).to_owned()), here)?),
            op_id: Set(None),
        });
    }
    Ok(rows)
}

struct Step {
    kind: EventKind,
    from: Option<Place>,
    to: Option<Place>,
}

/// The lists of our own history: what they meant then, and those that are gone.
struct Past<'a> {
    board: &'a Board,
    /// What the lists mean in the file.
    meant: HashMap<&'a str, Status>,
    /// Deleted lists keep apart from each other, as they were: each has an id that no column has.
    gone: HashMap<String, ColumnId>,
}

impl<'a> Past<'a> {
    fn of(board: &'a Board, plan: &'a ImportPlan) -> Self {
        let meant = plan.columns.iter().map(|list| (list.source_id.as_str(), list.status)).collect();
        Self { board, meant, gone: HashMap::new() }
    }

    /// Where a card stood. Where somebody chose another meaning for a list, it had that meaning all the time.
    fn place(&mut self, stand: &PlannedStand) -> Place {
        if !self.board.has(&stand.column) {
            let column = *self.gone.entry(stand.column.clone()).or_insert_with(|| ColumnId(Uuid::now_v7()));
            return Place { column, status: stand.status.unwrap_or(Status::Todo) };
        }
        let here = self.board.place(&stand.column);
        let is_as_meant = self.meant.get(stand.column.as_str()) == Some(&here.status);
        Place { status: stand.status.filter(|_| is_as_meant).unwrap_or(here.status), ..here }
    }

    fn step(&mut self, entry: &OwnEntry) -> Option<Step> {
        let list = |stand: &Option<PlannedStand>| stand.as_ref().map(|stand| stand.column.clone());
        let was_within = list(&entry.from) == list(&entry.to);
        let from = entry.from.as_ref().map(|stand| self.place(stand));
        let to = entry.to.as_ref().map(|stand| self.place(stand));
        let is_within = from.map(|place| place.column) == to.map(|place| place.column);
        let is_no_move_here = entry.kind == EventKind::Moved && is_within && !was_within;
        (!is_no_move_here).then_some(Step { kind: entry.kind, from, to })
    }
}

fn step(board: &Board, past: &mut Past<'_>, event: &PlannedEvent) -> Option<Step> {
    let plain = |kind| Some(Step { kind, from: None, to: None });
    match &event.change {
        PlannedChange::Created { column } => {
            Some(Step { kind: EventKind::Created, from: None, to: Some(board.place(column)) })
        }
        PlannedChange::Moved { from, to } => {
            let (from, to) = (board.place(from), board.place(to));
            (from.column != to.column).then_some(Step { kind: EventKind::Moved, from: Some(from), to: Some(to) })
        }
        PlannedChange::Archived => plain(EventKind::Archived),
        PlannedChange::Restored => plain(EventKind::Restored),
        PlannedChange::Renamed { .. } | PlannedChange::Described | PlannedChange::DueChanged { .. } => {
            plain(EventKind::Edited)
        }
        PlannedChange::Commented => plain(EventKind::Commented),
        PlannedChange::Own(entry) => past.step(entry),
    }
}

/// The words that the task's page needs, and a mark on what was inferred.
fn detail(event: &PlannedEvent, by: Option<String>, here: Here<'_>) -> AppResult<String> {
    let edited = |field: &str, from: Option<String>, to: Option<String>| Detail {
        field: Some(field.to_owned()),
        from,
        to,
        ..Detail::default()
    };
    let detail = match &event.change {
        PlannedChange::Renamed { from, to } => {
            edited("title", Some(clean::line(from, TITLE_MAX)), Some(clean::line(to, TITLE_MAX)))
        }
        PlannedChange::Described => edited("description", None, None),
        PlannedChange::DueChanged { from, to } => edited("due", Some(machine(*from)), Some(machine(*to))),
        _ => Detail::default(),
    };
    let mut detail = match &event.change {
        PlannedChange::Own(entry) => own_detail(entry, by, here),
        _ => {
            serde_json::to_value(Detail { by, ..detail }).map_err(|error| fault::internal("writing an event", error))?
        }
    };
    if event.origin == EventOrigin::Inferred {
        detail["inferred"] = true.into();
    }
    Ok(detail.to_string())
}

/// As it stands in the file, with the task, the person and the label that it names as they are called here.
fn own_detail(entry: &OwnEntry, by: Option<String>, here: Here<'_>) -> Value {
    let mut detail = entry.detail.clone();
    let id_here = |name: &str, id: &str| match name {
        "task" => here.tasks.get(id).map(TaskId::to_string),
        "person" => here.people.get(id).map(UserId::to_string),
        _ => here.labels.get(id).map(LabelId::to_string),
    };
    for name in ["task", "person", "label"] {
        let Some(named) = detail.remove(name) else { continue };
        let id = named.as_str().and_then(|id| id_here(name, id));
        detail.extend(id.map(|id| (name.to_owned(), Value::from(id))));
    }
    if let Some(by) = by.filter(|_| !detail.contains_key("by")) {
        detail.insert("by".to_owned(), by.into());
    }
    Value::Object(detail)
}

/// A due date as edits write it; empty for none.
fn machine(due: Option<PlannedDue>) -> String {
    match due {
        None => String::new(),
        Some(PlannedDue::On(day)) => day.to_string(),
        Some(PlannedDue::At(at)) => at.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}
