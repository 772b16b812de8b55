//! A task's history in words.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    events::Detail,
    inverse::{self, Given},
};
use crate::{
    domain::{
        calendar::{clock_time, short_date},
        ids::{ColumnId, UserId},
        task::{Category, EventKind, Priority},
    },
    entities::{board_column, task, task_event, user},
    error::AppResult,
    platform::ctx::Ctx,
    tasks::view::{HistoryLine, Stamp},
};

/// Lines that a page shows where it is asked for no more.
pub const LISTED: u32 = 300;
/// Most lines that a page shows.
pub const LISTED_MOST: u32 = 30_000;

/// An instant with its words for a zone.
pub fn stamp(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Stamp {
    let local = at.with_timezone(&zone);
    let today = now.with_timezone(&zone).date_naive();
    Stamp { at, words: format!("{}, {}", short_date(local.date_naive(), today), clock_time(local.time())) }
}

/// So many lines of the history of a task, the newest first, and whether there are more. Where it is known what the task
/// is given, each line that nothing later is about can be taken back.
///
/// # Errors
/// Only those of the database.
pub async fn lines(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    task: &task::Model,
    most: u32,
    given: Option<&Given>,
) -> AppResult<(Vec<HistoryLine>, bool)> {
    let mut events = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(task.id))
        .order_by_desc(task_event::Column::At)
        .order_by_desc(task_event::Column::Id)
        .limit(u64::from(most) + 1)
        .all(db)
        .await?;
    let is_cut = events.len() > most as usize;
    events.truncate(most as usize);
    let actors: BTreeSet<UserId> = events.iter().filter_map(|event| event.actor_id).collect();
    let people = user::Entity::find().filter(user::Column::Id.is_in(actors)).all(db).await?;
    let names: HashMap<UserId, String> = people.into_iter().map(|person| (person.id, person.name)).collect();
    let passed: BTreeSet<ColumnId> =
        events.iter().flat_map(|event| [event.from_column_id, event.to_column_id]).flatten().collect();
    // Also those of projects that the task has left.
    let columns = board_column::Entity::find().filter(board_column::Column::Id.is_in(passed)).all(db).await?;
    let column_names: HashMap<ColumnId, &str> =
        columns.iter().map(|column| (column.id, column.name.as_str())).collect();
    let mut later = HashSet::new();
    let lines = events
        .into_iter()
        .map(|event| {
            let detail: Detail = serde_json::from_str(&event.detail).unwrap_or_default();
            let is_last = inverse::subject(event.kind, &detail).is_some_and(|subject| later.insert(subject));
            let back =
                given.filter(|_| is_last).and_then(|given| inverse::of(&event, &detail, task, given, ctx.zone()));
            HistoryLine {
                undo: back.map(|_| event.id),
                who: event.actor_id.and_then(|id| names.get(&id).cloned()).or_else(|| detail.by.clone()),
                what: words(&event, &detail, &column_names),
                at: stamp(event.at, ctx.now, ctx.zone()),
                is_comment: matches!(
                    event.kind,
                    EventKind::Commented
                        | EventKind::CommentEdited
                        | EventKind::CommentRemoved
                        | EventKind::NoteAdded
                        | EventKind::NoteEdited
                        | EventKind::NoteRemoved
                ),
            }
        })
        .collect();
    Ok((lines, is_cut))
}

