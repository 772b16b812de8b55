//! Making a task.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    cards,
    events::{self, Detail, Event, Stand},
    limits,
    moves::{self, End},
    watch,
};
use crate::{
    domain::{
        ids::{ColumnId, OpId, ProjectId, TaskId},
        task::{Category, DESCRIPTION_MAX, EventKind, Priority, TITLE_MAX},
    },
    entities::{board_column, project, task},
    error::{AppError, AppResult, Checks},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::access::Editing,
    tasks::view::Card,
};

/// What a new task is made of.
#[derive(Clone, Debug)]
pub struct NewTask {
    pub column: ColumnId,
    pub end: End,
    pub title: String,
    pub description: String,
    pub priority: Priority,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<Utc>>,
    pub op_id: Option<OpId>,
}

/// Makes a task and answers with its card.
///
/// # Errors
/// [`AppError::Invalid`] for a bad title or description, [`AppError::NotFound`] for an unknown column,
/// [`AppError::Full`] where the column has a hard limit and no room.
pub async fn create(ctx: &Ctx, editing: &Editing, new: NewTask) -> AppResult<Card> {
    let new = checked(new)?;
    let tx = ctx.begin().await?;
    let column = moves::lock_column(ctx, &tx, editing.project().id, new.column).await?;
    if let Some(before) = already_made(&tx, new.op_id).await? {
        return cards::one(&*tx, ctx.zone(), before).await;
    }
    let row = insert(ctx, &tx, editing, &column, new).await?;
    let card = cards::one(&*tx, ctx.zone(), row).await?;
    tx.commit().await?;
    Ok(card)
}

/// The new task with its texts checked.
pub(super) fn checked(new: NewTask) -> AppResult<NewTask> {
    let mut checks = Checks::default();
    let title = checks.line("title", &new.title, TITLE_MAX);
    let description = checks.text("description", &new.description, DESCRIPTION_MAX);
    checks.done()?;
    Ok(NewTask { title, description, ..new })
}

/// Writes a checked task into a column that is locked, and the event of its making.
pub(super) async fn insert(
    ctx: &Ctx,
    tx: &WriteTx,
    editing: &Editing,
    column: &board_column::Model,
    new: NewTask,
) -> AppResult<task::Model> {
    let NewTask { column: _, end, title, description, priority, due_on, due_at, op_id } = new;
    limits::check_room(tx, column, 1).await?;
    let row = task::ActiveModel {
        id: Set(TaskId(Uuid::now_v7())),
        project_id: Set(editing.project().id),
        column_id: Set(column.id),
        number: Set(next_number(tx, editing.project().id).await?),
        rank: Set(moves::end_rank(&**tx, column.id, end).await?.into_string()),
        title: Set(title),
        description: Set(description),
        priority: Set(priority),
        category: Set(Category::Ordinary.after_move(column.status)),
        due_on: Set(due_on),
        due_at: Set(due_at),
        completed_at: Set((column.status == crate::domain::task::Status::Done).then_some(ctx.now)),
        archived_at: Set(None),
        start_on: Set(None),
        estimate_minutes: Set(None),
        recurrence: Set(None),
        deleted_at: Set(None),
        deleted_by: Set(None),
        created_by: Set(ctx.actor_id()),
        created_at: Set(ctx.now),
        updated_at: Set(ctx.now),
        version: Set(1),
    };
    let row = row.insert(&**tx).await?;
    let to = Stand { column: column.id, status: column.status };
    let event = Event { kind: EventKind::Created, from: None, to: Some(to), detail: Detail::default(), op_id };
    events::record(ctx, &**tx, &row, event).await?;
    watch::begin(&**tx, row.id, ctx.actor_id().as_slice()).await?;
    Ok(row)
}

/// The task that an earlier call with the same op_id made.
pub(super) async fn already_made(tx: &WriteTx, op_id: Option<OpId>) -> AppResult<Option<task::Model>> {
    use crate::entities::task_event;
    let Some(op_id) = op_id else { return Ok(None) };
    let Some(event) = task_event::Entity::find().filter(task_event::Column::OpId.eq(op_id)).one(&**tx).await? else {
        return Ok(None);
    };
    Ok(task::Entity::find_by_id(event.task_id).one(&**tx).await?)
}

/// Counts the project's numbers up; the update holds the row, so no number is given twice.
pub(super) async fn next_number(tx: &WriteTx, id: ProjectId) -> AppResult<i32> {
    project::Entity::update_many()
        .col_expr(project::Column::LastNumber, Expr::col(project::Column::LastNumber).add(1))
        .filter(project::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    let number: Option<i32> = project::Entity::find_by_id(id)
        .select_only()
        .column(project::Column::LastNumber)
        .into_tuple()
        .one(&**tx)
        .await?;
    number.ok_or(AppError::NotFound)
}

/// Marks the row as changed now; the version counts up.
pub(super) fn touched(ctx: &Ctx, row: &task::Model) -> task::ActiveModel {
    task::ActiveModel {
        id: Unchanged(row.id),
        updated_at: Set(ctx.now),
        version: Set(row.version + 1),
        ..Default::default()
    }
}
