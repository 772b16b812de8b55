//! Drafts: made, saved as somebody types, thrown away with the template.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{access, logo};
use crate::{
    alarms::service::styled,
    domain::{
        ids::TemplateId,
        template::{Document, TemplateCategory, document, gallery},
    },
    entities::template,
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, fault},
};

/// Longest name of a template.
pub const NAME: u32 = 100;
/// Most templates of an instance: nobody keeps an overview over more.
const TEMPLATES_MAX: u64 = 1_000;

/// Makes a template with a draft.
///
/// # Errors
/// [`AppError::SignedOut`]; [`AppError::Invalid`] for a bad name or document.
pub async fn create(ctx: &Ctx, name: &str, category: TemplateCategory, draft: &Document) -> AppResult<TemplateId> {
    use sea_orm::PaginatorTrait;
    ctx.me()?;
    let mut checks = Checks::default();
    let name = checks.line("name", name, NAME);
    checks.done()?;
    draft.check()?;
    logo::check(draft)?;
    let id = TemplateId(Uuid::now_v7());
    let tx = ctx.begin().await?;
    let all = template::Entity::find().filter(template::Column::DeletedAt.is_null()).count(&*tx).await?;
    if all >= TEMPLATES_MAX {
        return Err(AppError::field("name", Problem::OutOfRange { min: 0, max: TEMPLATES_MAX as i64 }));
    }
    let row = template::ActiveModel {
        id: Set(id),
        name: Set(name),
        category: Set(category),
        owner_id: Set(ctx.actor_id()),
        draft: Set(to_json(draft)?),
        draft_version: Set(1),
        drafted_at: Set(ctx.now),
        drafted_by: Set(ctx.actor_id()),
        published: Set(None),
        created_at: Set(ctx.now),
        deleted_at: Set(None),
    };
    template::Entity::insert(row).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes a template of `blank`, of the source to begin with in a language, of a word of the gallery, or as a copy of the template with this id.
///
/// # Errors
/// As [`create`] and [`duplicate`]; [`AppError::NotFound`] for anything else.
pub async fn begin(ctx: &Ctx, from: &str) -> AppResult<TemplateId> {
    if from == "blank" {
        return create(ctx, "New template", TemplateCategory::Status, &Document::blank()).await;
    }
    if let Some(document) = gallery::source(from) {
        return create(ctx, "New template", TemplateCategory::Status, &document).await;
    }
    if let Some(entry) = gallery::entry(from) {
        return create(ctx, entry.name, entry.category, &entry.document()).await;
    }
    let id = from.parse().map_err(|_| AppError::NotFound)?;
    duplicate(ctx, id).await
}

/// What a save brings.
#[derive(Clone, Debug)]
pub struct Save {
    pub id: TemplateId,
    /// The version it started from.
    pub version: i64,
    pub name: String,
    pub category: TemplateCategory,
    /// A document as JSON, as the designer holds it.
    pub document: String,
}

/// Keeps a draft and returns its new version. A draft may be faulty as a template, never as a document.
///
/// # Errors
/// [`AppError::Conflict`] where somebody else has saved meanwhile: `theirs` is the stored document; as
/// [`access::editable`]; [`AppError::Invalid`].
pub async fn save(ctx: &Ctx, save: Save) -> AppResult<i64> {
    let mut checks = Checks::default();
    let name = checks.line("name", &save.name, NAME);
    checks.done()?;
    let document = parse(&save.document)?;
    let tx = ctx.begin().await?;
    let row = access::editable(ctx, &*tx, save.id).await?;
    let json = to_json(&document)?;
    if row.draft_version != save.version {
        if row.draft == json && row.name == name && row.category == save.category {
            // The same was saved already: the answer of the first try was lost.
            return Ok(row.draft_version);
        }
        return Err(conflict(row));
    }
    let changed = template::Entity::update_many()
        .col_expr(template::Column::Name, Expr::value(name))
        .col_expr(template::Column::Category, Expr::value(save.category))
        .col_expr(template::Column::Draft, Expr::value(json))
        .col_expr(template::Column::DraftVersion, Expr::value(save.version + 1))
        .col_expr(template::Column::DraftedAt, Expr::value(ctx.now))
        .col_expr(template::Column::DraftedBy, Expr::value(ctx.actor_id()))
        .filter(template::Column::Id.eq(save.id))
        .filter(template::Column::DraftVersion.eq(save.version))
        .exec(&*tx)
        .await?;
    if changed.rows_affected == 0 {
        // Another one came between the look and the write; the page saves again and hears what they wrote.
        return Err(AppError::Conflict(Box::default()));
    }
    tx.commit().await?;
    Ok(save.version + 1)
}

/// Copies the draft of a template into a new one of the person's own.
///
/// # Errors
/// As [`access::visible`] and [`create`].
pub async fn duplicate(ctx: &Ctx, id: TemplateId) -> AppResult<TemplateId> {
    let row = access::visible(ctx, ctx.reader(), id).await?;
    let name: String = format!("Copy of {}", row.name).chars().take(NAME as usize).collect();
    create(ctx, &name, row.category, &of_row(&row)?).await
}

/// Takes a template out of the library. Its versions stay: reports name them.
///
/// # Errors
/// As [`access::editable`]; [`AppError::Invalid`] where jobs or the mails of alarms still use it.
pub async fn remove(ctx: &Ctx, id: TemplateId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = access::editable(ctx, &*tx, id).await?;
    if super::library::jobs_of(&*tx, row.id).await? > 0 || styled::chosen(&*tx).await? == Some(row.id) {
        return Err(AppError::field("template", Problem::NotAllowed));
    }
    template::Entity::update_many()
        .col_expr(template::Column::DeletedAt, Expr::value(ctx.now))
        .filter(template::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Puts a template that was removed back into the library, as it was.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for everybody but whoever made it and administrators.
pub async fn take_back(ctx: &Ctx, id: TemplateId) -> AppResult<()> {
    ctx.me()?;
    let tx = ctx.begin().await?;
    let row = template::Entity::find_by_id(id).one(&*tx).await?.ok_or(AppError::NotFound)?;
    if !access::can_edit(ctx, &row) {
        return Err(AppError::Forbidden);
    }
    template::Entity::update_many()
        .col_expr(template::Column::DeletedAt, Expr::value(None::<DateTime<Utc>>))
        .filter(template::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Somebody has saved another draft than the one that was worked on.
pub(super) fn conflict(row: template::Model) -> AppError {
    AppError::conflict("document", "", row.draft, row.draft_version)
}

/// The draft of a row.
///
/// # Errors
/// A fault, where what is stored is no document.
pub fn of_row(row: &template::Model) -> AppResult<Document> {
    stored(&row.draft)
}

/// A stored document.
///
/// # Errors
/// A fault, where it is none.
pub fn stored(json: &str) -> AppResult<Document> {
    serde_json::from_str(json).map_err(|error| fault::internal("reading a stored template", error))
}

/// A document that somebody sends.
///
/// # Errors
/// [`AppError::Invalid`] where it is too large or breaks a rule, [`AppError::Malformed`] where it is none.
pub fn parse(json: &str) -> AppResult<Document> {
    // A logo in base64 stands beside the sources.
    let most = document::SOURCE_MAX * 2 + crate::domain::template::theme::LOGO_MAX * 2;
    if json.len() > most {
        return Err(AppError::field("document", Problem::TooLong { max: u32::try_from(most).unwrap_or(u32::MAX) }));
    }
    let document: Document = serde_json::from_str(json).map_err(|_| AppError::Malformed)?;
    document.check()?;
    logo::check(&document)?;
    Ok(document)
}

/// The stored form.
///
/// # Errors
/// Only a fault of the program.
pub fn to_json(document: &Document) -> AppResult<String> {
    serde_json::to_string(document).map_err(|error| fault::internal("writing a template", error))
}
