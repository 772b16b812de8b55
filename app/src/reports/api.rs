//! Server functions of reports.

use leptos::prelude::*;

use super::view::{ReportDetail, ReportList};
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::service::library,
    crate::{error::AppError, platform::ctx::Ctx},
};

/// The reports of the person's projects, the latest first; `before` goes on behind a report.
#[server(prefix = "/rpc")]
pub async fn list_reports(#[server(default)] before: Option<String>) -> AppResult<ReportList> {
    let ctx = Ctx::signed_in()?;
    let before = before.map(|id| id.parse().map_err(|_| AppError::NotFound)).transpose()?;
    library::list(&ctx, before).await
}

/// One report.
#[server(prefix = "/rpc")]
pub async fn read_report(id: String) -> AppResult<ReportDetail> {
    let ctx = Ctx::signed_in()?;
    library::read(&ctx, id.parse().map_err(|_| AppError::NotFound)?).await
}
