//! One cell of a list's row, changed by the service that owns the field.

use crate::{
    domain::ids::{ColumnId, TaskId, UserId},
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    tasks::{
        service::{
            assign, board, cards,
            edit::{self, Change, DueInput},
            find,
            input::read_word,
            moves::{self, Move},
        },
        views::ListRow,
    },
};

/// Changes a cell and answers with the row as it is then.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown field or value, and those of the service that owns it.
pub async fn save(ctx: &Ctx, id: TaskId, field: &str, value: &str) -> AppResult<ListRow> {
    match field {
        "status" => {
            let column: ColumnId = read_word("value", value)?;
            let before = board::first_of(ctx, id, column).await?;
            moves::move_task(ctx, Move { task: id, column, after: None, before, op_id: None }).await?;
        }
        "priority" => {
            let change = Change::Priority(read_word("value", value)?);
            edit::change(ctx, id, 0, change, None).await?;
        }
        "due" => {
            let due = due(ctx, id, value).await?;
            edit::change(ctx, id, 0, Change::Due(due), None).await?;
        }
        "person" => person(ctx, id, value).await?,
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

/// Gives a task to a person (`add:ID`) or takes it away (`remove:ID`).
async fn person(ctx: &Ctx, id: TaskId, value: &str) -> AppResult<()> {
    let (verb, person) = value.split_once(':').ok_or_else(|| AppError::field("value", Problem::UnknownChoice))?;
    let person: [UserId; 1] = [read_word("value", person)?];
    match verb {
        "add" => assign::change(ctx, id, &person, &[]).await?,
        "remove" => assign::change(ctx, id, &[], &person).await?,
        _ => return Err(AppError::field("value", Problem::UnknownChoice)),
    };
    Ok(())
}
