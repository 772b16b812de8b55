//! The labels of a project: making, renaming, merging and removing them. Taking one off a task or
//! giving it another is written into the task's history.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    events::{Detail, Event},
    many, stream,
};
use crate::{
    domain::{
        ids::{LabelId, ProjectId, TaskId},
        label::{HUES, LABEL_NAME_MAX, LABELS_MAX, hue_of},
        live::Change,
        task::EventKind,
    },
    entities::{label, task_label},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, db::WriteTx, fault, hash::number_of},
    projects::service::access::{Editing, Viewing},
};

/// A label and how many tasks have it, archived ones counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub label: label::Model,
    pub tasks: u64,
}

/// The labels of a project by name.
///
/// # Errors
/// Only those of the database.
pub async fn all(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Vec<label::Model>> {
    let rows = label::Entity::find().filter(label::Column::ProjectId.eq(project));
    Ok(rows.order_by_asc(label::Column::Name).all(db).await?)
}

/// Those of some labels that are there, with their projects, by name.
///
/// # Errors
/// Only those of the database.
pub async fn named(db: &impl ConnectionTrait, ids: &[LabelId]) -> AppResult<Vec<(ProjectId, String)>> {
    let names = label::Entity::find()
        .select_only()
        .columns([label::Column::ProjectId, label::Column::Name])
        .filter(label::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(label::Column::Name);
    Ok(names.into_tuple().all(db).await?)
}

/// The names of the first labels by name.
///
/// # Errors
/// Only those of the database.
pub async fn first_names(db: &impl ConnectionTrait, project: ProjectId, most: usize) -> AppResult<Vec<String>> {
    let names = label::Entity::find()
        .select_only()
        .column(label::Column::Name)
        .filter(label::Column::ProjectId.eq(project))
        .order_by_asc(label::Column::Name)
        .limit(most as u64);
    Ok(names.into_tuple().all(db).await?)
}

#[derive(FromQueryResult)]
struct CountRow {
    label_id: LabelId,
    many: i64,
}

/// The labels of a project by name, with their tasks counted.
///
/// # Errors
/// Only those of the database.
pub async fn list(ctx: &Ctx, viewing: &Viewing) -> AppResult<Vec<Counted>> {
    let project = viewing.project().id;
    let rows = task_label::Entity::find()
        .select_only()
        .column(task_label::Column::LabelId)
        .column_as(task_label::Column::TaskId.count(), "many")
        .filter(task_label::Column::ProjectId.eq(project))
        .group_by(task_label::Column::LabelId)
        .into_model::<CountRow>()
        .all(ctx.reader())
        .await?;
    let counts: HashMap<LabelId, u64> =
        rows.into_iter().map(|row| (row.label_id, u64::try_from(row.many).unwrap_or(0))).collect();
    let labels = all(ctx.reader(), project).await?;
    Ok(labels.into_iter().map(|label| Counted { tasks: counts.get(&label.id).copied().unwrap_or(0), label }).collect())
}

/// Makes a label. Without a colour it gets the one of its name.
///
/// # Errors
/// [`AppError::Invalid`] for a bad or taken name or too many labels.
pub async fn create(ctx: &Ctx, editing: &Editing, name: &str, hue: Option<u8>) -> AppResult<label::Model> {
    let tx = ctx.begin().await?;
    stream::lock(ctx, &*tx, editing.project().id).await?;
    let row = insert(&tx, editing, name, hue).await?;
    tx.commit().await?;
    Ok(row)
}

/// As [`create`], inside the caller's transaction.
///
/// # Errors
/// As [`create`].
pub async fn insert(tx: &WriteTx, editing: &Editing, name: &str, hue: Option<u8>) -> AppResult<label::Model> {
    let project = editing.project().id;
    let name = free_name(tx, project, name, None).await?;
    let there = label::Entity::find().filter(label::Column::ProjectId.eq(project)).count(&**tx).await?;
    if there >= LABELS_MAX {
        return Err(AppError::field("name", Problem::TooMany { max: LABELS_MAX as u32 }));
    }
    let hue = hue.unwrap_or_else(|| hue_of(&name));
    let row = label::ActiveModel {
        id: Set(LabelId(Uuid::now_v7())),
        project_id: Set(project),
        name: Set(name),
        hue: Set(checked_hue(hue)?),
    };
    row.insert(&**tx).await.map_err(taken)
}

/// What can be changed of a label as a number that is another one as soon as any of it is.
pub fn version(label: &label::Model) -> i64 {
    number_of(&serde_json::json!([label.name, label.hue]).to_string())
}

/// Changes name and colour of a label that was `base` when the person began, where that is known.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown label, [`AppError::Invalid`] for bad fields, [`AppError::Conflict`] where
/// somebody else has changed it since.
pub async fn change(
    ctx: &Ctx,
    editing: &Editing,
    id: LabelId,
    base: Option<i64>,
    (name, hue): (&str, u8),
) -> AppResult<()> {
    let tx = ctx.begin().await?;
    stream::lock(ctx, &*tx, editing.project().id).await?;
    let project = editing.project().id;
    let before = find(&tx, project, id).await?;
    let name = free_name(&tx, project, name, Some(id)).await?;
    let wanted = label::Model { name: name.clone(), hue: checked_hue(hue)?, ..before.clone() };
    if version(&wanted) != version(&before) && base.is_some_and(|base| base != version(&before)) {
        let version = version(&before);
        return Err(AppError::conflict("name", name, before.name, version));
    }
    let fresh = label::ActiveModel { id: Unchanged(id), name: Set(name), hue: Set(wanted.hue), ..Default::default() };
    fresh.update(&*tx).await.map_err(taken)?;
    tell(ctx, &tx, project).await?;
    Ok(tx.commit().await?)
}

/// Gives all tasks of a label another one instead, and removes it. Reports that are narrowed to it go on with the other one.
///
/// # Errors
/// [`AppError::NotFound`] for unknown labels, [`AppError::Invalid`] where both are the same.
pub async fn merge(ctx: &Ctx, editing: &Editing, id: LabelId, into: LabelId) -> AppResult<()> {
    if id == into {
        return Err(AppError::field("into", Problem::NotAllowed));
    }
    let tx = ctx.begin().await?;
    stream::lock(ctx, &*tx, editing.project().id).await?;
    let project = editing.project().id;
    let (from, into) = (find(&tx, project, id).await?, find(&tx, project, into).await?);
    let have: HashSet<TaskId> = tasks_with(&tx, into.id).await?.into_iter().collect();
    let getting: Vec<TaskId> =
        tasks_with(&tx, from.id).await?.into_iter().filter(|task| !have.contains(task)).collect();
    for chunk in getting.chunks(many::CHUNK) {
        let rows = chunk.iter().map(|task| task_label::ActiveModel {
            project_id: Set(project),
            task_id: Set(*task),
            label_id: Set(into.id),
        });
        let once =
            OnConflict::columns([task_label::Column::TaskId, task_label::Column::LabelId]).do_nothing().to_owned();
        task_label::Entity::insert_many(rows).on_conflict(once).exec_without_returning(&*tx).await?;
    }
    record(ctx, &tx, project, &getting, EventKind::Labelled, &into.name).await?;
    take_off(ctx, &tx, project, &from).await?;
    tell(ctx, &tx, project).await?;
    narrow_to(ctx, &tx, from.id, into.id).await?;
    Ok(tx.commit().await?)
}

/// Has the reports that are narrowed to a label be narrowed to another one. A form that was opened before is refused then,
/// and does not write the old id back.
async fn narrow_to(ctx: &Ctx, tx: &WriteTx, from: LabelId, into: LabelId) -> AppResult<()> {
    let sql = "UPDATE schedule SET options = replace(options, $1, $2), version = version + 1 \
               WHERE options LIKE '%' || $1 || '%'";
    let ids = [from.to_string().into(), into.to_string().into()];
    tx.execute_raw(Statement::from_sql_and_values(ctx.reader().get_database_backend(), sql, ids)).await?;
    Ok(())
}

/// Takes a label off all tasks and removes it.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown label.
pub async fn remove(ctx: &Ctx, editing: &Editing, id: LabelId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    stream::lock(ctx, &*tx, editing.project().id).await?;
    let project = editing.project().id;
    let row = find(&tx, project, id).await?;
    take_off(ctx, &tx, project, &row).await?;
    tell(ctx, &tx, project).await?;
    Ok(tx.commit().await?)
}

/// Tells open pages that the labels are other ones.
pub(super) async fn tell(ctx: &Ctx, tx: &WriteTx, project: ProjectId) -> AppResult<()> {
    stream::append(ctx, &**tx, project, None, &Change::Labels).await
}

async fn take_off(ctx: &Ctx, tx: &WriteTx, project: ProjectId, row: &label::Model) -> AppResult<()> {
    let tasks = tasks_with(tx, row.id).await?;
    record(ctx, tx, project, &tasks, EventKind::Unlabelled, &row.name).await?;
    task_label::Entity::delete_many().filter(task_label::Column::LabelId.eq(row.id)).exec(&**tx).await?;
    label::Entity::delete_by_id(row.id).exec(&**tx).await?;
    Ok(())
}

async fn record(
    ctx: &Ctx,
    tx: &WriteTx,
    project: ProjectId,
    tasks: &[TaskId],
    kind: EventKind,
    name: &str,
) -> AppResult<()> {
    let event = Event::plain(kind, Detail { to: Some(name.to_owned()), ..Detail::default() });
    let happened: Vec<_> = tasks.iter().map(|task| (*task, event.clone())).collect();
    many::record(ctx, tx, project, &happened).await
}

async fn find(tx: &WriteTx, project: ProjectId, id: LabelId) -> AppResult<label::Model> {
    let row = label::Entity::find_by_id(id).filter(label::Column::ProjectId.eq(project)).one(&**tx).await?;
    row.ok_or(AppError::NotFound)
}

async fn free_name(tx: &WriteTx, project: ProjectId, name: &str, own: Option<LabelId>) -> AppResult<String> {
    let mut checks = Checks::default();
    let name = checks.line("name", name, LABEL_NAME_MAX);
    let lower = name.to_lowercase();
    let taken = all(&**tx, project).await?;
    if taken.iter().any(|row| Some(row.id) != own && row.name.to_lowercase() == lower) {
        checks.add("name", Problem::Taken);
    }
    checks.done()?;
    Ok(name)
}

fn checked_hue(hue: u8) -> AppResult<i32> {
    if (1..=HUES).contains(&hue) { Ok(i32::from(hue)) } else { Err(AppError::field("hue", Problem::UnknownChoice)) }
}

async fn tasks_with(tx: &WriteTx, label: LabelId) -> AppResult<Vec<TaskId>> {
    let rows = task_label::Entity::find()
        .select_only()
        .column(task_label::Column::TaskId)
        .filter(task_label::Column::LabelId.eq(label))
        .order_by_asc(task_label::Column::TaskId);
    Ok(rows.into_tuple().all(&**tx).await?)
}

fn taken(error: sea_orm::DbErr) -> AppError {
    if fault::is_unique_violation(&error) { AppError::field("name", Problem::Taken) } else { error.into() }
}
