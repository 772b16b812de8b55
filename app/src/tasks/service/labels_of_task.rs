//! The labels of a task; a new one is made on the way.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    cards,
    create::touched,
    edit,
    events::{self, Detail, Event},
    find,
};
use crate::{
    domain::{
        ids::{LabelId, OpId, ProjectId, TaskId},
        task::EventKind,
    },
    entities::{label, task_label},
    error::{AppError, AppResult, Checks, Problem},
    platform::ctx::Ctx,
    tasks::view::{Card, LabelView},
};

/// Longest name of a label, in characters.
pub const LABEL_MAX: u32 = 50;
/// Most labels of a project.
pub const LABELS_MAX: u32 = 1_000;

/// Puts a label on a task, by its name in any case of letters; one that is not there is made, in the
/// colour of a palette slot (1 to 6) or the next one. Twice is the same as once.
///
/// # Errors
/// [`AppError::Invalid`] for a bad name or too many labels, or without the right.
pub async fn add(ctx: &Ctx, id: TaskId, name: &str, hue: Option<u8>) -> AppResult<Card> {
    add_as(ctx, id, name, hue, None).await
}

/// As [`add`], by a change that has a name.
///
/// # Errors
/// As [`add`].
pub async fn add_as(ctx: &Ctx, id: TaskId, name: &str, hue: Option<u8>, op_id: Option<OpId>) -> AppResult<Card> {
    let mut checks = Checks::default();
    let name = checks.line("label", &name.split_whitespace().collect::<Vec<_>>().join(" "), LABEL_MAX);
    if hue.is_some_and(|hue| !(1..=6).contains(&hue)) {
        checks.add("hue", Problem::UnknownChoice);
    }
    checks.done()?;
    let tx = ctx.begin().await?;
    let (editing, row) = find::for_editing(ctx, &*tx, id).await?;
    let mut row = edit::lock(ctx, &tx, row).await?;
    let project = editing.project().id;
    let known = label::Entity::find().filter(label::Column::ProjectId.eq(project)).all(&*tx).await?;
    let folded = name.to_lowercase();
    let label = match known.iter().find(|label| label.name.to_lowercase() == folded) {
        Some(label) => label.clone(),
        None if known.len() >= LABELS_MAX as usize => {
            return Err(AppError::field("label", Problem::TooMany { max: LABELS_MAX }));
        }
        None => {
            let next = i32::try_from(known.len() % 6).unwrap_or(0) + 1;
            let fresh = label::ActiveModel {
                id: Set(LabelId(Uuid::now_v7())),
                project_id: Set(project),
                name: Set(name),
                hue: Set(hue.map_or(next, i32::from)),
            };
            fresh.insert(&*tx).await?
        }
    };
    let is_there = task_label::Entity::find_by_id((id, label.id)).one(&*tx).await?.is_some();
    if !is_there && !events::is_done(&*tx, op_id).await? {
        let link = task_label::ActiveModel { project_id: Set(project), task_id: Set(id), label_id: Set(label.id) };
        let once =
            OnConflict::columns([task_label::Column::TaskId, task_label::Column::LabelId]).do_nothing().to_owned();
        task_label::Entity::insert(link).on_conflict(once).exec_without_returning(&*tx).await?;
        row = touched(ctx, &row).update(&*tx).await?;
        let detail = Detail { to: Some(label.name), label: Some(label.id), ..Detail::default() };
        events::record(ctx, &*tx, &row, Event::plain(EventKind::Labelled, detail).with_op(op_id)).await?;
    }
    let card = cards::one(&*tx, ctx.zone(), row).await?;
    tx.commit().await?;
    Ok(card)
}

/// Takes a label off a task, by its name; the label stays in the project. Twice is the same as once.
///
/// # Errors
/// Without the right, or of the database.
pub async fn remove(ctx: &Ctx, id: TaskId, name: &str) -> AppResult<Card> {
    remove_as(ctx, id, name, None).await
}

/// As [`remove`], by a change that has a name.
///
/// # Errors
/// As [`remove`].
pub async fn remove_as(ctx: &Ctx, id: TaskId, name: &str, op_id: Option<OpId>) -> AppResult<Card> {
    let tx = ctx.begin().await?;
    let (editing, row) = find::for_editing(ctx, &*tx, id).await?;
    let mut row = edit::lock(ctx, &tx, row).await?;
    let label = label::Entity::find()
        .filter(label::Column::ProjectId.eq(editing.project().id))
        .filter(label::Column::Name.eq(name))
        .one(&*tx)
        .await?;
    if let Some(label) = label
        && !events::is_done(&*tx, op_id).await?
    {
        let gone = task_label::Entity::delete_by_id((id, label.id)).exec(&*tx).await?;
        if gone.rows_affected > 0 {
            row = touched(ctx, &row).update(&*tx).await?;
            let detail = Detail { to: Some(label.name), label: Some(label.id), ..Detail::default() };
            events::record(ctx, &*tx, &row, Event::plain(EventKind::Unlabelled, detail).with_op(op_id)).await?;
        }
    }
    let card = cards::one(&*tx, ctx.zone(), row).await?;
    tx.commit().await?;
    Ok(card)
}

/// The labels of a project, by name.
///
/// # Errors
/// Only those of the database.
pub async fn of_project(ctx: &Ctx, project: ProjectId) -> AppResult<Vec<LabelView>> {
    let rows = label::Entity::find()
        .filter(label::Column::ProjectId.eq(project))
        .order_by_asc(label::Column::Name)
        .all(ctx.reader())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| LabelView { id: row.id, name: row.name, hue: u8::try_from(row.hue).unwrap_or(1) })
        .collect())
}
