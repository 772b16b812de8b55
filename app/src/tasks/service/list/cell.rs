//! One cell of a list's row, changed by the service that owns the field.

use crate::{
    domain::ids::{ColumnId, TaskId, UserId},
    entities::task_assignee,
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
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

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
        "person" => toggle(ctx, id, read_word("value", value)?).await?,
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

/// Gives a task to a person, or takes it away.
async fn toggle(ctx: &Ctx, id: TaskId, person: UserId) -> AppResult<()> {
    find::by_id(ctx, ctx.reader(), id).await?;
    let mut wanted: Vec<UserId> = task_assignee::Entity::find()
        .filter(task_assignee::Column::TaskId.eq(id))
        .all(ctx.reader())
        .await?
        .into_iter()
        .map(|row| row.user_id)
        .collect();
    let had = wanted.len();
    wanted.retain(|other| *other != person);
    if wanted.len() == had {
        wanted.push(person);
    }
    assign::set(ctx, id, &wanted).await?;
    Ok(())
}
