//! What a task gets when it goes to another lane: its person, its priority or its label.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    create::touched,
    events::{self, Detail, Event},
};
use crate::{
    domain::{
        ids::{LabelId, UserId},
        lane::Lane,
        task::{EventKind, Priority},
    },
    entities::{label, task, task_assignee, task_label, user},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx},
    projects::service::projects,
};

/// Puts a task into a lane; where it is there already nothing happens. A task with several people
/// or labels keeps them and gets one more. The caller holds the task's column.
///
/// # Errors
/// [`AppError::Invalid`] for a person or a label that the project does not have.
pub async fn enter(ctx: &Ctx, tx: &WriteTx, row: task::Model, lane: Lane) -> AppResult<task::Model> {
    match lane {
        Lane::Priority(priority) => prioritise(ctx, tx, row, priority).await,
        Lane::Person(person) => assign(ctx, tx, row, person).await,
        Lane::Label(label) => mark(ctx, tx, row, label).await,
        Lane::Several => Ok(row),
    }
}

async fn prioritise(ctx: &Ctx, tx: &WriteTx, row: task::Model, priority: Priority) -> AppResult<task::Model> {
    if row.priority == priority {
        return Ok(row);
    }
    let mut fresh = touched(ctx, &row);
    fresh.priority = Set(priority);
    let saved = fresh.update(&**tx).await?;
    let detail = Detail {
        field: Some("priority".into()),
        from: Some(row.priority.to_string()),
        to: Some(priority.to_string()),
        version: Some(saved.version),
        ..Detail::default()
    };
    events::record(ctx, &**tx, &saved, Event::plain(EventKind::Edited, detail)).await?;
    Ok(saved)
}

fn of_person(kind: EventKind, person: UserId, name: &str) -> Event {
    Event::plain(kind, Detail { to: Some(name.to_owned()), person: Some(person), ..Detail::default() })
}

fn of_label(kind: EventKind, label: LabelId, name: &str) -> Event {
    Event::plain(kind, Detail { to: Some(name.to_owned()), label: Some(label), ..Detail::default() })
}

async fn assign(ctx: &Ctx, tx: &WriteTx, row: task::Model, person: Option<UserId>) -> AppResult<task::Model> {
    let to_user =
        task_assignee::Entity::belongs_to(user::Entity).from(task_assignee::Column::UserId).to(user::Column::Id).into();
    let before: Vec<(UserId, String)> = task_assignee::Entity::find()
        .select_only()
        .column(task_assignee::Column::UserId)
        .column(user::Column::Name)
        .join(JoinType::InnerJoin, to_user)
        .filter(task_assignee::Column::TaskId.eq(row.id))
        .order_by_asc(user::Column::Name)
        .into_tuple()
        .all(&**tx)
        .await?;
    if before.iter().map(|(id, _)| Some(*id)).any(|id| id == person) || (before.is_empty() && person.is_none()) {
        return Ok(row);
    }
    let mut happened = Vec::new();
    if let [(one, name)] = before.as_slice() {
        task_assignee::Entity::delete_by_id((row.id, *one)).exec(&**tx).await?;
        happened.push(of_person(EventKind::Unassigned, *one, name));
    }
    if let Some(person) = person {
        let people = projects::people(&**tx, row.project_id).await?;
        let found = people.iter().find(|found| found.id == person);
        let found = found.ok_or_else(|| AppError::field("lane", Problem::UnknownChoice))?;
        let assigned = task_assignee::ActiveModel { task_id: Set(row.id), user_id: Set(person) };
        task_assignee::Entity::insert(assigned).exec_without_returning(&**tx).await?;
        happened.push(of_person(EventKind::Assigned, person, &found.name));
    }
    record(ctx, tx, row, happened).await
}

async fn mark(ctx: &Ctx, tx: &WriteTx, row: task::Model, wanted: Option<LabelId>) -> AppResult<task::Model> {
    let to_label =
        task_label::Entity::belongs_to(label::Entity).from(task_label::Column::LabelId).to(label::Column::Id).into();
    let before: Vec<(LabelId, String)> = task_label::Entity::find()
        .select_only()
        .column(task_label::Column::LabelId)
        .column(label::Column::Name)
        .join(JoinType::InnerJoin, to_label)
        .filter(task_label::Column::TaskId.eq(row.id))
        .into_tuple()
        .all(&**tx)
        .await?;
    if before.iter().map(|(id, _)| Some(*id)).any(|id| id == wanted) || (before.is_empty() && wanted.is_none()) {
        return Ok(row);
    }
    let mut happened = Vec::new();
    if let [(one, name)] = before.as_slice() {
        task_label::Entity::delete_by_id((row.id, *one)).exec(&**tx).await?;
        happened.push(of_label(EventKind::Unlabelled, *one, name));
    }
    if let Some(wanted) = wanted {
        let found = label::Entity::find_by_id(wanted)
            .filter(label::Column::ProjectId.eq(row.project_id))
            .one(&**tx)
            .await?
            .ok_or_else(|| AppError::field("lane", Problem::UnknownChoice))?;
        let marked =
            task_label::ActiveModel { project_id: Set(row.project_id), task_id: Set(row.id), label_id: Set(wanted) };
        task_label::Entity::insert(marked).exec_without_returning(&**tx).await?;
        happened.push(of_label(EventKind::Labelled, wanted, &found.name));
    }
    record(ctx, tx, row, happened).await
}

async fn record(ctx: &Ctx, tx: &WriteTx, row: task::Model, happened: Vec<Event>) -> AppResult<task::Model> {
    if happened.is_empty() {
        return Ok(row);
    }
    let saved = touched(ctx, &row).update(&**tx).await?;
    for event in happened {
        events::record(ctx, &**tx, &saved, event).await?;
    }
    Ok(saved)
}
