//! The history, in the shape in which tasks write it themselves.

use std::collections::HashMap;

use chrono::SecondsFormat;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::board::{Board, Place};
use crate::{
    domain::{
        ids::{EventId, ProjectId, TaskId, UserId},
        import::{
            clean,
            plan::{EventOrigin, ImportPlan, PlannedChange, PlannedDue, PlannedEvent},
        },
        task::{EventKind, TITLE_MAX},
    },
    entities::task_event,
    error::AppResult,
    platform::fault,
    tasks::service::events::Detail,
};

/// Rows for the events of the cards in `tasks`. A move between two lists that share a column is none here.
pub fn build(
    project_id: ProjectId,
    board: &Board,
    people: &HashMap<String, UserId>,
    tasks: &HashMap<String, TaskId>,
    plan: &ImportPlan,
) -> AppResult<Vec<task_event::ActiveModel>> {
    let names: HashMap<&str, &str> =
        plan.people.iter().map(|person| (person.source_id.as_str(), person.name.as_str())).collect();
    let mut rows = Vec::with_capacity(plan.history.len());
    for event in &plan.history {
        let Some(task_id) = tasks.get(&event.card).copied() else { continue };
        let Some(step) = step(board, event) else { continue };
        let actor = event.person.as_ref().and_then(|person| people.get(person)).copied();
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
            detail: Set(detail(event, name.map(|name| (*name).to_owned()))?),
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

fn step(board: &Board, event: &PlannedEvent) -> Option<Step> {
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
    }
}

/// The words that the task's page needs, and a mark on what was inferred.
fn detail(event: &PlannedEvent, by: Option<String>) -> AppResult<String> {
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
    let mut detail =
        serde_json::to_value(Detail { by, ..detail }).map_err(|error| fault::internal("writing an event", error))?;
    if event.origin == EventOrigin::Inferred {
        detail["inferred"] = true.into();
    }
    Ok(detail.to_string())
}

/// A due date as edits write it; empty for none.
fn machine(due: Option<PlannedDue>) -> String {
    match due {
        None => String::new(),
        Some(PlannedDue::On(day)) => day.to_string(),
        Some(PlannedDue::At(at)) => at.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}
