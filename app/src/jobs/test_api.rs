//! The server function of the test mail of a job.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::{
        report_form::ReportForm,
        service::{options, schedules, test_form::Tested, test_mail},
    },
    crate::{
        domain::{ids::ScheduleId, job_options::JobOptions},
        error::{AppError, Checks},
        platform::{ctx::Ctx, kept_form},
        projects::service::access,
    },
};

/// Sends the report of this moment to the person who asks, through the account of a form, and opens the form again as it
/// was typed: what came of it stands above it.
#[server(prefix = "/rpc")]
pub async fn send_job_test(#[server(flatten)] form: BTreeMap<String, String>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let typed: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (viewing, stored, page) = match text("id") {
        "" => (access::by_key(&ctx, ctx.reader(), text("project").trim()).await?, None, "/jobs/new".to_owned()),
        id => {
            let id: ScheduleId = id.parse().map_err(|_| AppError::Malformed)?;
            let mut row = schedules::visible(&ctx, id).await?.0;
            let report = ReportForm::read(|name| form.get(name).cloned());
            if row.kind.makes_report() && !report.is_empty() {
                // As it is typed, not as it is stored.
                let mut checks = Checks::default();
                let spec = report.spec(&mut checks);
                checks.done().map_err(|error| error.with_typed(&typed))?;
                row.options = options::to_json(&JobOptions::WeeklyReport(spec))?;
            }
            let viewing = access::by_id(&ctx, ctx.reader(), row.project_id).await?;
            (viewing, Some(row), format!("/jobs/{id}/edit"))
        }
    };
    let sent = test_mail::send(&ctx, &viewing.editing()?, (text("name"), stored.as_ref()), text("account")).await;
    let outcome = sent.map_err(|error| error.with_typed(&typed))?;
    let token = kept_form::keep(&ctx, &Tested { typed: form, outcome }).await?;
    leptos_axum::redirect(&format!("{page}?tested={token}"));
    Ok(())
}
