//! The server function of the dashboard.

use leptos::prelude::*;

use super::view::Dashboard;
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::service,
    crate::{platform::ctx::Ctx, projects::service::projects},
};

/// The dashboard of the project that the person works in, over a number of days; `None` without a
/// project.
#[server(prefix = "/rpc")]
pub async fn read_dashboard(#[server(default)] days: Option<u32>) -> AppResult<Option<Dashboard>> {
    let ctx = Ctx::signed_in()?;
    match projects::current(&ctx).await? {
        Some(viewing) => service::overview::read(&ctx, &viewing, days).await.map(Some),
        None => Ok(None),
    }
}
