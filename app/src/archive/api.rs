//! Server functions of the archive.

use leptos::prelude::*;

use super::view::{ComparedReports, Part, ReportDetail, ReportList, RetentionPage, Tab};
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::service::{
        compare, list, read,
        resend::{self, Again},
        retention,
    },
    crate::{
        domain::{ids::OccurrenceId, report_filter::ReportFilter},
        error::AppError,
        jobs::service::drafts::{self, Decision},
        platform::ctx::Ctx,
    },
};

/// The reports of the person's projects that the query of the page lets through, the latest first.
#[server(prefix = "/rpc")]
pub async fn list_reports(#[server(default)] query: String) -> AppResult<ReportList> {
    let ctx = Ctx::signed_in()?;
    list::list(&ctx, ReportFilter::from_query(&query)).await
}

/// One report.
#[server(prefix = "/rpc")]
pub async fn read_report(id: String) -> AppResult<ReportDetail> {
    let ctx = Ctx::signed_in()?;
    read::read(&ctx, report(&id)?).await
}

/// What a tab of a report shows beyond its facts.
#[server(prefix = "/rpc")]
pub async fn read_report_part(id: String, tab: Tab) -> AppResult<Part> {
    let ctx = Ctx::signed_in()?;
    read::part(&ctx, report(&id)?, tab).await
}

/// A report beside another one of its job; without a name, the one before it.
#[server(prefix = "/rpc")]
pub async fn compare_reports(id: String, #[server(default)] with: String) -> AppResult<ComparedReports> {
    let ctx = Ctx::signed_in()?;
    let with = if with.is_empty() { None } else { Some(report(&with)?) };
    compare::compare(&ctx, report(&id)?, with).await
}

/// Sends a report again: to all whose servers refused it, or to the recipient of a delivery.
#[server(prefix = "/rpc")]
pub async fn send_report_again(id: String, #[server(default)] to: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let id = report(&id)?;
    let to = match to.as_str() {
        "failed" => Again::Failed,
        delivery => Again::One(delivery.parse().map_err(|_| AppError::Malformed)?),
    };
    resend::again(&ctx, id, to).await?;
    leptos_axum::redirect(&format!("/reports/{id}?view=recipients&notice=again"));
    Ok(())
}

/// Sends a copy of a report to whoever asks.
#[server(prefix = "/rpc")]
pub async fn send_report_to_me(id: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let id = report(&id)?;
    resend::to_me(&ctx, id).await?;
    leptos_axum::redirect(&format!("/reports/{id}?view=recipients&notice=sent"));
    Ok(())
}

/// Decides about a report that waits for its owner: `keep` keeps the comment, `approve` sends it, `reject` does not.
#[server(prefix = "/rpc")]
pub async fn decide_draft(id: String, decision: String, #[server(default)] comment: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let id = report(&id)?;
    let (decision, notice) = match decision.as_str() {
        "keep" => (Decision::Keep, "saved"),
        "approve" => (Decision::Approve, "approved"),
        "reject" => (Decision::Reject, "draft_rejected"),
        _ => return Err(AppError::Malformed),
    };
    let typed = [("comment", comment.as_str())];
    let decided = drafts::decide(&ctx, id, &comment, decision).await.map_err(|error| error.with_typed(&typed))?;
    let notice = if decided { notice } else { "decided_before" };
    leptos_axum::redirect(&format!("/reports/{id}?notice={notice}"));
    Ok(())
}

/// How long reports and logs are kept; with fields, also what would go if they were saved. For administrators.
#[server(prefix = "/rpc")]
pub async fn load_retention(
    #[server(default)] months: String,
    #[server(default)] days: Option<String>,
) -> AppResult<RetentionPage> {
    let ctx = Ctx::signed_in()?;
    let asked = days.as_deref().map(|days| (months.as_str(), days));
    retention::page(&ctx, asked).await
}

/// Says how long reports and logs are kept.
#[server(prefix = "/rpc")]
pub async fn save_retention(#[server(default)] months: String, #[server(default)] days: String) -> AppResult<()> {
    let typed = [("months", months.as_str()), ("days", days.as_str())];
    retention::save(&Ctx::signed_in()?, &months, &days).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect("/settings/retention?notice=saved");
    Ok(())
}

#[cfg(feature = "ssr")]
fn report(id: &str) -> AppResult<OccurrenceId> {
    id.parse().map_err(|_| AppError::NotFound)
}
