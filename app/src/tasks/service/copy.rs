//! Copying a task: by a person, as the next of a series, out of a checklist item.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    checklist, comments,
    create::{already_made, next_number},
    edit,
    events::{self, Detail, Event, Stand},
    find, limits,
    moves::{self, End},
    watch,
};
use crate::{
    domain::{
        ids::{ChecklistItemId, ColumnId, CommentId, OpId, TaskId, UserId},
        task::{Category, EventKind, Status},
    },
    entities::{board_column, checklist_item, comment, task, task_assignee, task_label},
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::projects,
    tasks::view::Arrived,
};

/// What comes along with a copy beyond the task's own fields, labels and people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Along {
    pub checklist: bool,
    pub comments: bool,
}

/// A task that is like another one but for these.
pub(super) struct Like {
    pub column: ColumnId,
    pub end: End,
    pub title: String,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<Utc>>,
    pub start_on: Option<NaiveDate>,
    /// How it comes again, JSON.
    pub recurrence: Option<String>,
    pub along: Along,
    /// Who made the first one stays who made it; a person's copy is their own.
    pub created_by: Option<UserId>,
    /// The reference that the history names as its origin.
    pub origin: String,
    /// Makes a repeat do nothing.
    pub op_id: Option<OpId>,
}

/// Copies a task to the top of its list; ticks are taken off, a series is not copied. Answers with the
/// copy; a repeat makes no second one.
///
/// # Errors
/// [`AppError::NotFound`](crate::error::AppError::NotFound) where it is not there, or without the right;
/// [`AppError::Full`](crate::error::AppError::Full) where its column has a hard limit and no room.
pub async fn copy(ctx: &Ctx, id: TaskId, along: Along, op_id: Option<OpId>) -> AppResult<Arrived> {
    let tx = ctx.begin().await?;
    let (editing, row) = find::for_editing(ctx, &*tx, id).await?;
    let row = edit::lock(ctx, &tx, row).await?;
    if let Some(made) = already_made(&tx, op_id).await? {
        // It may have gone to another project since.
        let (viewing, made) = find::by_id(ctx, &*tx, made.id).await?;
        return Ok(Arrived { task: made.id, reference: format!("{}-{}", viewing.project().key, made.number) });
    }
    let column = moves::lock_column(ctx, &tx, row.project_id, row.column_id).await?;
    limits::check_room(&tx, &column, 1).await?;
    let key = editing.project().key.clone();
    let title: String = format!("{} (copy)", row.title).chars().take(crate::domain::task::TITLE_MAX as usize).collect();
    let like = Like {
        column: row.column_id,
        end: End::Top,
        title,
        due_on: row.due_on,
        due_at: row.due_at,
        start_on: row.start_on,
        recurrence: None,
        along,
        created_by: ctx.actor_id(),
        origin: format!("{key}-{}", row.number),
        op_id,
    };
    let made = insert_like(ctx, &tx, &row, like).await?;
    watch::begin(&*tx, made.id, ctx.actor_id().as_slice()).await?;
    tx.commit().await?;
    Ok(Arrived { task: made.id, reference: format!("{key}-{}", made.number) })
}

