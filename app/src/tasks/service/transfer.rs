//! Moving a task to another project, and back: labels go by name, people stay where they are members, the
//! history comes along, and the old reference leads to the new place.

mod given;
mod sources;
mod unused;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{
    create::next_number,
    edit,
    events::{self, Detail, Event, Left, MadeLabel, Stand, Was},
    find, labels, limits,
    moves::{self, End},
    stream,
};
use crate::{
    domain::{
        ids::{ColumnId, LabelId, OpId, ProjectId, TaskId, UserId},
        live::Change,
        task::{Category, EventKind, Status},
    },
    entities::{attachment, board_column, task, task_alias, task_event, task_label, work_note},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::{access, projects},
    tasks::view::Arrived,
};
use given::{Mapped, keep_members, labels_back, labels_of, mapped_labels};

/// Moves a task to another project and answers with its new reference. Without a column it goes to
/// the first of the same status. A repeat does nothing.
///
/// # Errors
/// [`AppError::Invalid`] at `project` for its own, [`AppError::NotFound`] and [`AppError::Forbidden`]
/// without the right in both, [`AppError::Full`] where the column has a hard limit and no room.
pub async fn transfer(
    ctx: &Ctx,
    id: TaskId,
    to: ProjectId,
    column: Option<ColumnId>,
    op_id: Option<OpId>,
) -> AppResult<Arrived> {
    let tx = ctx.begin().await?;
    let (_, seen) = find::by_id(ctx, &*tx, id).await?;
    access::by_id(ctx, &*tx, to).await?;
    hold(ctx, &tx, [seen.project_id, to]).await?;
    let (from, row) = find::for_editing(ctx, &*tx, id).await?;
    let target = access::by_id(ctx, &*tx, to).await?.editing()?;
    let row = edit::lock(ctx, &tx, row).await?;
    if events::is_done(&*tx, op_id).await? {
        // It may have gone on, or back, since.
        return Ok(Arrived { task: id, reference: format!("{}-{}", from.project().key, row.number) });
    }
    let key = &target.project().key;
    if row.project_id == to || target.project().archived_at.is_some() {
        return Err(AppError::field("project", Problem::UnknownChoice));
    }
    let status =
        board_column::Entity::find_by_id(row.column_id).one(&*tx).await?.map_or(Status::Todo, |old| old.status);
    let columns = projects::columns(&*tx, to).await?;
    let wanted = match column {
        Some(column) => columns.iter().find(|known| known.id == column),
        None => alike(&columns, status),
    };
    let wanted = wanted.ok_or_else(|| AppError::field("project", Problem::UnknownChoice))?;
    let column = moves::lock_column(ctx, &tx, to, wanted.id).await?;
    if row.archived_at.is_none() {
        limits::check_room(&tx, &column, 1).await?;
    }
    let labels = mapped_labels(&tx, labels_of(&tx, id).await?, to).await?;
    let arrival = Arrival {
        number: next_number(&tx, to).await?,
        end: End::Top,
        category: moves::category_after(row.category, status, column.status, None),
        completed_at: moves::completed_at(ctx, &row, column.status),
        // A series belongs to its project's columns.
        recurrence: None,
        labels,
        gone: Vec::new(),
        people: Vec::new(),
    };
    let leaving = Leaving { key: &from.project().key, stand: Stand { column: row.column_id, status }, row };
    let moved = pass(ctx, &tx, leaving, &column, arrival, op_id).await?;
    let reference = format!("{key}-{}", moved.number);
    tx.commit().await?;
    Ok(Arrived { task: id, reference })
}

