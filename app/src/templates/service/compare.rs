//! What two versions of a template differ in: as somebody reads them, and as they are sent.

use super::{access, drafts, versions};
use crate::{
    domain::{
        ids::TemplateId,
        line_diff,
        template::{Document, compile::compile, outline::outline},
    },
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    templates::versions_view::{VersionsCompared, VersionsView},
};

/// The draft, in the place of a number.
const DRAFT: &str = "draft";

/// The versions of a template. Without a choice the last two are compared, or the only one with the draft.
///
/// # Errors
/// As [`access::visible`]; [`AppError::NotFound`] for a version that is not there.
pub async fn view(ctx: &Ctx, id: TemplateId, from: &str, to: &str) -> AppResult<VersionsView> {
    let row = access::visible(ctx, ctx.reader(), id).await?;
    let versions = versions::list(ctx, id).await?;
    let number = |at: usize| versions.get(at).map(|version| version.number.to_string());
    let compared = match number(0) {
        None => None,
        Some(newest) => {
            let before = number(1).unwrap_or_else(|| newest.clone());
            let after = if before == newest { DRAFT.to_owned() } else { newest };
            let from = if from.is_empty() { before } else { from.to_owned() };
            let to = if to.is_empty() { after } else { to.to_owned() };
            let (earlier, later) = (read(ctx, id, &row.draft, &from).await?, read(ctx, id, &row.draft, &to).await?);
            Some(compare(from, to, &earlier, &later))
        }
    };
    let has_changes = !versions::says(ctx, id, &row.draft).await?;
    Ok(VersionsView { id, can_edit: access::can_edit(ctx, &row), has_changes, name: row.name, versions, compared })
}

async fn read(ctx: &Ctx, id: TemplateId, draft: &str, which: &str) -> AppResult<Document> {
    if which == DRAFT {
        return drafts::stored(draft);
    }
    versions::document(ctx, id, which.parse().map_err(|_| AppError::NotFound)?).await
}

fn compare(from: String, to: String, earlier: &Document, later: &Document) -> VersionsCompared {
    let source = |document: &Document| compile(document).html;
    VersionsCompared {
        from,
        to,
        outline: line_diff::compare(&outline(earlier), &outline(later)),
        source: line_diff::compare(&source(earlier), &source(later)),
    }
}