/// Writes a task that is like another one, with its labels and those of its people who still are in the project.
/// No limit is asked: the next of a series comes also into a full column, or nobody could complete this one.
pub(super) async fn insert_like(ctx: &Ctx, tx: &WriteTx, source: &task::Model, like: Like) -> AppResult<task::Model> {
    let Like { column, end, title, due_on, due_at, start_on, recurrence, along, created_by, origin, op_id } = like;
    let column = moves::lock_column(ctx, tx, source.project_id, column).await?;
    let row = task::Model {
        id: TaskId(Uuid::now_v7()),
        column_id: column.id,
        number: next_number(tx, source.project_id).await?,
        rank: moves::end_rank(&**tx, column.id, end).await?.into_string(),
        title,
        category: Category::Ordinary.after_move(column.status),
        due_on,
        due_at,
        completed_at: (column.status == Status::Done).then_some(ctx.now),
        archived_at: None,
        start_on,
        recurrence,
        deleted_at: None,
        deleted_by: None,
        created_by,
        created_at: ctx.now,
        updated_at: ctx.now,
        version: 1,
        ..source.clone()
    };
    let row = insert(ctx, tx, row, &column, (origin, op_id)).await?;
    let labels = task_label::Entity::find().filter(task_label::Column::TaskId.eq(source.id)).all(&**tx).await?;
    if !labels.is_empty() {
        let rows = labels.into_iter().map(|label| task_label::ActiveModel {
            project_id: Set(label.project_id),
            task_id: Set(row.id),
            label_id: Set(label.label_id),
        });
        task_label::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    let members: HashSet<UserId> =
        projects::people(&**tx, source.project_id).await?.into_iter().map(|person| person.id).collect();
    let people: Vec<UserId> = task_assignee::Entity::find()
        .filter(task_assignee::Column::TaskId.eq(source.id))
        .all(&**tx)
        .await?
        .into_iter()
        .map(|assigned| assigned.user_id)
        .filter(|id| members.contains(id))
        .collect();
    if !people.is_empty() {
        let rows = people.iter().map(|user| task_assignee::ActiveModel { task_id: Set(row.id), user_id: Set(*user) });
        task_assignee::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
        watch::begin(&**tx, row.id, &people).await?;
    }
    if along.checklist {
        let items = checklist::in_order(&**tx, source.id).await?;
        let rows: Vec<_> = items
            .into_iter()
            .map(|item| {
                let fresh = checklist_item::Model {
                    id: ChecklistItemId(Uuid::now_v7()),
                    task_id: row.id,
                    done_at: None,
                    ..item
                };
                checklist_item::ActiveModel::from(fresh).reset_all()
            })
            .collect();
        if !rows.is_empty() {
            checklist_item::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
        }
    }
    if along.comments {
        let rows: Vec<_> = comments::of_task(&**tx, source.id)
            .await?
            .into_iter()
            .map(|written| {
                let fresh =
                    comment::Model { id: CommentId(Uuid::now_v7()), task_id: row.id, edited_at: None, ..written };
                comment::ActiveModel::from(fresh).reset_all()
            })
            .collect();
        if !rows.is_empty() {
            comment::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
        }
    }
    Ok(row)
}

/// Writes a task of a checklist item at the foot of the list that its task is in.
pub(super) async fn insert_from_item(
    ctx: &Ctx,
    tx: &WriteTx,
    parent: &task::Model,
    title: &str,
    origin: &str,
) -> AppResult<task::Model> {
    let column = moves::lock_column(ctx, tx, parent.project_id, parent.column_id).await?;
    limits::check_room(tx, &column, 1).await?;
    let row = task::Model {
        id: TaskId(Uuid::now_v7()),
        number: next_number(tx, parent.project_id).await?,
        rank: moves::end_rank(&**tx, column.id, End::Bottom).await?.into_string(),
        title: title.to_owned(),
        description: String::new(),
        category: Category::Ordinary.after_move(column.status),
        due_on: None,
        due_at: None,
        completed_at: (column.status == Status::Done).then_some(ctx.now),
        archived_at: None,
        start_on: None,
        estimate_minutes: None,
        recurrence: None,
        deleted_at: None,
        deleted_by: None,
        created_by: ctx.actor_id(),
        created_at: ctx.now,
        updated_at: ctx.now,
        version: 1,
        ..parent.clone()
    };
    let row = insert(ctx, tx, row, &column, (origin.to_owned(), None)).await?;
    watch::begin(&**tx, row.id, ctx.actor_id().as_slice()).await?;
    Ok(row)
}

async fn insert(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    column: &board_column::Model,
    (origin, op_id): (String, Option<OpId>),
) -> AppResult<task::Model> {
    // Every column is written, also those that are as in the source.
    let row = task::ActiveModel::from(row).reset_all().insert(&**tx).await?;
    let event = Event {
        kind: EventKind::Created,
        from: None,
        to: Some(Stand { column: column.id, status: column.status }),
        detail: Detail { from: Some(origin), ..Detail::default() },
        op_id,
    };
    events::record(ctx, &**tx, &row, event).await?;
    Ok(row)
}
