//! Checklists.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{
    events::{self, Detail, Event},
    find,
};
use crate::{
    domain::{
        ids::{ChecklistItemId, TaskId},
        task::{EventKind, ITEM_MAX},
    },
    entities::checklist_item,
    error::{AppError, AppResult, Checks},
    platform::ctx::Ctx,
};

/// Adds an item at the end.
///
/// # Errors
/// [`AppError::Invalid`] for an empty or too long text, or without the right.
pub async fn add(ctx: &Ctx, id: TaskId, text: &str) -> AppResult<()> {
    let mut checks = Checks::default();
    let text = checks.line("text", text, ITEM_MAX);
    checks.done()?;
    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    let last: Option<(i32, String)> = checklist_item::Entity::find()
        .select_only()
        .column(checklist_item::Column::Position)
        .column(checklist_item::Column::ListTitle)
        .filter(checklist_item::Column::TaskId.eq(id))
        .order_by_desc(checklist_item::Column::Position)
        .limit(1)
        .into_tuple()
        .one(&*tx)
        .await?;
    let (position, list_title) = last.map_or((0, String::new()), |(position, list)| (position + 1, list));
    let row = checklist_item::ActiveModel {
        id: Set(ChecklistItemId(Uuid::now_v7())),
        task_id: Set(id),
        list_title: Set(list_title),
        text: Set(text.clone()),
        position: Set(position),
        done_at: Set(None),
    };
    checklist_item::Entity::insert(row).exec_without_returning(&*tx).await?;
    let detail = Detail { to: Some(text), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::ItemAdded, detail)).await?;
    Ok(tx.commit().await?)
}

/// Ticks an item, or takes the tick away. Twice is the same as once.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, or without the right.
pub async fn tick(ctx: &Ctx, id: ChecklistItemId, is_done: bool) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let item = checklist_item::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let (_, task) = find::for_editing(ctx, &*tx, item.task_id).await?;
    if item.done_at.is_some() == is_done {
        return Ok(());
    }
    checklist_item::ActiveModel { id: Unchanged(id), done_at: Set(is_done.then_some(ctx.now)), ..Default::default() }
        .update(&*tx)
        .await?;
    let kind = if is_done { EventKind::Checked } else { EventKind::Unchecked };
    events::record(ctx, &*tx, &task, Event::plain(kind, Detail { to: Some(item.text), ..Detail::default() })).await?;
    Ok(tx.commit().await?)
}

/// Removes an item; the history keeps its text.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, or without the right.
pub async fn remove(ctx: &Ctx, id: ChecklistItemId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let item = checklist_item::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let (_, task) = find::for_editing(ctx, &*tx, item.task_id).await?;
    let text = item.text.clone();
    item.delete(&*tx).await?;
    let detail = Detail { from: Some(text), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::ItemRemoved, detail)).await?;
    Ok(tx.commit().await?)
}
