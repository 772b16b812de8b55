//! The history of an exported task: as it stands there, completed where another program left something out.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::place::Place;
use crate::domain::import::plan::{EventOrigin, OwnEntry, PlannedChange, PlannedEvent, PlannedStand};
use crate::domain::import::problem::ImportProblem;
use crate::domain::project_export::{EventPart, TaskPart};
use crate::domain::task::{DESCRIPTION_MAX, EventKind, Status};

use super::Known;

/// The past of a task, oldest first: it is created somewhere, and its last move ends where it stands. How many steps
/// had to be inferred for that is counted.
pub fn of_task(
    task: &TaskPart,
    place: &Place,
    known: &Known,
    inferred: &mut usize,
) -> Result<Vec<PlannedEvent>, ImportProblem> {
    let mut events = Vec::with_capacity(task.history.len());
    for (nth, part) in task.history.iter().enumerate() {
        events.push(event(task, part, &place.part("entry of the history", nth), known)?);
    }
    events.sort_by_key(|event| event.at);
    let before = events.len();
    complete(task, &mut events);
    *inferred += events.len() - before;
    Ok(events)
}

fn event(task: &TaskPart, part: &EventPart, place: &Place, known: &Known) -> Result<PlannedEvent, ImportProblem> {
    let entry = OwnEntry {
        kind: place.choice("kind", &part.kind, EventKind::ALL)?,
        from: stand(place, "from_status", part.from, part.from_status.as_deref())?,
        to: stand(place, "to_status", part.to, part.to_status.as_deref())?,
        detail: detail(place, &part.detail)?,
    };
    Ok(PlannedEvent {
        card: task.id.to_string(),
        at: place.past("at", part.at)?,
        person: known.person(place, "by", part.by)?,
        change: PlannedChange::Own(Box::new(entry)),
        origin: EventOrigin::Recorded,
    })
}

fn stand(
    place: &Place,
    field: &str,
    column: Option<Uuid>,
    status: Option<&str>,
) -> Result<Option<PlannedStand>, ImportProblem> {
    let status = status.map(|word| place.choice(field, word, Status::ALL)).transpose()?;
    Ok(column.map(|column| PlannedStand { column: column.to_string(), status }))
}

/// What the words of an entry need. What we do not know is left out, what we know must be as we write it.
fn detail(place: &Place, value: &Value) -> Result<Map<String, Value>, ImportProblem> {
    let fields = match value {
        Value::Null => return Ok(Map::new()),
        Value::Object(fields) => fields,
        _ => return Err(place.fault("detail", "expected an object in braces")),
    };
    let mut kept = Map::new();
    for (name, value) in fields {
        let is_right = match name.as_str() {
            "field" | "from" | "to" | "by" => {
                if let Some(text) = value.as_str() {
                    place.text(&format!("detail, {name}"), text, DESCRIPTION_MAX)?;
                }
                value.is_string()
            }
            "version" => value.as_i64().is_some_and(|version| (0..i64::MAX / 2).contains(&version)),
            "generation" => value.as_u64().is_some_and(|generation| u32::try_from(generation).is_ok()),
            "task" | "person" | "label" => value.as_str().is_some_and(|id| id.parse::<Uuid>().is_ok()),
            "inferred" => value.is_boolean(),
            _ => continue,
        };
        if !is_right && !value.is_null() {
            return Err(place.fault(&format!("detail, {name}"), "found a value of another kind than AutoReport writes"));
        }
        if is_right {
            kept.insert(name.clone(), value.clone());
        }
    }
    Ok(kept)
}

/// Charts count on a beginning, and on an end where the task stands.
fn complete(task: &TaskPart, events: &mut Vec<PlannedEvent>) {
    let here = task.column.to_string();
    let is_created =
        |event: &PlannedEvent| matches!(&event.change, PlannedChange::Own(entry) if entry.kind == EventKind::Created);
    if !events.iter().any(is_created) {
        let first = events.iter().find_map(|event| event.change.arrives_in()).unwrap_or(&here).to_owned();
        let at = events.first().map_or(task.created_at, |event| event.at.min(task.created_at));
        events.insert(0, inferred(task, at, EventKind::Created, None, &first));
    }
    let last = events.iter().rev().find_map(|event| event.change.arrives_in()).map(str::to_owned);
    if let Some(last) = last.filter(|last| *last != here) {
        let at = events.last().map_or(task.updated_at, |event| event.at.max(task.updated_at));
        events.push(inferred(task, at, EventKind::Moved, Some(last), &here));
    }
}

fn inferred(task: &TaskPart, at: DateTime<Utc>, kind: EventKind, from: Option<String>, to: &str) -> PlannedEvent {
    let stand = |column: String| PlannedStand { column, status: None };
    let entry = OwnEntry { kind, from: from.map(stand), to: Some(stand(to.to_owned())), detail: Map::new() };
    PlannedEvent {
        card: task.id.to_string(),
        at,
        person: None,
        change: PlannedChange::Own(Box::new(entry)),
        origin: EventOrigin::Inferred,
    }
}
