//! Templates that had to be stopped too often: what of them is held back, and the way out (`reports::service::quarantine`).

use super::{access, drafts};
use crate::{
    domain::{ids::TemplateId, template::compile::compile},
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    reports::service::quarantine::{self, Holds},
    templates::view::HeldBack,
};

/// What the stops of a template are counted by.
pub fn key(id: TemplateId) -> String {
    format!("template:{id}")
}

/// Which of two stored documents of a template are held back.
///
/// # Errors
/// A fault, where what is stored is no document.
pub(super) fn of(holds: &Holds, id: TemplateId, draft: &str, published: Option<&str>) -> AppResult<HeldBack> {
    let key = key(id);
    if !holds.has(&key) {
        return Ok(HeldBack::default());
    }
    let is_held = |json: &str| holds.hold(&key, &compile(&drafts::stored(json)?).job(Vec::new()));
    Ok(HeldBack { draft: is_held(draft)?, published: published.map_or(Ok(false), is_held)? })
}

/// An administrator lets a template be tried again. One that is not held any more is free already.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator; as [`access::visible`].
pub async fn release(ctx: &Ctx, id: TemplateId) -> AppResult<()> {
    ctx.admin()?;
    access::visible(ctx, ctx.reader(), id).await?;
    match quarantine::release(ctx, &key(id)).await {
        Err(AppError::NotFound) => Ok(()),
        other => other,
    }
}
