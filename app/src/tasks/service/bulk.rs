//! Changing one or many tasks at once: all of it or nothing, in one transaction, with one id that
//! makes a repeat do nothing. Each task keeps its own line of history.
//!
//! The projects of the tasks are held from the beginning, in the order of their ids, so that two such
//! changes wait for each other and never for ever.

mod given;
pub mod take_back;

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    archive, cards,
    edit::{self, Change},
    events,
    moves::{self, Move, Way},
    recurrence, stream, trash,
};
use crate::{
    domain::{
        ids::{ColumnId, OpId, ProjectId, TaskId},
        task::EventKind,
        task_edit::{Edit, TASKS_MOST, TaskEdit},
    },
    entities::{board_column, task},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::access,
    tasks::view::Card,
};
use given::Given;

/// Changes tasks, in the order of the list, and answers with their cards as they are then.
///
/// # Errors
/// [`AppError::NotFound`] where one of them is not there or not visible, [`AppError::Forbidden`]
/// for a viewer, [`AppError::Invalid`] for more than 500 or a bad value, [`AppError::Conflict`] for
/// a title that somebody else has changed. Then nothing is changed.
pub async fn change(ctx: &Ctx, edits: Vec<TaskEdit>, op_id: Option<OpId>) -> AppResult<Vec<Card>> {
    change_all(ctx, edits, Way::There, op_id).await
}

/// As [`change`], for changes that take earlier ones back, or do them again.
///
/// # Errors
/// As [`change`].
pub async fn change_back(ctx: &Ctx, edits: Vec<TaskEdit>, op_id: Option<OpId>) -> AppResult<Vec<Card>> {
    change_all(ctx, edits, Way::Back, op_id).await
}

async fn change_all(ctx: &Ctx, edits: Vec<TaskEdit>, way: Way, op_id: Option<OpId>) -> AppResult<Vec<Card>> {
    if edits.len() > TASKS_MOST {
        return Err(AppError::field("tasks", Problem::TooMany { max: TASKS_MOST as u32 }));
    }
    let edits = edits.into_iter().map(checked).collect::<AppResult<Vec<_>>>()?;
    let ids: BTreeSet<TaskId> = edits.iter().map(|edit| edit.task).collect();
    let tx = ctx.begin().await?;
    hold_projects(ctx, &tx, &ids).await?;
    let mut rows = tasks(&tx, &ids).await?;
    if !events::is_done_in_part(&*tx, op_id).await? {
        make(ctx, &tx, &mut rows, Changes { fields: Vec::new(), edits, way }, op_id).await?;
    }
    let in_order = ids.iter().filter_map(|id| rows.remove(id)).collect();
    let cards = cards::cards(&*tx, ctx.zone(), in_order).await?;
    tx.commit().await?;
    Ok(cards)
}

/// What is changed: fields that boards do not show, then all others, each in the order of its list.
struct Changes {
    fields: Vec<(TaskId, Change)>,
    edits: Vec<TaskEdit>,
    way: Way,
}

/// Makes changes of tasks that are held.
async fn make(
    ctx: &Ctx,
    tx: &WriteTx,
    rows: &mut HashMap<TaskId, task::Model>,
    changes: Changes,
    op_id: Option<OpId>,
) -> AppResult<()> {
    let Changes { fields, edits, way } = changes;
    let columns = columns(tx, &edits).await?;
    let mut given = Given::read(tx, &edits, rows).await?;
    let mut parts = Parts { op_id, used: 0, way };
    let mut done: Vec<TaskId> = rows.values().filter(|row| row.completed_at.is_some()).map(|row| row.id).collect();
    done.sort_unstable();
    for (task, change) in fields {
        let row = rows.remove(&task).ok_or(AppError::NotFound)?;
        let base = row.version;
        let changed = edit::apply(ctx, tx, row, base, change, parts.next()).await?;
        rows.insert(task, changed);
    }
    for TaskEdit { task, edit } in edits {
        let row = rows.remove(&task).ok_or(AppError::NotFound)?;
        let changed = apply(ctx, tx, row, edit, &columns, &mut given, &mut parts).await?;
        rows.insert(task, changed);
    }
    // Last, so that the next one of a series counts as worked with if it is among the tasks, too.
    for id in done {
        let Some(row) = rows.remove(&id) else { continue };
        rows.insert(id, recurrence::take_back(ctx, tx, row).await?);
    }
    Ok(())
}

/// Gives each event of the change an id of its own.
struct Parts {
    op_id: Option<OpId>,
    used: u16,
    /// Whether the change takes earlier ones back.
    way: Way,
}