fn words(event: &task_event::Model, detail: &Detail, columns: &HashMap<ColumnId, &str>) -> String {
    let column = |id: Option<ColumnId>| id.and_then(|id| columns.get(&id).copied()).unwrap_or("a column that is gone");
    let to = detail.to.as_deref().unwrap_or_default();
    match event.kind {
        EventKind::Created => match detail.from.as_deref() {
            Some(origin) => format!("created this in {}, from {origin}", column(event.to_column_id)),
            None => format!("created this in {}", column(event.to_column_id)),
        },
        EventKind::Moved if event.from_column_id == event.to_column_id => {
            format!("moved this within {}", column(event.to_column_id))
        }
        EventKind::Moved => {
            format!("moved this from {} to {}", column(event.from_column_id), column(event.to_column_id))
        }
        EventKind::Edited => edited(detail),
        EventKind::Commented => "commented".into(),
        EventKind::Archived => "archived this".into(),
        EventKind::Restored => "restored this".into(),
        EventKind::Assigned => format!("assigned {to}"),
        EventKind::Unassigned => format!("took {} off", if to.is_empty() { "somebody" } else { to }),
        EventKind::Labelled => format!("added the label {to}"),
        EventKind::Unlabelled => format!("removed the label {to}"),
        EventKind::Checked => format!("ticked “{to}”"),
        EventKind::Unchecked => format!("took the tick off “{to}”"),
        EventKind::ItemAdded => match detail.field.as_deref().and_then(|many| many.parse::<u32>().ok()) {
            Some(many @ 2..) => format!("added “{to}” and {} more to the checklist", many - 1),
            _ => format!("added “{to}” to the checklist"),
        },
        EventKind::ItemRemoved => {
            format!("removed “{}” from the checklist", detail.from.as_deref().unwrap_or_default())
        }
        EventKind::Deleted => match detail.from.as_deref() {
            Some(reopened) => format!("put this into the trash by taking the completion of {reopened} back"),
            None => "put this into the trash".into(),
        },
        EventKind::Undeleted => "took this out of the trash".into(),
        EventKind::CommentEdited => "edited a comment".into(),
        EventKind::CommentRemoved => "removed a comment".into(),
        EventKind::NoteAdded => format!("added a work note: {to}"),
        EventKind::NoteEdited => format!("edited a work note: {to}"),
        EventKind::NoteRemoved => "removed a work note".into(),
        EventKind::Attached => format!("attached “{to}”"),
        EventKind::Detached => format!("removed the attachment “{}”", detail.from.as_deref().unwrap_or_default()),
        EventKind::Blocked => format!("marked this as blocked by {to}"),
        EventKind::Unblocked => {
            format!("marked this as no longer blocked by {}", detail.from.as_deref().unwrap_or_default())
        }
        EventKind::Recurred => format!("made the next one of the series: {to}"),
        EventKind::Transferred => format!("moved this here from {}", detail.from.as_deref().unwrap_or_default()),
    }
}

fn edited(detail: &Detail) -> String {
    let from = detail.from.as_deref().unwrap_or_default();
    let to = detail.to.as_deref().unwrap_or_default();
    match detail.field.as_deref() {
        Some("title") => format!("renamed this from “{from}”"),
        Some("description") => "changed the description".into(),
        Some("priority") => {
            let label = |word: &str| {
                word.parse::<Priority>().map_or_else(|()| word.to_owned(), |priority| priority.label().into())
            };
            format!("changed the priority from {} to {}", label(from), label(to))
        }
        Some("category") => {
            let label = |word: &str| {
                word.parse::<Category>().map_or_else(|()| word.to_owned(), |category| category.label().into())
            };
            format!("changed the category from {} to {}", label(from), label(to))
        }
        Some("start") if to.is_empty() => "removed the start date".into(),
        Some("start") => format!("set the start date to {to}"),
        Some("estimate") if to.is_empty() => "removed the estimate".into(),
        Some("estimate") => format!("set the estimate to {to}"),
        Some("recurrence") if to.is_empty() => format!("stopped the series “{from}”"),
        Some("recurrence") => format!("made this come again: {to}"),
        Some("series_back") => format!("took the series back: {to}, the next one, went into the trash"),
        Some("item") => format!("changed “{from}” in the checklist to “{to}”"),
        Some("item_order") => format!("moved “{to}” in the checklist"),
        Some("list") => {
            let name = |text: &str| if text.is_empty() { "Checklist".to_owned() } else { text.to_owned() };
            format!("renamed the list “{}” to “{}”", name(from), name(to))
        }
        Some("converted") => format!("made “{from}” a task of its own: {to}"),
        Some("completed_blocked") => format!("completed this although it was blocked by {to}"),
        Some("due") if to.is_empty() => "removed the due date".into(),
        Some("due") => format!("set the due date to {to}"),
        _ => "changed this".into(),
    }
}
