//! Server functions of the designer's forms: a step of a plain form, the source of blocks.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::{domain::template::Document, error::AppResult};

#[cfg(feature = "ssr")]
use {
    super::{
        api::parse,
        service::forms::{self, Step},
    },
    crate::{error::AppError, platform::ctx::Ctx},
};

/// Does what a button of a plain form says with a draft, and shows the designer again.
#[server(prefix = "/rpc")]
pub async fn edit_draft(
    id: String,
    version: i64,
    act: String,
    #[server(default)] block: String,
    #[server(default)] value: String,
    #[server(default)] fields: BTreeMap<String, String>,
) -> AppResult<()> {
    let (ctx, template) = (Ctx::signed_in()?, parse(&id)?);
    let form = [("id".to_owned(), id.clone()), ("block".to_owned(), block.clone())];
    let typed: Vec<(String, String)> = form.into_iter().chain(fields.clone()).collect();
    let block = match block.as_str() {
        "" => None,
        number => Some(number.parse().map_err(|_| AppError::Malformed)?),
    };
    let step = Step::read(&act, block, value, fields)?;
    let open = forms::take(&ctx, template, version, step).await.map_err(|error| {
        // Of a draft that somebody else has saved meanwhile nothing is to be written over by what stood in an older form.
        if matches!(error, AppError::Conflict(_)) {
            return error;
        }
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        error.with_typed(&typed)
    })?;
    let shown = open.map(|open| format!("?block={open}#block-{open}")).unwrap_or_default();
    leptos_axum::redirect(&format!("/templates/{id}{shown}"));
    Ok(())
}

/// A document of blocks as its source: what the designer goes on with when somebody leaves the blocks.
#[server(prefix = "/rpc")]
pub async fn write_source(document: String) -> AppResult<Document> {
    forms::source(&Ctx::signed_in()?, &document)
}