impl Parts {
    fn next(&mut self) -> Option<OpId> {
        let part = self.op_id.map(|op| op.part(self.used));
        self.used = self.used.saturating_add(1);
        part
    }
}

fn checked(wanted: TaskEdit) -> AppResult<TaskEdit> {
    let TaskEdit { task, edit } = wanted;
    let edit = match edit {
        Edit::Title { text, base } => {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match edit::checked(Change::Title(line))? {
                Change::Title(text) => Edit::Title { text, base },
                _ => Edit::Title { text, base },
            }
        }
        other => other,
    };
    Ok(TaskEdit { task, edit })
}

/// Holds the projects of the tasks, after the right to change each of them was checked.
async fn hold_projects(ctx: &Ctx, tx: &WriteTx, ids: &BTreeSet<TaskId>) -> AppResult<()> {
    let found = projects_of(tx, ids).await?;
    if found.len() < ids.len() {
        return Err(AppError::NotFound);
    }
    let held: BTreeSet<ProjectId> = found.into_iter().collect();
    // One check a project, of which a selection has one or a few.
    for project in held.iter().copied() {
        stream::lock(ctx, &**tx, project).await?;
        access::by_id(ctx, &**tx, project).await?.editing()?;
        // Before anything in it is locked, so that nobody waits for each other in a circle.
        stream::lock(ctx, &**tx, project).await?;
    }
    // While this waited, one may have gone to another project, where the person has no say and nothing is held.
    if ctx.db().is_postgres() && !projects_of(tx, ids).await?.iter().all(|project| held.contains(project)) {
        return Err(AppError::NotFound);
    }
    Ok(())
}

/// The project of each task that is there.
async fn projects_of(tx: &WriteTx, ids: &BTreeSet<TaskId>) -> AppResult<Vec<ProjectId>> {
    let found = task::Entity::find()
        .select_only()
        .column(task::Column::ProjectId)
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(found)
}

/// The tasks as they are now.
async fn tasks(tx: &WriteTx, ids: &BTreeSet<TaskId>) -> AppResult<HashMap<TaskId, task::Model>> {
    let rows = task::Entity::find().filter(task::Column::Id.is_in(ids.iter().copied())).all(&**tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The columns that tasks come to.
async fn columns(tx: &WriteTx, edits: &[TaskEdit]) -> AppResult<HashMap<ColumnId, board_column::Model>> {
    let targets: BTreeSet<ColumnId> = edits
        .iter()
        .filter_map(|edit| match &edit.edit {
            Edit::Move { column, .. } => Some(*column),
            _ => None,
        })
        .collect();
    if targets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = board_column::Entity::find().filter(board_column::Column::Id.is_in(targets)).all(&**tx).await?;
    Ok(rows.into_iter().map(|column| (column.id, column)).collect())
}

async fn apply(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    wanted: Edit,
    columns: &HashMap<ColumnId, board_column::Model>,
    given: &mut Given,
    parts: &mut Parts,
) -> AppResult<task::Model> {
    // What is in the trash is changed no more; it only comes out again.
    if row.deleted_at.is_some() && !matches!(wanted, Edit::Delete | Edit::Undelete) {
        return Err(AppError::NotFound);
    }
    let base = row.version;
    match wanted {
        Edit::Title { text, base } => edit::apply(ctx, tx, row, base, Change::Title(text), parts.next()).await,
        Edit::Priority(priority) => edit::apply(ctx, tx, row, base, Change::Priority(priority), parts.next()).await,
        Edit::Due(due) => edit::apply(ctx, tx, row, base, Change::Due(due), parts.next()).await,
        Edit::People { add, remove } => given.people(ctx, tx, row, add, remove, parts).await,
        Edit::Labels { add, remove } => given.labels(ctx, tx, row, add, remove, parts).await,
        Edit::Archive => archive::put(ctx, tx, row, parts.next(), EventKind::Archived).await,
        Edit::Restore => archive::put(ctx, tx, row, parts.next(), EventKind::Restored).await,
        Edit::Delete => trash::put_row(ctx, tx, row, parts.next()).await,
        Edit::Undelete => trash::restore_row(ctx, tx, row, parts.next()).await,
        // Somebody has archived it meanwhile: the others still go.
        Edit::Move { .. } if row.archived_at.is_some() => Ok(row),
        Edit::Move { column, after, before } => {
            let column = columns.get(&column).filter(|column| column.project_id == row.project_id);
            let column = column.ok_or(AppError::NotFound)?;
            let wish = Move { task: row.id, column: column.id, after, before, op_id: parts.next() };
            moves::carry(ctx, tx, row, column, wish, parts.way).await
        }
    }
}