/// Takes a task back to the project that it left, as a line of its history says: under its old number, to its list and
/// place there, with the labels, people and series that it lost, as far as they still are there. Labels that the move made
/// go with it, where nothing else uses them. None where the line is not so any more. A repeat does nothing.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::Forbidden`] without the right where the task is; [`AppError::Invalid`] at
/// `undo` where the project that it left is gone, archived, or not the person's to change; [`AppError::Full`] where its
/// list has no room.
pub async fn take_back(
    ctx: &Ctx,
    tx: &WriteTx,
    line: &task_event::Model,
    op_id: Option<OpId>,
) -> AppResult<Option<task::Model>> {
    let detail: Detail = serde_json::from_str(&line.detail).unwrap_or_default();
    let (_, seen) = find::by_id(ctx, &**tx, line.task_id).await?;
    let Some(left) = detail.left else { return Ok(None) };
    check_origin(ctx, tx, left.project).await?;
    hold(ctx, tx, [seen.project_id, left.project]).await?;
    let (from, row) = find::for_editing_anywhere(ctx, &**tx, line.task_id).await?;
    // Asked again where nobody changes it any more.
    check_origin(ctx, tx, left.project).await?;
    let row = edit::lock(ctx, tx, row).await?;
    if events::is_done(&**tx, op_id).await? {
        return Ok(Some(row));
    }
    let is_so = row.deleted_at.is_none() && line.to_column_id == Some(row.column_id) && is_last(tx, line).await?;
    if !is_so {
        return Ok(None);
    }
    let status = line.from_status.unwrap_or(Status::Todo);
    let columns = projects::columns(&**tx, left.project).await?;
    let old = columns.iter().find(|column| Some(column.id) == line.from_column_id);
    let wanted = old.or_else(|| alike(&columns, status));
    let wanted = wanted.ok_or_else(|| AppError::field("undo", Problem::OriginGone))?;
    let column = moves::lock_column(ctx, tx, left.project, wanted.id).await?;
    if row.archived_at.is_none() {
        limits::check_room(tx, &column, 1).await?;
    }
    let above = match detail.rank.as_deref().filter(|_| old.is_some()) {
        Some(rank) => moves::above(&**tx, column.id, row.id, rank).await?,
        None => None,
    };
    let was = detail.was.filter(|_| column.status == status);
    let here = line.to_status.unwrap_or(status);
    let arrival = Arrival {
        number: old_number(tx, row.id, &left).await?,
        end: above.map_or(End::Top, End::Behind),
        category: moves::category_after(row.category, here, column.status, was),
        completed_at: moves::completed_after(ctx, &row, column.status, was),
        recurrence: if row.recurrence == left.recurs { left.recurrence.clone() } else { row.recurrence.clone() },
        labels: labels_back(tx, row.id, &left).await?,
        gone: unused::beside(tx, row.id, row.project_id, &left.made).await?,
        people: left.people,
    };
    let leaving = Leaving { key: &from.project().key, stand: Stand { column: row.column_id, status: here }, row };
    pass(ctx, tx, leaving, &column, arrival, op_id).await.map(Some)
}

/// Whether a task may go back to a project, in words of its own: it is not the one that the person looks at.
async fn check_origin(ctx: &Ctx, tx: &WriteTx, project: ProjectId) -> AppResult<()> {
    let editing = access::by_id(ctx, &**tx, project).await.and_then(access::Viewing::editing);
    let problem = match editing {
        Ok(_) => return Ok(()),
        Err(AppError::NotFound) => Problem::OriginGone,
        Err(AppError::Forbidden) => Problem::OriginReadOnly,
        Err(AppError::ArchivedProject) => Problem::OriginArchived,
        Err(error) => return Err(error),
    };
    Err(AppError::field("undo", problem))
}

/// Holds both projects in one order, so that two tasks that change sides at once do not wait for each other for ever.
async fn hold(ctx: &Ctx, tx: &WriteTx, mut both: [ProjectId; 2]) -> AppResult<()> {
    both.sort_unstable();
    for project in both {
        stream::lock(ctx, &**tx, project).await?;
    }
    Ok(())
}

/// The first column of a status, or the first of all.
fn alike(columns: &[board_column::Model], status: Status) -> Option<&board_column::Model> {
    columns.iter().find(|known| known.status == status).or_else(|| columns.first())
}

/// Whether the task has not changed its project since.
async fn is_last(tx: &WriteTx, line: &task_event::Model) -> AppResult<bool> {
    let last = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(line.task_id))
        .filter(task_event::Column::Kind.eq(EventKind::Transferred))
        .order_by_desc(task_event::Column::At)
        .order_by_desc(task_event::Column::Id)
        .limit(1)
        .one(&**tx)
        .await?;
    Ok(last.is_some_and(|last| last.id == line.id))
}

/// The number that a task had in a project, which is no alias any more then.
async fn old_number(tx: &WriteTx, id: TaskId, left: &Left) -> AppResult<i32> {
    let gone = task_alias::Entity::delete_many()
        .filter(task_alias::Column::ProjectId.eq(left.project))
        .filter(task_alias::Column::Number.eq(left.number))
        .filter(task_alias::Column::TaskId.eq(id))
        .exec(&**tx)
        .await?;
    if gone.rows_affected > 0 { Ok(left.number) } else { next_number(tx, left.project).await }
}

/// A task and where it still is.
struct Leaving<'a> {
    key: &'a str,
    stand: Stand,
    row: task::Model,
}

/// What a task is in the project that it comes to.
struct Arrival {
    number: i32,
    end: End,
    category: Category,
    completed_at: Option<DateTime<Utc>>,
    recurrence: Option<String>,
    labels: Mapped,
    /// The labels that the project it leaves has no use for without it.
    gone: Vec<MadeLabel>,
    /// Who gets it, if they are members.
    people: Vec<UserId>,
}

