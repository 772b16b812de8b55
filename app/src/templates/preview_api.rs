//! Server functions of the designer's preview: what a draft looks like, its test, its publication.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::view::{Preview, PreviewData, TemplateTest, VersionItem};
use crate::{domain::ids::TemplateId, error::AppResult};

#[cfg(feature = "ssr")]
use {
    super::service::{preview, test, told},
    crate::{domain::report::spec::AttachmentKind, platform::ctx::Ctx},
};

/// A draft filled in with the data of a project that the person sees, or with the sample.
#[server(prefix = "/rpc")]
pub async fn preview_template(id: TemplateId, document: String, data: PreviewData) -> AppResult<Preview> {
    preview::show(&Ctx::signed_in()?, id, &document, &data).await
}

/// Makes the stored draft the version that reports are written with.
#[server(prefix = "/rpc")]
pub async fn publish_template(id: TemplateId, version: i64, #[server(default)] note: String) -> AppResult<VersionItem> {
    preview::publish(&Ctx::signed_in()?, id, version, &note).await
}

/// Sends a draft to the person's own address or to a few others, and tells what the server said to each. A plain form asks
/// to be sent `back` to the designer, which shows it. `files` has the kinds of files that go along as its names.
#[server(prefix = "/rpc")]
pub async fn send_template_test(
    id: TemplateId,
    document: String,
    #[server(default)] data: PreviewData,
    #[server(default)] addresses: String,
    #[server(default)] files: BTreeMap<String, String>,
    #[server(default)] back: bool,
) -> AppResult<TemplateTest> {
    let ctx = Ctx::signed_in()?;
    let kinds: Vec<_> = AttachmentKind::ALL.iter().copied().filter(|kind| files.contains_key(kind.as_str())).collect();
    let sent = test::send(&ctx, id, &document, &data, (&addresses, &kinds)).await;
    let test = sent.map_err(|error| error.with_typed(&[("addresses", &addresses)]))?;
    if back {
        leptos_axum::redirect(&told::address(&ctx, id, &data, test.clone())?);
    }
    Ok(test)
}

/// What came of a test, out of the address of the designer; nothing where it is not this person's, or old.
#[server(prefix = "/rpc")]
pub async fn read_template_test(id: TemplateId, sealed: String) -> AppResult<Option<TemplateTest>> {
    told::read(&Ctx::signed_in()?, id, &sealed)
}
