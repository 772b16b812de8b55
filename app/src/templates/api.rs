//! Server functions of templates.

use leptos::prelude::*;

use super::view::{SavedDraft, TemplateDesk, TemplateList, VersionItem};
use crate::{
    domain::{ids::TemplateId, template::TemplateCategory},
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::{
        service::{
            drafts::{self, Save},
            held, library, versions,
        },
        view::TemplateQuery,
    },
    crate::{error::AppError, platform::ctx::Ctx},
};

/// The library, by what the address asks for.
#[server(prefix = "/rpc")]
pub async fn list_templates(
    #[server(default)] q: String,
    #[server(default)] category: String,
) -> AppResult<TemplateList> {
    let query = TemplateQuery { words: q.chars().take(200).collect(), category: category.parse().ok() };
    library::list(&Ctx::signed_in()?, query).await
}

/// Makes a template, blank, of the gallery or as a copy of another one, and opens its designer.
#[server(prefix = "/rpc")]
pub async fn create_template(from: String) -> AppResult<()> {
    let id = drafts::begin(&Ctx::signed_in()?, &from).await?;
    leptos_axum::redirect(&format!("/templates/{id}"));
    Ok(())
}

/// A template on its designer.
#[server(prefix = "/rpc")]
pub async fn read_template(id: String) -> AppResult<TemplateDesk> {
    library::desk(&Ctx::signed_in()?, parse(&id)?).await
}

/// Keeps a draft; the designer saves as somebody types.
#[server(prefix = "/rpc")]
pub async fn save_draft(
    id: TemplateId,
    version: i64,
    name: String,
    category: TemplateCategory,
    document: String,
) -> AppResult<SavedDraft> {
    let ctx = Ctx::signed_in()?;
    let version = drafts::save(&ctx, Save { id, version, name, category, document }).await?;
    Ok(SavedDraft { version, saved: ctx.moment(ctx.now) })
}

/// Takes a template out of the library.
#[server(prefix = "/rpc")]
pub async fn remove_template(id: String) -> AppResult<()> {
    let id = parse(&id)?;
    drafts::remove(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/templates?removed={id}"));
    Ok(())
}

/// Puts a template that was taken out back into the library.
#[server(prefix = "/rpc")]
pub async fn take_back_template(id: String) -> AppResult<()> {
    let id = parse(&id)?;
    drafts::take_back(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/templates/{id}"));
    Ok(())
}

/// Has a template tried again that is held back because it was stopped too often.
#[server(prefix = "/rpc")]
pub async fn release_template(id: String) -> AppResult<()> {
    let id = parse(&id)?;
    held::release(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/templates/{id}?notice=released"));
    Ok(())
}

/// The published versions of a template, the newest first.
#[server(prefix = "/rpc")]
pub async fn list_versions(id: String) -> AppResult<Vec<VersionItem>> {
    versions::list(&Ctx::signed_in()?, parse(&id)?).await
}

/// Makes a version the draft again, and opens the designer.
#[server(prefix = "/rpc")]
pub async fn restore_version(id: String, number: i32) -> AppResult<()> {
    let id = parse(&id)?;
    versions::restore(&Ctx::signed_in()?, id, number).await?;
    leptos_axum::redirect(&format!("/templates/{id}"));
    Ok(())
}

#[cfg(feature = "ssr")]
pub(super) fn parse(id: &str) -> AppResult<TemplateId> {
    id.parse().map_err(|_| AppError::NotFound)
}
