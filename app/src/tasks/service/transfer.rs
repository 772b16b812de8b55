//! Moving a task to another project: labels go by name, people stay where they are members, the
//! history comes along, and the old reference leads to the new place.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use super::{
    create::next_number,
    edit,
    events::{self, Detail, Event, Stand},
    find, limits,
    moves::{self, End},
    stream,
};
use crate::{
    domain::{
        ids::{ColumnId, LabelId, ProjectId, TaskId, UserId},
        live::Change,
        task::{EventKind, Status},
    },
    entities::{attachment, board_column, label, task, task_alias, task_assignee, task_event, task_label, work_note},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::{access, projects},
};

/// Moves a task to another project and answers with its new reference. Without a column it goes to
/// the first of the same status.
///
/// # Errors
/// [`AppError::Invalid`] at `project` for its own, [`AppError::NotFound`] and [`AppError::Forbidden`]
/// without the right in both, [`AppError::Full`] where the column has a hard limit and no room.
pub async fn transfer(ctx: &Ctx, id: TaskId, to: ProjectId, column: Option<ColumnId>) -> AppResult<String> {
    let tx = ctx.begin().await?;
    // Both projects are held in one order, so that two tasks that change sides at once do not wait for
    // each other for ever.
    let (_, seen) = find::by_id(ctx, &*tx, id).await?;
    access::by_id(ctx, &*tx, to).await?;
    let mut both = [seen.project_id, to];
    both.sort_unstable();
    for project in both {
        stream::lock(ctx, &*tx, project).await?;
    }
    let (from, row) = find::for_editing(ctx, &*tx, id).await?;
    let target = access::by_id(ctx, &*tx, to).await?.editing()?;
    let row = edit::lock(ctx, &tx, row).await?;
    if row.project_id == to || target.project().archived_at.is_some() {
        return Err(AppError::field("project", Problem::UnknownChoice));
    }
    let status =
        board_column::Entity::find_by_id(row.column_id).one(&*tx).await?.map_or(Status::Todo, |old| old.status);
    let columns = projects::columns(&*tx, to).await?;
    let wanted = match column {
        Some(column) => columns.iter().find(|known| known.id == column),
        None => columns.iter().find(|known| known.status == status).or_else(|| columns.first()),
    };
    let wanted = wanted.ok_or_else(|| AppError::field("project", Problem::UnknownChoice))?;
    let column = moves::lock_column(ctx, &tx, to, wanted.id).await?;
    if row.archived_at.is_none() {
        limits::check_room(&tx, &column, 1).await?;
    }
    let labels = mapped_labels(&tx, &row, to).await?;

    let number = next_number(&tx, to).await?;
    let moved = carry(ctx, &tx, &row, &column, number).await?;
    if !labels.is_empty() {
        let links = labels.into_iter().map(|label| task_label::ActiveModel {
            project_id: Set(to),
            task_id: Set(id),
            label_id: Set(label),
        });
        task_label::Entity::insert_many(links).exec_without_returning(&*tx).await?;
    }
    keep_members(&tx, id, to).await?;
    let alias = task_alias::ActiveModel { project_id: Set(row.project_id), number: Set(row.number), task_id: Set(id) };
    task_alias::Entity::insert(alias).exec_without_returning(&*tx).await?;

    let old = format!("{}-{}", from.project().key, row.number);
    let event = Event {
        kind: EventKind::Transferred,
        from: Some(Stand { column: row.column_id, status }),
        to: Some(Stand { column: column.id, status: column.status }),
        detail: Detail { from: Some(old), ..Detail::default() },
        op_id: None,
    };
    events::record(ctx, &*tx, &moved, event).await?;
    // The old project's boards lose the card; the new one's were told by the event.
    let left = Change::Task { task: id, what: EventKind::Transferred, from: Some(row.column_id), to: None };
    stream::append(ctx, &*tx, row.project_id, None, &left).await?;
    let reference = format!("{}-{number}", target.project().key);
    tx.commit().await?;
    Ok(reference)
}

