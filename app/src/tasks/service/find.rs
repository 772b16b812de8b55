//! Finding a task that the person may see, with the proof.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    domain::{
        due::{SOON_USUAL, ViewerClock},
        ids::TaskId,
        project::parse_task_ref,
        week::WeekStart,
    },
    entities::{task, task_alias},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, events},
    projects::service::access::{self, Editing, Viewing},
};

/// A task by its reference (`T-214`).
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn by_reference(ctx: &Ctx, db: &impl ConnectionTrait, reference: &str) -> AppResult<(Viewing, task::Model)> {
    let (key, number) = parse_task_ref(reference).ok_or(AppError::NotFound)?;
    let viewing = access::by_key(ctx, db, &key).await?;
    let task = task::Entity::find()
        .filter(task::Column::ProjectId.eq(viewing.project().id))
        .filter(task::Column::Number.eq(number))
        .one(db)
        .await?;
    match task {
        Some(task) => Ok((viewing, task)),
        None => by_old_number(ctx, db, &viewing, number).await,
    }
}

/// A task that had this number before it moved to another project, if the person sees that one, too.
async fn by_old_number(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    left: &Viewing,
    number: i32,
) -> AppResult<(Viewing, task::Model)> {
    let alias = task_alias::Entity::find_by_id((left.project().id, number)).one(db).await?;
    by_id(ctx, db, alias.ok_or(AppError::NotFound)?.task_id).await
}

/// A task by its id.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn by_id(ctx: &Ctx, db: &impl ConnectionTrait, id: TaskId) -> AppResult<(Viewing, task::Model)> {
    let task = task::Entity::find_by_id(id).one(db).await?.ok_or(AppError::NotFound)?;
    let viewing = access::by_id(ctx, db, task.project_id).await?;
    Ok((viewing, task))
}

/// The right to change a task, and the task as it is now. Its project is held until the transaction
/// ends (`platform::events` says why), so what is read of it afterwards stays true. What is in the
/// trash is changed no more.
///
/// # Errors
/// [`AppError::NotFound`] where it is not visible or in the trash, [`AppError::Forbidden`] for a viewer.
pub async fn for_editing(ctx: &Ctx, db: &impl ConnectionTrait, id: TaskId) -> AppResult<(Editing, task::Model)> {
    let (editing, task) = for_editing_anywhere(ctx, db, id).await?;
    if task.deleted_at.is_some() { Err(AppError::NotFound) } else { Ok((editing, task)) }
}

/// As [`for_editing`], for a task that may be in the trash.
///
/// # Errors
/// [`AppError::NotFound`] where it is not visible, [`AppError::Forbidden`] for a viewer.
pub async fn for_editing_anywhere(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    id: TaskId,
) -> AppResult<(Editing, task::Model)> {
    let (viewing, seen) = by_id(ctx, db, id).await?;
    let editing = viewing.editing()?;
    if !ctx.db().is_postgres() {
        return Ok((editing, seen));
    }
    events::lock(ctx, db, seen.project_id).await?;
    // Read again under the lock: it may have changed, or gone to another project, while this waited.
    let task = task::Entity::find_by_id(id).one(db).await?.ok_or(AppError::NotFound)?;
    if task.project_id == seen.project_id { Ok((editing, task)) } else { Err(AppError::NotFound) }
}

/// The first day of the person's weeks; `languages` are those that their browser prefers.
pub fn first_day(ctx: &Ctx, languages: &str) -> chrono::Weekday {
    ctx.me().map_or(WeekStart::Locale, |me| me.week_start).day(languages)
}

/// The person's clock.
pub fn clock(ctx: &Ctx) -> ViewerClock {
    use chrono::{Offset, TimeZone};
    let offset = ctx.zone().offset_from_utc_datetime(&ctx.now.naive_utc()).fix();
    let soon_days = ctx.me().map_or(SOON_USUAL, |me| me.soon_days);
    ViewerClock { now: ctx.now, utc_offset_minutes: offset.local_minus_utc() / 60, soon_days }
}
