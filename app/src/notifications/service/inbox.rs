//! What a person was told: read, counted, marked as read, forgotten when it is old.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    domain::{
        calendar::{clock_time, short_date},
        ids::{NotificationId, ProjectId, TaskId, UserId},
    },
    entities::{notification, project, task, user},
    error::AppResult,
    notifications::api::{Inbox, NotificationView, TaskLink},
    platform::ctx::Ctx,
    projects::service::projects,
};

/// Most entries of one page.
pub const LISTED: usize = 50;
/// Days after which what was read is forgotten.
const KEPT_DAYS: i64 = 90;

/// What a person was told, the latest first; `before` asks for what is older.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn read(ctx: &Ctx, unread_only: bool, before: Option<DateTime<Utc>>) -> AppResult<Inbox> {
    let me = ctx.me()?;
    let mut query = notification::Entity::find()
        .filter(notification::Column::UserId.eq(me.id))
        .order_by_desc(notification::Column::CreatedAt)
        .order_by_desc(notification::Column::Id)
        .limit(LISTED as u64 + 1);
    if unread_only {
        query = query.filter(notification::Column::ReadAt.is_null());
    }
    if let Some(before) = before {
        query = query.filter(notification::Column::CreatedAt.lt(before));
    }
    let mut rows = query.all(ctx.reader()).await?;
    let has_older = rows.len() > LISTED;
    rows.truncate(LISTED);
    let older = if has_older { rows.last().map(|row| row.created_at) } else { None };
    let links = links(ctx, rows.iter().filter_map(|row| row.task_id).collect()).await?;
    let actors: Vec<UserId> = rows.iter().filter_map(|row| row.actor_id).collect();
    let names: HashMap<UserId, String> = user::Entity::find()
        .filter(user::Column::Id.is_in(actors))
        .all(ctx.reader())
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let zone: Tz = me.zone.parse().unwrap_or(Tz::UTC);
    let entries = rows
        .into_iter()
        .map(|row| NotificationView {
            id: row.id,
            kind: row.kind,
            who: row.actor_id.and_then(|id| names.get(&id).cloned()),
            words: row.words,
            is_gone: row.task_id.is_some_and(|id| !links.contains_key(&id)),
            task: row.task_id.and_then(|id| links.get(&id).cloned()),
            at: row.created_at,
            when: when(row.created_at, ctx.now, zone),
            is_read: row.read_at.is_some(),
        })
        .collect();
    Ok(Inbox { entries, unread: unread(ctx).await?, unread_only, older })
}

fn when(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (local, today) = (at.with_timezone(&zone), now.with_timezone(&zone).date_naive());
    format!("{}, {}", short_date(local.date_naive(), today), clock_time(local.time()))
}

/// The tasks among these that the person may see now: rights may have gone since.
async fn links(ctx: &Ctx, ids: Vec<TaskId>) -> AppResult<HashMap<TaskId, TaskLink>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: HashMap<ProjectId, String> =
        projects::list(ctx).await?.into_iter().map(|project: project::Model| (project.id, project.key)).collect();
    let tasks = task::Entity::find().filter(task::Column::Id.is_in(ids)).all(ctx.reader()).await?;
    let link = |row: task::Model| {
        let key = keys.get(&row.project_id)?;
        Some((row.id, TaskLink { reference: format!("{key}-{}", row.number), title: row.title }))
    };
    Ok(tasks.into_iter().filter_map(link).collect())
}

/// How much the person has not read.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn unread(ctx: &Ctx) -> AppResult<u32> {
    let many = notification::Entity::find()
        .filter(notification::Column::UserId.eq(ctx.me()?.id))
        .filter(notification::Column::ReadAt.is_null())
        .count(ctx.reader())
        .await?;
    Ok(u32::try_from(many).unwrap_or(u32::MAX))
}

/// Marks as read: one entry, or all of the person's. Somebody else's stay as they are.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn mark_read(ctx: &Ctx, one: Option<NotificationId>) -> AppResult<()> {
    let me = ctx.me()?;
    let tx = ctx.begin().await?;
    let mut query = notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(ctx.now))
        .filter(notification::Column::UserId.eq(me.id))
        .filter(notification::Column::ReadAt.is_null());
    if let Some(id) = one {
        query = query.filter(notification::Column::Id.eq(id));
    }
    query.exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Marks as read what a person was told of a task: they are looking at it.
///
/// # Errors
/// [`crate::error::AppError::SignedOut`] where nobody is signed in.
pub async fn mark_task_read(ctx: &Ctx, task: TaskId) -> AppResult<()> {
    let me = ctx.me()?;
    let tx = ctx.begin().await?;
    notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(ctx.now))
        .filter(notification::Column::UserId.eq(me.id))
        .filter(notification::Column::TaskId.eq(task))
        .filter(notification::Column::ReadAt.is_null())
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Forgets what was read long ago.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let before = ctx.now - TimeDelta::days(KEPT_DAYS);
    let tx = ctx.begin().await?;
    notification::Entity::delete_many().filter(Expr::col(notification::Column::ReadAt).lt(before)).exec(&*tx).await?;
    Ok(tx.commit().await?)
}