/// Takes a task to another project; both are held.
async fn pass(
    ctx: &Ctx,
    tx: &WriteTx,
    leaving: Leaving<'_>,
    column: &board_column::Model,
    arrival: Arrival,
    op_id: Option<OpId>,
) -> AppResult<task::Model> {
    let Leaving { key, stand, row } = leaving;
    let to = column.project_id;
    let moved = carry(ctx, tx, &row, column, &arrival).await?;
    if !arrival.gone.is_empty() {
        unused::remove(tx, &arrival.gone).await?;
        labels::tell(ctx, tx, row.project_id).await?;
    }
    let fresh: HashSet<LabelId> = arrival.labels.labels.iter().map(|(_, fresh)| *fresh).collect();
    if !fresh.is_empty() {
        let links = fresh.into_iter().map(|label| task_label::ActiveModel {
            project_id: Set(to),
            task_id: Set(row.id),
            label_id: Set(label),
        });
        task_label::Entity::insert_many(links).exec_without_returning(&**tx).await?;
    }
    let strangers = keep_members(tx, row.id, to, &arrival.people).await?;
    let alias =
        task_alias::ActiveModel { project_id: Set(row.project_id), number: Set(row.number), task_id: Set(row.id) };
    task_alias::Entity::insert(alias).exec_without_returning(&**tx).await?;

    let left = Left {
        project: row.project_id,
        number: row.number,
        recurrence: row.recurrence.clone(),
        recurs: arrival.recurrence,
        labels: arrival.labels.labels,
        made: arrival.labels.made,
        gone: arrival.gone,
        people: strangers,
    };
    let detail = Detail {
        from: Some(format!("{key}-{}", row.number)),
        rank: Some(row.rank.clone()),
        was: Some(Was { category: row.category, became: moved.category, completed_at: row.completed_at }),
        left: Some(left),
        ..Detail::default()
    };
    let event = Event {
        kind: EventKind::Transferred,
        from: Some(stand),
        to: Some(Stand { column: column.id, status: column.status }),
        detail,
        op_id,
    };
    events::record(ctx, &**tx, &moved, event).await?;
    // The old project's boards lose the card; the new one's were told by the event.
    let gone = Change::Task { task: row.id, what: EventKind::Transferred, from: Some(row.column_id), to: None };
    stream::append(ctx, &**tx, row.project_id, None, &gone).await?;
    Ok(moved)
}

/// Changes the row's project. Notes, files and history point to the pair of project and task, so they
/// wait at a stand-in of the new project while the task itself changes sides; labels and what it was
/// imported from are written anew. A table that is forgotten here makes the database refuse the change.
async fn carry(
    ctx: &Ctx,
    tx: &WriteTx,
    row: &task::Model,
    column: &board_column::Model,
    arrival: &Arrival,
) -> AppResult<task::Model> {
    let to = column.project_id;
    let stand_in = task::Model {
        id: TaskId(Uuid::now_v7()),
        project_id: to,
        column_id: column.id,
        // Below every real number, and another one for each.
        number: -arrival.number,
        rank: moves::end_rank(&**tx, column.id, End::Bottom).await?.into_string(),
        ..row.clone()
    };
    let stand_in = task::ActiveModel::from(stand_in).reset_all().insert(&**tx).await?;
    task_label::Entity::delete_many().filter(task_label::Column::TaskId.eq(row.id)).exec(&**tx).await?;
    let imported_from = sources::take(tx, row.id).await?;
    hand_over(tx, row.id, stand_in.id, to).await?;
    let moved = task::ActiveModel {
        id: Unchanged(row.id),
        project_id: Set(to),
        column_id: Set(column.id),
        number: Set(arrival.number),
        rank: Set(moves::end_rank(&**tx, column.id, arrival.end).await?.into_string()),
        category: Set(arrival.category),
        completed_at: Set(arrival.completed_at),
        recurrence: Set(arrival.recurrence.clone()),
        updated_at: Set(ctx.now),
        version: Set(row.version + 1),
        ..Default::default()
    }
    .update(&**tx)
    .await?;
    hand_over(tx, stand_in.id, row.id, to).await?;
    sources::give(tx, to, imported_from).await?;
    task::Entity::delete_by_id(stand_in.id).exec(&**tx).await?;
    Ok(moved)
}

/// Gives what hangs on one task to another one of the project.
async fn hand_over(tx: &WriteTx, from: TaskId, to: TaskId, project: ProjectId) -> AppResult<()> {
    task_event::Entity::update_many()
        .set(task_event::ActiveModel { project_id: Set(project), task_id: Set(to), ..Default::default() })
        .filter(task_event::Column::TaskId.eq(from))
        .exec(&**tx)
        .await?;
    work_note::Entity::update_many()
        .set(work_note::ActiveModel { project_id: Set(project), task_id: Set(to), ..Default::default() })
        .filter(work_note::Column::TaskId.eq(from))
        .exec(&**tx)
        .await?;
    attachment::Entity::update_many()
        .set(attachment::ActiveModel { project_id: Set(project), task_id: Set(to), ..Default::default() })
        .filter(attachment::Column::TaskId.eq(from))
        .exec(&**tx)
        .await?;
    Ok(())
}
