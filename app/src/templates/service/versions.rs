//! Published versions: what reports are written with. A version never changes; each becomes a commit of the Git archive.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{access, drafts, library};
use crate::{
    domain::{ids::TemplateId, template::Document},
    entities::{template, template_version},
    error::{AppError, AppResult, Checks},
    platform::{ctx::Ctx, fault, git::Entry},
    reports::service::archive,
    templates::view::VersionItem,
};

/// Names a version's commit; looked for before a commit is made.
const TRAILER: &str = "Template-Version";
/// Most characters of the note of a version.
const NOTE: u32 = 500;
/// Versions that are brought to the archive in one go.
const AT_ONCE: u64 = 20;

/// Makes the draft the version that reports are written with, and returns its number. What stops a draft from being
/// published is asked by the caller: here it has been checked.
///
/// # Errors
/// As [`access::editable`]; [`AppError::Conflict`] where somebody has saved another draft meanwhile.
pub async fn publish(ctx: &Ctx, id: TemplateId, draft_version: i64, note: &str) -> AppResult<i32> {
    let mut checks = Checks::default();
    let note = checks.text("note", note.trim(), NOTE);
    checks.done()?;
    let tx = ctx.begin().await?;
    let row = access::editable(ctx, &*tx, id).await?;
    // The row is held, so that two who publish at once get two numbers.
    let held = template::Entity::update_many()
        .col_expr(template::Column::DraftVersion, Expr::col(template::Column::DraftVersion))
        .filter(template::Column::Id.eq(id))
        .filter(template::Column::DraftVersion.eq(draft_version))
        .exec(&*tx)
        .await?;
    if held.rows_affected == 0 {
        return Err(drafts::conflict(row));
    }
    // As it is now that it is held: another one may have published in between.
    let row = access::editable(ctx, &*tx, id).await?;
    let last = template_version::Entity::find()
        .filter(template_version::Column::TemplateId.eq(id))
        .order_by_desc(template_version::Column::Number)
        .one(&*tx)
        .await?;
    let number = match &last {
        // Pressed twice, or nothing has changed: the version is there.
        Some(last) if last.document == row.draft && row.published == Some(last.number) => return Ok(last.number),
        Some(last) => last.number + 1,
        None => 1,
    };
    let version = template_version::ActiveModel {
        template_id: Set(id),
        number: Set(number),
        document: Set(row.draft),
        note: Set(note),
        published_by: Set(ctx.actor_id()),
        published_at: Set(ctx.now),
        commit_id: Set(None),
    };
    template_version::Entity::insert(version).exec_without_returning(&*tx).await?;
    template::Entity::update_many()
        .col_expr(template::Column::Published, Expr::value(number))
        .filter(template::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(number)
}

/// All versions of a template, the newest first.
///
/// # Errors
/// As [`access::visible`].
pub async fn list(ctx: &Ctx, id: TemplateId) -> AppResult<Vec<VersionItem>> {
    access::visible(ctx, ctx.reader(), id).await?;
    let query = template_version::Entity::find()
        .filter(template_version::Column::TemplateId.eq(id))
        .order_by_desc(template_version::Column::Number);
    items(ctx, query.all(ctx.reader()).await?).await
}

/// A version of a template.
///
/// # Errors
/// As [`access::visible`]; [`AppError::NotFound`] without the version.
pub async fn document(ctx: &Ctx, id: TemplateId, number: i32) -> AppResult<Document> {
    access::visible(ctx, ctx.reader(), id).await?;
    let row = template_version::Entity::find_by_id((id, number)).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    drafts::stored(&row.document)
}

/// Whether some version of a template is this stored document.
///
/// # Errors
/// Only those of the database.
pub async fn says(ctx: &Ctx, id: TemplateId, document: &str) -> AppResult<bool> {
    let query = template_version::Entity::find()
        .filter(template_version::Column::TemplateId.eq(id))
        .filter(template_version::Column::Document.eq(document));
    Ok(query.count(ctx.reader()).await? > 0)
}

/// The version that reports are written with.
///
/// # Errors
/// Only those of the database.
pub async fn published(ctx: &Ctx, row: &template::Model) -> AppResult<Option<template_version::Model>> {
    let Some(number) = row.published else { return Ok(None) };
    Ok(template_version::Entity::find_by_id((row.id, number)).one(ctx.reader()).await?)
}

/// The number of the version that a report is written with that begins now; where there is none, why, in a sentence.
///
/// # Errors
/// Only those of the database.
pub async fn for_reports(ctx: &Ctx, id: TemplateId) -> AppResult<Result<i32, String>> {
    let row = template::Entity::find_by_id(id).one(ctx.reader()).await?;
    Ok(match row {
        Some(row) if row.deleted_at.is_none() => match row.published {
            Some(number) => Ok(number),
            None => Err(format!("The template “{}” is not published: nothing can be written with it yet.", row.name)),
        },
        Some(row) => Err(format!("The template “{}” was deleted. Choose another one for the job.", row.name)),
        None => Err("The template of the job is gone. Choose another one.".to_owned()),
    })
}

/// A version that a report is written with, whatever has become of its template since.
///
/// # Errors
/// [`AppError::NotFound`] without the version.
pub async fn kept(ctx: &Ctx, id: TemplateId, number: i32) -> AppResult<Document> {
    let row = template_version::Entity::find_by_id((id, number)).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    drafts::stored(&row.document)
}

/// "Weekly status, version 3", also of a template that was deleted; none without one.
///
/// # Errors
/// Only those of the database.
pub async fn words(ctx: &Ctx, version: Option<(TemplateId, i32)>) -> AppResult<Option<String>> {
    let Some((id, number)) = version else { return Ok(None) };
    let row = template::Entity::find_by_id(id).one(ctx.reader()).await?;
    let name = row.map_or_else(|| "A template that is gone".to_owned(), |row| row.name);
    Ok(Some(format!("{name}, version {number}")))
}

/// Makes a version the draft again. What the draft said before is lost unless it was published: the page says so.
///
/// # Errors
/// As [`access::editable`]; [`AppError::NotFound`] without the version; [`AppError::Conflict`] where somebody saves at the
/// same moment.
pub async fn restore(ctx: &Ctx, id: TemplateId, number: i32) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = access::editable(ctx, &*tx, id).await?;
    let version = template_version::Entity::find_by_id((id, number)).one(&*tx).await?.ok_or(AppError::NotFound)?;
    let changed = template::Entity::update_many()
        .col_expr(template::Column::Draft, Expr::value(version.document))
        .col_expr(template::Column::DraftVersion, Expr::value(row.draft_version + 1))
        .col_expr(template::Column::DraftedAt, Expr::value(ctx.now))
        .col_expr(template::Column::DraftedBy, Expr::value(ctx.actor_id()))
        .filter(template::Column::Id.eq(id))
        .filter(template::Column::DraftVersion.eq(row.draft_version))
        .exec(&*tx)
        .await?;
    if changed.rows_affected == 0 {
        return Err(drafts::conflict(row));
    }
    Ok(tx.commit().await?)
}

