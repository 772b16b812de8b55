//! Work notes: dated entries on a task.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{
    events::{self, Detail, Event},
    find,
    stamps::{Stored, stamp_version, was_edited},
};
use crate::{
    domain::{
        calendar::short_date,
        ids::{OpId, TaskId, UserId, WorkNoteId},
        project::MemberRole,
        task::EventKind,
        work_note::{NOTE_MAX, NoteKind},
    },
    entities::{task, work_note},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, markdown},
    projects::service::access::Viewing,
    tasks::parts::NoteView,
};

/// A note as it was written.
#[derive(Clone, Debug)]
pub struct NoteInput {
    pub kind: NoteKind,
    /// The day it tells of; today in the person's zone where left out.
    pub on_date: Option<NaiveDate>,
    /// Markdown.
    pub body: String,
}

/// Adds a note to a task.
///
/// # Errors
/// [`AppError::Invalid`] for an empty or too long text or a day in the future, or without the right.
pub async fn add(ctx: &Ctx, id: TaskId, input: NoteInput, op_id: Option<OpId>) -> AppResult<()> {
    let (kind, on_date, body) = checked(ctx, input)?;
    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    if events::is_done(&*tx, op_id).await? {
        return Ok(());
    }
    let row = work_note::ActiveModel {
        id: Set(WorkNoteId(Uuid::now_v7())),
        project_id: Set(task.project_id),
        task_id: Set(id),
        author_id: Set(ctx.actor_id()),
        kind: Set(kind),
        on_date: Set(on_date),
        body: Set(body),
        created_at: Set(ctx.now),
        edited_at: Set(None),
    };
    work_note::Entity::insert(row).exec_without_returning(&*tx).await?;
    events::record(ctx, &*tx, &task, Event::plain(EventKind::NoteAdded, told(kind, on_date, ctx)).with_op(op_id))
        .await?;
    Ok(tx.commit().await?)
}

/// Changes a note of one's own; an owner of the project may change all. `base` is the version that the
/// person saw.
///
/// # Errors
/// [`AppError::Conflict`] where it was changed since, [`AppError::Forbidden`] for somebody else's.
pub async fn edit(ctx: &Ctx, id: WorkNoteId, base: i64, input: NoteInput) -> AppResult<()> {
    let (kind, on_date, body) = checked(ctx, input)?;
    let tx = ctx.begin().await?;
    let (row, task) = find_own(ctx, &*tx, id).await?;
    if (row.kind, row.on_date, row.body.as_str()) == (kind, on_date, body.as_str()) {
        return Ok(());
    }
    let changed_at = row.edited_at.unwrap_or(row.created_at);
    let stored = Stored { task: task.id, text: &row.body, changed_at, kind: EventKind::NoteEdited };
    was_edited(&tx, "body", base, &body, stored).await?;
    work_note::ActiveModel {
        id: Unchanged(id),
        kind: Set(kind),
        on_date: Set(on_date),
        body: Set(body),
        edited_at: Set(Some(ctx.now)),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    events::record(ctx, &*tx, &task, Event::plain(EventKind::NoteEdited, told(kind, on_date, ctx))).await?;
    Ok(tx.commit().await?)
}

/// Deletes a note of one's own; an owner of the project may delete all.
///
/// # Errors
/// [`AppError::Forbidden`] for somebody else's.
pub async fn remove(ctx: &Ctx, id: WorkNoteId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let (row, task) = find_own(ctx, &*tx, id).await?;
    let detail = told(row.kind, row.on_date, ctx);
    row.delete(&*tx).await?;
    events::record(ctx, &*tx, &task, Event::plain(EventKind::NoteRemoved, detail)).await?;
    Ok(tx.commit().await?)
}

/// The notes of a task: by day, within a day as they were written.
///
/// # Errors
/// Only those of the database.
pub async fn read(
    ctx: &Ctx,
    viewing: &Viewing,
    task: TaskId,
    names: &HashMap<UserId, String>,
) -> AppResult<Vec<NoteView>> {
    let rows = work_note::Entity::find()
        .filter(work_note::Column::TaskId.eq(task))
        .order_by_asc(work_note::Column::OnDate)
        .order_by_asc(work_note::Column::CreatedAt)
        .all(ctx.reader())
        .await?;
    let today = find::clock(ctx).today();
    Ok(rows
        .into_iter()
        .map(|row| NoteView {
            id: row.id,
            kind: row.kind,
            on_date: row.on_date,
            day: short_date(row.on_date, today),
            author: row.author_id.and_then(|id| names.get(&id).cloned()),
            html: markdown::to_html(&row.body),
            version: stamp_version(row.edited_at.unwrap_or(row.created_at)),
            is_edited: row.edited_at.is_some(),
            can_edit: is_own(ctx, viewing, row.author_id),
            body: row.body,
        })
        .collect())
}

/// Whether a text is the person's own, or the person owns the project; both need the right to edit.
pub(super) fn is_own(ctx: &Ctx, viewing: &Viewing, author: Option<UserId>) -> bool {
    viewing.can_edit() && (viewing.role() >= MemberRole::Owner || (author.is_some() && author == ctx.actor_id()))
}

async fn find_own(ctx: &Ctx, db: &impl ConnectionTrait, id: WorkNoteId) -> AppResult<(work_note::Model, task::Model)> {
    let row = work_note::Entity::find_by_id(id).one(db).await?.ok_or(AppError::NotFound)?;
    let (editing, task) = find::for_editing(ctx, db, row.task_id).await?;
    if is_own(ctx, &editing, row.author_id) { Ok((row, task)) } else { Err(AppError::Forbidden) }
}

fn checked(ctx: &Ctx, input: NoteInput) -> AppResult<(NoteKind, NaiveDate, String)> {
    let NoteInput { kind, on_date, body } = input;
    let today = find::clock(ctx).today();
    let on_date = on_date.unwrap_or(today);
    let mut checks = Checks::default();
    let body = checks.text("body", &body, NOTE_MAX);
    if body.trim().is_empty() {
        checks.add("body", Problem::Required);
    }
    if on_date > today {
        checks.add("on_date", Problem::InFuture);
    }
    checks.done()?;
    Ok((kind, on_date, body))
}

/// What the history says of a note: its kind and its day.
fn told(kind: NoteKind, on_date: NaiveDate, ctx: &Ctx) -> Detail {
    let words = format!("{}, {}", kind.label(), short_date(on_date, find::clock(ctx).today()));
    Detail { to: Some(words), ..Detail::default() }
}
