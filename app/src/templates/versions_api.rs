//! The server function of the page of versions.

use leptos::prelude::*;

use super::versions_view::VersionsView;
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::{api::parse, service::compare},
    crate::platform::ctx::Ctx,
};

/// The versions of a template and what two of them differ in; each is a number or `draft`.
#[server(prefix = "/rpc")]
pub async fn read_versions(
    id: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
) -> AppResult<VersionsView> {
    compare::view(&Ctx::signed_in()?, parse(&id)?, &from, &to).await
}
