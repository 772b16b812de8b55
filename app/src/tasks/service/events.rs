//! Writing the history. `task_event` is append-only; a change and its event share a transaction.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{stream, watch};
use crate::{
    domain::{
        ids::{ColumnId, EventId, LabelId, OpId, ProjectId, TaskId, UserId},
        live::Change,
        task::{Category, EventKind, Status},
    },
    entities::{task, task_event},
    error::AppResult,
    platform::{
        ctx::{Actor, Ctx},
        fault,
    },
};

/// What the words of the history need beyond the columns of the row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The field that was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Its value before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its value after; for other events a name (person, label, item).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The task's version after the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Whose doing it was, where nobody here did it: a name in the source of an import, an automatic rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Where in its list a task stood before it was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<String>,
    /// The task that came of it: the next one of a series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Who got the task or lost it; lines of before this was written down have the name alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserId>,
    /// The label that came or went; lines of before this was written down have its name alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelId>,
    /// How many rules in a row had set each other off, where one did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// What a move to another status changed beside the place, and what one to another project did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Was>,
    /// What a task left behind that went to another project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
}

/// What a move did to a task beside its place: the way back restores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    /// Before the move.
    pub category: Category,
    /// After it; where there is another one, somebody has set it since.
    pub became: Category,
    /// When it had been completed before the move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
}

/// What a task had in a project that it left, for the way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub project: ProjectId,
    pub number: i32,
    /// How it came again, JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<String>,
    /// How it came again where it went, JSON; where it comes otherwise, somebody has set that since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurs: Option<String>,
    /// Its labels there, each with the one that it got instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<(LabelId, LabelId)>,
    /// Those that were made for it where it went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<MadeLabel>,
    /// Those that were made for it in the project that it left, and went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<MadeLabel>,
    /// Whom it was taken from, because they are not in the other project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
}

/// A label that a move to another project has made, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeLabel {
    pub id: LabelId,
    pub name: String,
    /// Slot of the palette.
    pub hue: i32,
}

/// A place on the board: a column and its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub column: ColumnId,
    pub status: Status,
}

/// One event to write.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: EventKind,
    pub from: Option<Stand>,
    pub to: Option<Stand>,
    pub detail: Detail,
    pub op_id: Option<OpId>,
}

impl Event {
    /// An event without a place.
    pub fn plain(kind: EventKind, detail: Detail) -> Self {
        Self { kind, from: None, to: None, detail, op_id: None }
    }

    /// Makes the change safe to repeat.
    #[must_use]
    pub fn with_op(mut self, op_id: Option<OpId>) -> Self {
        self.op_id = op_id;
        self
    }
}

/// Writes an event of a task, now, by whoever asks: its watchers are told, and open pages hear of it.
///
/// # Errors
/// Only those of the database.
pub async fn record(ctx: &Ctx, tx: &impl ConnectionTrait, task: &task::Model, event: Event) -> AppResult<()> {
    watch::spread(ctx, tx, task, &event).await?;
    let Event { kind, from, to, mut detail, op_id } = event;
    if let Actor::Rule(rule) = &ctx.actor {
        detail.by = Some(rule.name.clone());
        detail.generation = Some(rule.generation);
    }
    let detail = serde_json::to_string(&detail).map_err(|error| fault::internal("writing an event", error))?;
    let row = task_event::ActiveModel {
        id: Set(EventId(Uuid::now_v7())),
        project_id: Set(task.project_id),
        task_id: Set(task.id),
        at: Set(ctx.now),
        actor_id: Set(ctx.actor_id()),
        kind: Set(kind),
        from_column_id: Set(from.map(|stand| stand.column)),
        to_column_id: Set(to.map(|stand| stand.column)),
        from_status: Set(from.map(|stand| stand.status)),
        to_status: Set(to.map(|stand| stand.status)),
        detail: Set(detail),
        op_id: Set(op_id),
    };
    task_event::Entity::insert(row).exec_without_returning(tx).await?;
    let (from, to) = columns(ctx, task, kind, from, to);
    let change = Change::Task { task: task.id, what: kind, from, to };
    stream::append(ctx, tx, task.project_id, op_id, &change).await
}

/// The columns that a card leaves and comes to, as a board counts: one that is put away leaves its own.
fn columns(
    ctx: &Ctx,
    task: &task::Model,
    kind: EventKind,
    from: Option<Stand>,
    to: Option<Stand>,
) -> (Option<ColumnId>, Option<ColumnId>) {
    let here = Some(task.column_id);
    match kind {
        EventKind::Archived => (here, None),
        EventKind::Restored => (None, here),
        // What was archived before it went to the trash was on no board, nor is it when it comes back.
        EventKind::Deleted => (here.filter(|_| task.archived_at == Some(ctx.now)), None),
        EventKind::Undeleted => (None, here.filter(|_| task.archived_at.is_none())),
        EventKind::Transferred => (None, here),
        _ => (from.map(|stand| stand.column), to.map(|stand| stand.column)),
    }
}

/// Whether a change was already made: its answer got lost and the client asks again.
///
/// # Errors
/// Only those of the database.
pub async fn is_done(tx: &impl ConnectionTrait, op_id: Option<OpId>) -> AppResult<bool> {
    let Some(op_id) = op_id else { return Ok(false) };
    Ok(task_event::Entity::find().filter(task_event::Column::OpId.eq(op_id)).one(tx).await?.is_some())
}

/// As [`is_done`], for a change of several parts, each with an id of its own ([`OpId::part`]): those that did nothing have
/// left no line, and the first may be one of them.
///
/// # Errors
/// Only those of the database.
pub async fn is_done_in_part(tx: &impl ConnectionTrait, op_id: Option<OpId>) -> AppResult<bool> {
    let Some((first, last)) = op_id.map(OpId::parts) else { return Ok(false) };
    let found = task_event::Entity::find()
        .filter(task_event::Column::OpId.gte(first))
        .filter(task_event::Column::OpId.lte(last))
        .one(tx)
        .await?;
    Ok(found.is_some())
}
