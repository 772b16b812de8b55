//! Comments: written, edited with their former texts kept, removed, and who is named in them told.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{
    events::{self, Detail, Event},
    find, history,
    notes::is_own,
    stamps::{Stored, stamp_version, was_edited},
    watch,
};
use crate::{
    domain::{
        ids::{CommentId, OpId, RevisionId, TaskId, UserId},
        mention::mentioned,
        notification::NotificationKind,
        task::{COMMENT_MAX, EventKind},
    },
    entities::{comment, comment_revision, task},
    error::{AppError, AppResult, Checks, Problem},
    notifications::service::tell::{News, tell},
    platform::{ctx::Ctx, markdown},
    projects::service::{access::Viewing, projects},
    tasks::{
        parts::RevisionView,
        view::{CommentView, Stamp},
    },
};

/// Adds a comment (Markdown). The author watches the task from now on, and so does who is named.
///
/// # Errors
/// [`AppError::Invalid`] for an empty or too long text, or without the right.
pub async fn add(ctx: &Ctx, id: TaskId, body: &str, op_id: Option<OpId>) -> AppResult<()> {
    let body = checked(body)?;
    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    if events::is_done(&*tx, op_id).await? {
        return Ok(());
    }
    let row = comment::ActiveModel {
        id: Set(CommentId(Uuid::now_v7())),
        task_id: Set(id),
        author_id: Set(ctx.actor_id()),
        body: Set(body.clone()),
        created_at: Set(ctx.now),
        edited_at: Set(None),
    };
    comment::Entity::insert(row).exec_without_returning(&*tx).await?;
    call(ctx, &*tx, &task, &body, "").await?;
    watch::begin(&*tx, id, ctx.actor_id().as_slice()).await?;
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Commented, Detail::default()).with_op(op_id)).await?;
    Ok(tx.commit().await?)
}

/// Changes a comment of one's own; an owner of the project may change all. The former text is kept.
///
/// # Errors
/// [`AppError::Conflict`] where it was changed since `base`, [`AppError::Forbidden`] for somebody else's.
pub async fn edit(ctx: &Ctx, id: CommentId, base: i64, body: &str) -> AppResult<()> {
    let body = checked(body)?;
    let tx = ctx.begin().await?;
    let (row, task) = find_own(ctx, &*tx, id).await?;
    if row.body == body {
        return Ok(());
    }
    let written_at = row.edited_at.unwrap_or(row.created_at);
    let stored = Stored { task: task.id, text: &row.body, changed_at: written_at, kind: EventKind::CommentEdited };
    was_edited(&tx, "body", base, &body, stored).await?;
    let kept = comment_revision::ActiveModel {
        id: Set(RevisionId(Uuid::now_v7())),
        comment_id: Set(id),
        body: Set(row.body.clone()),
        written_at: Set(written_at),
    };
    comment_revision::Entity::insert(kept).exec_without_returning(&*tx).await?;
    comment::ActiveModel {
        id: Unchanged(id),
        body: Set(body.clone()),
        edited_at: Set(Some(ctx.now)),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    call(ctx, &*tx, &task, &body, &row.body).await?;
    events::record(ctx, &*tx, &task, Event::plain(EventKind::CommentEdited, Detail::default())).await?;
    Ok(tx.commit().await?)
}

/// Deletes a comment of one's own, with its former texts; an owner of the project may delete all.
///
/// # Errors
/// [`AppError::Forbidden`] for somebody else's.
pub async fn remove(ctx: &Ctx, id: CommentId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (row, task) = find_own(ctx, &*tx, id).await?;
    row.delete(&*tx).await?;
    events::record(ctx, &*tx, &task, Event::plain(EventKind::CommentRemoved, Detail::default())).await?;
    Ok(tx.commit().await?)
}

/// The comments of a task as they are stored, the oldest first.
///
/// # Errors
/// Only those of the database.
pub(super) async fn of_task(db: &impl ConnectionTrait, task: TaskId) -> AppResult<Vec<comment::Model>> {
    Ok(comment::Entity::find()
        .filter(comment::Column::TaskId.eq(task))
        .order_by_asc(comment::Column::CreatedAt)
        .order_by_asc(comment::Column::Id)
        .all(db)
        .await?)
}

/// The comments of a task, the oldest first, with their former texts.
///
/// # Errors
/// Only those of the database.
pub async fn read(
    ctx: &Ctx,
    viewing: &Viewing,
    rows: Vec<comment::Model>,
    names: &HashMap<UserId, String>,
) -> AppResult<Vec<CommentView>> {
    let edited: Vec<CommentId> = rows.iter().filter(|row| row.edited_at.is_some()).map(|row| row.id).collect();
    let mut former: HashMap<CommentId, Vec<RevisionView>> = HashMap::new();
    let stamp = |at| -> Stamp { history::stamp(at, ctx.now, ctx.zone()) };
    if !edited.is_empty() {
        let revisions = comment_revision::Entity::find()
            .filter(comment_revision::Column::CommentId.is_in(edited))
            .order_by_desc(comment_revision::Column::WrittenAt)
            .all(ctx.reader())
            .await?;
        for revision in revisions {
            let view = RevisionView { html: markdown::to_html(&revision.body), at: stamp(revision.written_at) };
            former.entry(revision.comment_id).or_default().push(view);
        }
    }
    Ok(rows
        .into_iter()
        .map(|row| CommentView {
            id: row.id,
            author: row.author_id.and_then(|id| names.get(&id).cloned()),
            html: markdown::to_html(&row.body),
            at: stamp(row.created_at),
            is_edited: row.edited_at.is_some(),
            version: stamp_version(row.edited_at.unwrap_or(row.created_at)),
            can_edit: is_own(ctx, viewing, row.author_id),
            former: former.remove(&row.id).unwrap_or_default(),
            body: row.body,
        })
        .collect())
}

fn checked(body: &str) -> AppResult<String> {
    let mut checks = Checks::default();
    let body = checks.text("body", body, COMMENT_MAX);
    if body.trim().is_empty() {
        checks.add("body", Problem::Required);
    }
    checks.done()?;
    Ok(body)
}

async fn find_own(ctx: &Ctx, db: &impl ConnectionTrait, id: CommentId) -> AppResult<(comment::Model, task::Model)> {
    let row = comment::Entity::find_by_id(id).one(db).await?.ok_or(AppError::NotFound)?;
    let (editing, task) = find::for_editing(ctx, db, row.task_id).await?;
    if is_own(ctx, &editing, row.author_id) { Ok((row, task)) } else { Err(AppError::Forbidden) }
}

/// Tells who is named in a text and was not named before; they watch the task from now on.
async fn call(ctx: &Ctx, tx: &impl ConnectionTrait, task: &task::Model, body: &str, before: &str) -> AppResult<()> {
    if !body.contains('@') {
        return Ok(());
    }
    let people = projects::people(tx, task.project_id).await?;
    let people: Vec<(UserId, &str)> = people.iter().map(|person| (person.id, person.name.as_str())).collect();
    let known = mentioned(before, &people);
    let fresh: Vec<UserId> = mentioned(body, &people).into_iter().filter(|id| !known.contains(id)).collect();
    watch::begin(tx, task.id, &fresh).await?;
    let news = News {
        kind: NotificationKind::Mentioned,
        task: Some(task.id),
        words: format!("mentioned you: “{}”", first_words(body)),
    };
    tell(ctx, tx, &fresh, news).await
}

/// The beginning of a text on one line.
fn first_words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(140) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
