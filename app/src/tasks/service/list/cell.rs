//! One cell of a list's row, changed by the service that owns the field.

use crate::{
    domain::ids::{ColumnId, OpId, TaskId, UserId},
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    tasks::{
        service::{
            assign, board, cards,
            edit::{self, Change, DueInput},
            find,
            input::read_word,
            labels_of_task,
            moves::{self, Move},
        },
        views::ListRow,
    },
};

/// Changes a cell and answers with the row as it is then. `version` is the one that a new title began with; by its
/// `op_id` the change is taken back.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown field or value, and those of the service that owns it.
pub async fn save(
    ctx: &Ctx,
    id: TaskId,
    field: &str,
    value: &str,
    version: i64,
    op_id: Option<OpId>,
) -> AppResult<ListRow> {
    match field {
        "title" => {
            let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
            edit::change(ctx, id, version, Change::Title(line), op_id).await?;
        }
        "category" => {
            let change = Change::Category(read_word("value", value)?);
            edit::change(ctx, id, 0, change, op_id).await?;
        }
        "start" => {
            let change = Change::Start(edit::read_day("value", value)?);
            edit::change(ctx, id, 0, change, op_id).await?;
        }
        "estimate" => {
            let change = Change::Estimate(edit::read_estimate(value)?);
            edit::change(ctx, id, 0, change, op_id).await?;
        }
        "label" => label(ctx, id, value, op_id).await?,
        "new_label" => drop(labels_of_task::add_as(ctx, id, value, None, op_id).await?),
        "status" => {
            let column: ColumnId = read_word("value", value)?;
            let before = board::first_of(ctx, id, column).await?;
            moves::move_task(ctx, Move { task: id, column, after: None, before, op_id }).await?;
        }
        "priority" => {
            let change = Change::Priority(read_word("value", value)?);
            edit::change(ctx, id, 0, change, op_id).await?;
        }
        "due" => {
            let due = due(ctx, id, value).await?;
            edit::change(ctx, id, 0, Change::Due(due), op_id).await?;
        }
        "person" => person(ctx, id, value, op_id).await?,
        _ => return Err(AppError::field("field", Problem::UnknownChoice)),
    }
    super::rows(ctx, &[id]).await?.pop().ok_or(AppError::NotFound)
}

/// Another day keeps the time of day.
async fn due(ctx: &Ctx, id: TaskId, value: &str) -> AppResult<Option<DueInput>> {
    let (_, row) = find::by_id(ctx, ctx.reader(), id).await?;
    let time = match cards::due(&row, ctx.zone()) {
        Some(crate::domain::due::Due::At { local, .. }) => Some(local.time()),
        _ => None,
    };
    let due = edit::read_due(value, "")?;
    Ok(due.map(|due| DueInput { time, ..due }))
}

/// Puts a label on a task (`add:NAME`) or takes it off (`remove:NAME`).
async fn label(ctx: &Ctx, id: TaskId, value: &str, op_id: Option<OpId>) -> AppResult<()> {
    match value.split_once(':') {
        Some(("add", name)) => drop(labels_of_task::add_as(ctx, id, name, None, op_id).await?),
        Some(("remove", name)) => drop(labels_of_task::remove_as(ctx, id, name, op_id).await?),
        _ => return Err(AppError::field("value", Problem::UnknownChoice)),
    }
    Ok(())
}

/// Gives a task to a person (`add:ID`) or takes it away (`remove:ID`).
async fn person(ctx: &Ctx, id: TaskId, value: &str, op_id: Option<OpId>) -> AppResult<()> {
    let (verb, person) = value.split_once(':').ok_or_else(|| AppError::field("value", Problem::UnknownChoice))?;
    let person: [UserId; 1] = [read_word("value", person)?];
    match verb {
        "add" => assign::change_as(ctx, id, &person, &[], op_id).await?,
        "remove" => assign::change_as(ctx, id, &[], &person, op_id).await?,
        _ => return Err(AppError::field("value", Problem::UnknownChoice)),
    };
    Ok(())
}
