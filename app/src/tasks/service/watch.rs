//! Watching: who is told of what happens to a task. Whoever makes a task, gets it, comments on it or
//! is mentioned in it watches it from then on; everybody who sees it may begin and stop.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use super::{events::Event, find};
use crate::{
    domain::{
        ids::{ColumnId, TaskId, UserId},
        notification::NotificationKind,
        task::{EventKind, Status},
    },
    entities::{board_column, task, task_watcher},
    error::AppResult,
    notifications::service::tell::{News, tell},
    platform::ctx::Ctx,
    projects::service::projects,
};

/// Begins or stops watching a task; a viewer may, too. Twice is the same as once.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] where it is not visible.
pub async fn set(ctx: &Ctx, id: TaskId, is_watching: bool) -> AppResult<()> {
    let me = ctx.me()?.id;
    let tx = ctx.begin().await?;
    find::by_id(ctx, &*tx, id).await?;
    if is_watching {
        begin(&*tx, id, &[me]).await?;
    } else {
        task_watcher::Entity::delete_by_id((id, me)).exec(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Makes people watch a task.
///
/// # Errors
/// Only those of the database.
pub async fn begin(tx: &impl ConnectionTrait, id: TaskId, people: &[UserId]) -> AppResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    let rows = people.iter().map(|user| task_watcher::ActiveModel { task_id: Set(id), user_id: Set(*user) });
    let once =
        OnConflict::columns([task_watcher::Column::TaskId, task_watcher::Column::UserId]).do_nothing().to_owned();
    task_watcher::Entity::insert_many(rows).on_conflict(once).exec_without_returning(tx).await?;
    Ok(())
}

/// People were given a task: they are told, and watch it from now on.
///
/// # Errors
/// Only those of the database.
pub async fn given(ctx: &Ctx, tx: &impl ConnectionTrait, id: TaskId, people: &[UserId]) -> AppResult<()> {
    begin(tx, id, people).await?;
    let news = News { kind: NotificationKind::Assigned, task: Some(id), words: "assigned this to you".into() };
    tell(ctx, tx, people, news).await
}

/// Who watches a task.
///
/// # Errors
/// Only those of the database.
pub async fn watchers(db: &impl ConnectionTrait, id: TaskId) -> AppResult<Vec<UserId>> {
    Ok(task_watcher::Entity::find()
        .select_only()
        .column(task_watcher::Column::UserId)
        .filter(task_watcher::Column::TaskId.eq(id))
        .into_tuple()
        .all(db)
        .await?)
}

/// Tells the watchers of an event that is worth it: comments, moves between lists, due dates,
/// completion, archive and trash. Called for every event, in its transaction.
///
/// # Errors
/// Only those of the database.
pub async fn spread(ctx: &Ctx, tx: &impl ConnectionTrait, task: &task::Model, event: &Event) -> AppResult<()> {
    if !is_news(event) {
        return Ok(());
    }
    let actor = ctx.actor_id();
    let mut people: Vec<UserId> = watchers(tx, task.id).await?;
    people.retain(|id| Some(*id) != actor);
    if people.is_empty() {
        return Ok(());
    }
    // Who has left the project sees nothing of it any more.
    let members = projects::people(tx, task.project_id).await?;
    people.retain(|id| members.iter().any(|member| member.id == *id));
    if people.is_empty() {
        return Ok(());
    }
    let words = words(tx, event).await?;
    tell(ctx, tx, &people, News { kind: NotificationKind::Watched, task: Some(task.id), words }).await
}

fn is_news(event: &Event) -> bool {
    match event.kind {
        EventKind::Moved => event.from.map(|stand| stand.column) != event.to.map(|stand| stand.column),
        EventKind::Edited => event.detail.field.as_deref() == Some("due"),
        EventKind::Commented
        | EventKind::Archived
        | EventKind::Restored
        | EventKind::Deleted
        | EventKind::Undeleted
        | EventKind::Transferred => true,
        _ => false,
    }
}

async fn words(tx: &impl ConnectionTrait, event: &Event) -> AppResult<String> {
    let to = event.detail.to.as_deref().unwrap_or_default();
    Ok(match event.kind {
        EventKind::Moved => {
            let name = column_name(tx, event.to.map(|stand| stand.column)).await?;
            let was_open = event.from.is_some_and(|stand| stand.status != Status::Done);
            let is_done = event.to.is_some_and(|stand| stand.status == Status::Done);
            if was_open && is_done { format!("completed this ({name})") } else { format!("moved this to {name}") }
        }
        EventKind::Edited if to.is_empty() => "removed the due date".into(),
        EventKind::Edited => format!("set the due date to {}", to.split('T').next().unwrap_or(to)),
        EventKind::Commented => "commented".into(),
        EventKind::Archived => "archived this".into(),
        EventKind::Restored => "restored this".into(),
        EventKind::Deleted => "put this into the trash".into(),
        EventKind::Undeleted => "took this out of the trash".into(),
        EventKind::Transferred => "moved this to another project".into(),
        _ => "changed this".into(),
    })
}

async fn column_name(tx: &impl ConnectionTrait, id: Option<ColumnId>) -> AppResult<String> {
    let Some(id) = id else { return Ok(String::new()) };
    Ok(board_column::Entity::find_by_id(id).one(tx).await?.map_or_else(String::new, |column| column.name))
}
