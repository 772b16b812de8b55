//! One change of many rows of a list.

use chrono::Days;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    domain::{
        due::DueInput,
        ids::{LabelId, OpId, TaskId},
        task_edit::{Edit, TaskEdit},
    },
    entities::label,
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    tasks::service::{bulk, find, input::read_word},
};

/// Makes a change, as the list's form words it (`move:ID`, `priority:high`, `due:today`, `add:ID`, `remove:ID`,
/// `label:NAME`, `unlabel:NAME`, `archive`, `restore`), to all of the tasks or to none of them. Answers how many there were.
///
/// # Errors
/// [`AppError::Invalid`] where nothing is chosen or the change is unknown, and those of [`bulk::change`].
pub async fn change(ctx: &Ctx, tasks: &[TaskId], change: &str) -> AppResult<u32> {
    change_as(ctx, tasks, change, None).await
}

/// As [`change`], by a change that has a name.
///
/// # Errors
/// As [`change`].
pub async fn change_as(ctx: &Ctx, tasks: &[TaskId], change: &str, op_id: Option<OpId>) -> AppResult<u32> {
    if tasks.is_empty() {
        return Err(AppError::field("tasks", Problem::Required));
    }
    let edits = edits(ctx, tasks, change).await?;
    bulk::change(ctx, edits, op_id).await?;
    Ok(u32::try_from(tasks.len()).unwrap_or(u32::MAX))
}

async fn edits(ctx: &Ctx, tasks: &[TaskId], change: &str) -> AppResult<Vec<TaskEdit>> {
    let (what, value) = change.split_once(':').unwrap_or((change, ""));
    let edit = match what {
        "move" => return Ok(Edit::move_in_order(tasks, read_word("change", value)?, None, None)),
        "priority" => Edit::Priority(read_word("change", value)?),
        "due" => Edit::Due(due(ctx, value)?),
        "add" => Edit::People { add: vec![read_word("change", value)?], remove: Vec::new() },
        "remove" => Edit::People { add: Vec::new(), remove: vec![read_word("change", value)?] },
        "label" => Edit::Labels { add: vec![label(ctx, tasks, value).await?], remove: Vec::new() },
        "unlabel" => Edit::Labels { add: Vec::new(), remove: vec![label(ctx, tasks, value).await?] },
        "archive" => Edit::Archive,
        "restore" => Edit::Restore,
        _ => return Err(AppError::field("change", Problem::UnknownChoice)),
    };
    Ok(edit.of_all(tasks.iter().copied()))
}

/// The label of that name in the project of the tasks.
async fn label(ctx: &Ctx, tasks: &[TaskId], name: &str) -> AppResult<LabelId> {
    let first = tasks.first().ok_or_else(|| AppError::field("tasks", Problem::Required))?;
    let (viewing, _) = find::by_id(ctx, ctx.reader(), *first).await?;
    let found = label::Entity::find()
        .filter(label::Column::ProjectId.eq(viewing.project().id))
        .filter(label::Column::Name.eq(name))
        .one(ctx.reader())
        .await?;
    found.map(|label| label.id).ok_or_else(|| AppError::field("change", Problem::UnknownChoice))
}

fn due(ctx: &Ctx, word: &str) -> AppResult<Option<DueInput>> {
    let ahead = match word {
        "today" => 0,
        "tomorrow" => 1,
        "week" => 7,
        "none" => return Ok(None),
        _ => return Err(AppError::field("change", Problem::UnknownChoice)),
    };
    let date = find::clock(ctx).today().checked_add_days(Days::new(ahead));
    Ok(date.map(|date| DueInput { date, time: None }))
}
