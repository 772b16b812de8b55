//! Files on a task: stored with what was found in their bytes, counted against limits, read back.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, ModelTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{
    edit,
    events::{self, Detail, Event},
    find, history, thumbnail,
};
use crate::{
    domain::{
        file::{self, FILE_BYTES_MAX, FILES_MAX, QUOTA_BYTES},
        ids::{AttachmentId, ProjectId, TaskId, UserId},
        task::EventKind,
    },
    entities::{attachment, attachment_content},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, hash},
    tasks::parts::FileView,
};

/// Why a file is not stored; the words are the page's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Empty,
    TooLarge,
    TooMany,
    /// The project's files take all of its room.
    NoRoom,
}

impl Refusal {
    /// The word in addresses and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::TooMany => "too_many",
            Self::NoRoom => "no_room",
        }
    }
}

/// A file to download.
#[derive(Clone, Debug)]
pub struct Download {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// The reference of a task to which the person may attach files: asked before a file is read.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::Forbidden`] without the right.
pub async fn may_attach(ctx: &Ctx, id: TaskId) -> AppResult<String> {
    let (editing, task) = find::for_editing(ctx, ctx.reader(), id).await?;
    Ok(format!("{}-{}", editing.project().key, task.number))
}

/// Stores a file on a task.
///
/// # Errors
/// Without the right, or of the database. A file that breaks a limit is the inner error.
pub async fn store(ctx: &Ctx, id: TaskId, name: &str, bytes: Vec<u8>) -> AppResult<Result<AttachmentId, Refusal>> {
    if bytes.is_empty() {
        return Ok(Err(Refusal::Empty));
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Ok(Err(Refusal::TooLarge));
    }
    let name = file::clean_name(name);
    let content_type = file::sniff(&bytes);
    let (bytes, picture) = match content_type.starts_with("image/") {
        true => thumbnail::look_at(bytes).await,
        false => (bytes, None),
    };
    let sha256 = hash::sha256(&bytes);
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);

    let tx = ctx.begin().await?;
    let (_, task) = find::for_editing(ctx, &*tx, id).await?;
    let task = edit::lock(ctx, &tx, task).await?;
    let many = attachment::Entity::find().filter(attachment::Column::TaskId.eq(id)).count(&*tx).await?;
    if many >= FILES_MAX {
        return Ok(Err(Refusal::TooMany));
    }
    if used(&*tx, task.project_id).await? + size > QUOTA_BYTES {
        return Ok(Err(Refusal::NoRoom));
    }
    let attachment_id = AttachmentId(Uuid::now_v7());
    let pixels = |length: u32| i32::try_from(length).ok();
    let row = attachment::ActiveModel {
        id: Set(attachment_id),
        project_id: Set(task.project_id),
        task_id: Set(id),
        author_id: Set(ctx.actor_id()),
        name: Set(name.clone()),
        content_type: Set(content_type.to_owned()),
        size: Set(size),
        sha256: Set(sha256),
        width: Set(picture.as_ref().and_then(|picture| pixels(picture.width))),
        height: Set(picture.as_ref().and_then(|picture| pixels(picture.height))),
        created_at: Set(ctx.now),
    };
    attachment::Entity::insert(row).exec_without_returning(&*tx).await?;
    let content = attachment_content::ActiveModel {
        attachment_id: Set(attachment_id),
        bytes: Set(bytes),
        thumbnail: Set(picture.and_then(|picture| picture.thumbnail)),
    };
    attachment_content::Entity::insert(content).exec_without_returning(&*tx).await?;
    let detail = Detail { to: Some(name), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Attached, detail)).await?;
    tx.commit().await?;
    Ok(Ok(attachment_id))
}

/// Bytes that the files of a project take.
async fn used(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<i64> {
    // SUM over bigint is numeric on PostgreSQL: the sizes are added here.
    let sizes: Vec<i64> = attachment::Entity::find()
        .select_only()
        .column(attachment::Column::Size)
        .filter(attachment::Column::ProjectId.eq(project))
        .into_tuple()
        .all(db)
        .await?;
    Ok(sizes.into_iter().sum())
}

/// Deletes a file; the history keeps its name.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there, or without the right.
pub async fn remove(ctx: &Ctx, id: AttachmentId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = attachment::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let (_, task) = find::for_editing(ctx, &*tx, row.task_id).await?;
    let name = row.name.clone();
    row.delete(&*tx).await?;
    let detail = Detail { from: Some(name), ..Detail::default() };
    events::record(ctx, &*tx, &task, Event::plain(EventKind::Detached, detail)).await?;
    Ok(tx.commit().await?)
}

/// A file to download, for everybody who sees its task.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn download(ctx: &Ctx, id: AttachmentId) -> AppResult<Download> {
    let row = visible(ctx, id).await?;
    let content = attachment_content::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    Ok(Download { name: row.name, content_type: row.content_type, bytes: content.bytes })
}

/// The small picture of a file (PNG).
///
/// # Errors
/// [`AppError::NotFound`] where it has none, is not there or not visible.
pub async fn thumbnail(ctx: &Ctx, id: AttachmentId) -> AppResult<Vec<u8>> {
    visible(ctx, id).await?;
    let found: Option<Option<Vec<u8>>> = attachment_content::Entity::find_by_id(id)
        .select_only()
        .column(attachment_content::Column::Thumbnail)
        .into_tuple()
        .one(ctx.reader())
        .await?;
    found.flatten().ok_or(AppError::NotFound)
}

async fn visible(ctx: &Ctx, id: AttachmentId) -> AppResult<attachment::Model> {
    let row = attachment::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    find::by_id(ctx, ctx.reader(), row.task_id).await?;
    Ok(row)
}

#[derive(FromQueryResult)]
struct HasThumbnail {
    attachment_id: AttachmentId,
}

/// The files of a task, the oldest first, without their bytes.
///
/// # Errors
/// Only those of the database.
pub async fn read(
    ctx: &Ctx,
    rows: Vec<attachment::Model>,
    names: &HashMap<UserId, String>,
) -> AppResult<Vec<FileView>> {
    let ids: Vec<AttachmentId> = rows.iter().map(|row| row.id).collect();
    let pictured = attachment_content::Entity::find()
        .select_only()
        .column(attachment_content::Column::AttachmentId)
        .filter(attachment_content::Column::AttachmentId.is_in(ids))
        .filter(attachment_content::Column::Thumbnail.is_not_null())
        .into_model::<HasThumbnail>()
        .all(ctx.reader())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| FileView {
            id: row.id,
            kind: file::kind_words(&row.content_type).to_owned(),
            size: file::size_words(row.size),
            pixels: row.width.zip(row.height),
            author: row.author_id.and_then(|id| names.get(&id).cloned()),
            at: history::stamp(row.created_at, ctx.now, ctx.zone()),
            has_thumbnail: pictured.iter().any(|found| found.attachment_id == row.id),
            name: row.name,
        })
        .collect())
}

/// The files of a task as they are stored, the oldest first.
///
/// # Errors
/// Only those of the database.
pub(super) async fn of_task(db: &impl ConnectionTrait, task: TaskId) -> AppResult<Vec<attachment::Model>> {
    Ok(attachment::Entity::find()
        .filter(attachment::Column::TaskId.eq(task))
        .order_by_asc(attachment::Column::CreatedAt)
        .order_by_asc(attachment::Column::Id)
        .all(db)
        .await?)
}