/// Commits the versions that are not in the Git archive yet, the oldest first. A version is found by its trailer, so a
/// repeat commits nothing twice.
///
/// # Errors
/// A fault, where the archive cannot be written; the next call goes on.
pub async fn commit_pending(ctx: &Ctx) -> AppResult<u64> {
    let rows = template_version::Entity::find()
        .find_also_related(template::Entity)
        .filter(template_version::Column::CommitId.is_null())
        .order_by_asc(template_version::Column::PublishedAt)
        .limit(AT_ONCE)
        .all(ctx.reader())
        .await?;
    let mut done = 0;
    for (version, template) in rows {
        let Some(template) = template else { continue };
        let commit = archive::commit_entry(ctx, |author| entry(&version, &template, author)).await?;
        let tx = ctx.begin().await?;
        template_version::Entity::update_many()
            .col_expr(template_version::Column::CommitId, Expr::value(commit))
            .filter(template_version::Column::TemplateId.eq(version.template_id))
            .filter(template_version::Column::Number.eq(version.number))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

fn entry(
    version: &template_version::Model,
    template: &template::Model,
    (author_name, author_email): (String, String),
) -> AppResult<Entry> {
    let document: serde_json::Value =
        serde_json::from_str(&version.document).map_err(|error| fault::internal("reading a stored template", error))?;
    let pretty =
        serde_json::to_string_pretty(&document).map_err(|error| fault::internal("writing a template", error))?;
    let folder = format!("templates/{}", version.template_id);
    let note = if version.note.is_empty() { String::new() } else { format!("{}\n", version.note) };
    let about = format!("# {}\n\nVersion {}\n\n{note}", template.name, version.number);
    Ok(Entry {
        subject: format!("Template {}, version {}", template.name, version.number),
        trailer: (TRAILER, format!("{}/{}", version.template_id, version.number)),
        files: vec![
            (format!("{folder}/template.json"), (pretty + "\n").into_bytes()),
            (format!("{folder}/README.md"), about.into_bytes()),
        ],
        author_name,
        author_email,
        at: version.published_at,
        not_before: version.published_at,
    })
}

/// Versions as pages show them.
///
/// # Errors
/// Only those of the database.
pub(super) async fn items(ctx: &Ctx, rows: Vec<template_version::Model>) -> AppResult<Vec<VersionItem>> {
    let names = library::names(ctx.reader(), rows.iter().filter_map(|row| row.published_by)).await?;
    let item = |row: template_version::Model| VersionItem {
        number: row.number,
        by: row.published_by.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        at: ctx.moment(row.published_at),
        commit: row.commit_id,
        note: row.note,
    };
    Ok(rows.into_iter().map(item).collect())
}