/// Changes the row's project. Notes, files and history point to the pair of project and task, so they
/// wait at a stand-in of the new project while the task itself changes sides. A table that is forgotten
/// here makes the database refuse the change.
async fn carry(
    ctx: &Ctx,
    tx: &WriteTx,
    row: &task::Model,
    column: &board_column::Model,
    number: i32,
) -> AppResult<task::Model> {
    let to = column.project_id;
    let stand_in = task::Model {
        id: TaskId(Uuid::now_v7()),
        project_id: to,
        column_id: column.id,
        // Below every real number, and another one for each.
        number: -number,
        rank: moves::end_rank(&**tx, column.id, End::Bottom).await?.into_string(),
        ..row.clone()
    };
    let stand_in = task::ActiveModel::from(stand_in).reset_all().insert(&**tx).await?;
    task_label::Entity::delete_many().filter(task_label::Column::TaskId.eq(row.id)).exec(&**tx).await?;
    hand_over(tx, row.id, stand_in.id, to).await?;
    let moved = task::ActiveModel {
        id: Unchanged(row.id),
        project_id: Set(to),
        column_id: Set(column.id),
        number: Set(number),
        rank: Set(moves::end_rank(&**tx, column.id, End::Top).await?.into_string()),
        category: Set(row.category.after_move(column.status)),
        completed_at: Set(moves::completed_at(ctx, row, column.status)),
        // A series belongs to its project's columns.
        recurrence: Set(None),
        updated_at: Set(ctx.now),
        version: Set(row.version + 1),
        ..Default::default()
    }
    .update(&**tx)
    .await?;
    hand_over(tx, stand_in.id, row.id, to).await?;
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

/// The labels of the other project that are called as the task's; those that are missing are made.
async fn mapped_labels(tx: &WriteTx, row: &task::Model, to: ProjectId) -> AppResult<Vec<LabelId>> {
    let own: Vec<LabelId> = task_label::Entity::find()
        .filter(task_label::Column::TaskId.eq(row.id))
        .all(&**tx)
        .await?
        .into_iter()
        .map(|link| link.label_id)
        .collect();
    if own.is_empty() {
        return Ok(own);
    }
    let own = label::Entity::find().filter(label::Column::Id.is_in(own)).all(&**tx).await?;
    let known: HashMap<String, LabelId> = label::Entity::find()
        .filter(label::Column::ProjectId.eq(to))
        .all(&**tx)
        .await?
        .into_iter()
        .map(|label| (label.name.to_lowercase(), label.id))
        .collect();
    let mut mapped = Vec::with_capacity(own.len());
    let mut made = Vec::new();
    for label in own {
        match known.get(&label.name.to_lowercase()) {
            Some(id) => mapped.push(*id),
            None => {
                let id = LabelId(Uuid::now_v7());
                mapped.push(id);
                made.push(label::ActiveModel {
                    id: Set(id),
                    project_id: Set(to),
                    name: Set(label.name),
                    hue: Set(label.hue),
                });
            }
        }
    }
    if !made.is_empty() {
        label::Entity::insert_many(made).exec_without_returning(&**tx).await?;
    }
    mapped.sort_unstable();
    mapped.dedup();
    Ok(mapped)
}

/// Takes the task from people who are not in the project.
async fn keep_members(tx: &WriteTx, id: TaskId, project: ProjectId) -> AppResult<()> {
    let members: HashSet<UserId> =
        projects::people(&**tx, project).await?.into_iter().map(|person| person.id).collect();
    let assigned = task_assignee::Entity::find().filter(task_assignee::Column::TaskId.eq(id)).all(&**tx).await?;
    let strangers: Vec<UserId> =
        assigned.into_iter().map(|assigned| assigned.user_id).filter(|user| !members.contains(user)).collect();
    if !strangers.is_empty() {
        task_assignee::Entity::delete_many()
            .filter(task_assignee::Column::TaskId.eq(id))
            .filter(task_assignee::Column::UserId.is_in(strangers))
            .exec(&**tx)
            .await?;
    }
    Ok(())
}
