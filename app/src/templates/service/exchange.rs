//! Templates as files: one file holds all of a template, and another instance takes it.

use super::{access, drafts, narrowing};
use crate::{
    domain::{ids::TemplateId, template::file::TemplateFile},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, fault},
};

pub use crate::templates::upload_form::FILE_MAX;

/// Name and bytes of a template's file.
///
/// # Errors
/// As [`access::visible`].
pub async fn export(ctx: &Ctx, id: TemplateId) -> AppResult<(String, Vec<u8>)> {
    let row = access::visible(ctx, ctx.reader(), id).await?;
    let document = drafts::of_row(&row)?;
    let name = format!("{}.template.json", plain(&row.name));
    let file = TemplateFile::new(row.name, row.category, document);
    let bytes =
        serde_json::to_vec_pretty(&file).map_err(|error| fault::internal("writing a template's file", error))?;
    Ok((name, bytes))
}

/// Makes a template of a file.
///
/// # Errors
/// [`AppError::TooLarge`]; [`AppError::Malformed`] for a file that is no template; [`AppError::Invalid`] for one that
/// breaks a rule; [`AppError::SignedOut`]. Where in the file that is, [`FileFlaw`](crate::domain::template::file::FileFlaw)
/// says.
pub async fn import(ctx: &Ctx, bytes: &[u8]) -> AppResult<TemplateId> {
    if bytes.len() > FILE_MAX {
        return Err(AppError::TooLarge);
    }
    let mut file = TemplateFile::read(bytes).map_err(|_| AppError::Malformed)?;
    narrowing::forget_strangers(ctx, &mut file.document).await?;
    drafts::create(ctx, &file.name, file.category, &file.document).await
}

/// A name that every file system takes.
fn plain(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let joined: String = letters.collect();
    let words: Vec<&str> = joined.split('-').filter(|word| !word.is_empty()).collect();
    let short: String = words.join("-").chars().take(60).collect();
    if short.is_empty() { "template".into() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_plain() {
        assert_eq!(plain("Weekly: “Status” / Ops"), "weekly-status-ops");
        assert_eq!(plain("週報"), "template");
    }
}
