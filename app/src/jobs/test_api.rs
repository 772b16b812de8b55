//! The server function of the test mail of a job.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::{
        form::JobForm,
        service::{schedules, test_form::Tested, test_mail},
    },
    crate::{
        domain::ids::ScheduleId,
        error::AppError,
        platform::{ctx::Ctx, kept_form},
        projects::service::access,
    },
};

/// Sends the mail of this moment to the person who asks, of the job as it is typed and through the account of the form,
/// and opens the form again as it was: what came of it stands beside the button.
#[server(prefix = "/rpc")]
pub async fn send_job_test(#[server(flatten)] form: BTreeMap<String, String>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let with_typed = |error: AppError| error.with_typed(&typed);
    let job = JobForm::read(|name| form.get(name).cloned());
    let (viewing, stored, page) = match form.get("id").map(String::as_str).unwrap_or_default() {
        "" => (access::by_key(&ctx, ctx.reader(), job.project.trim()).await?, None, "/jobs/new".to_owned()),
        id => {
            let id: ScheduleId = id.parse().map_err(|_| AppError::Malformed)?;
            let (row, viewing) = schedules::visible(&ctx, id).await?;
            (viewing, Some(row), format!("/jobs/{id}/edit"))
        }
    };
    let editing = viewing.editing()?;
    let row = schedules::as_typed(&ctx, &editing, &job, stored).await.map_err(with_typed)?;
    let outcome = test_mail::send(&ctx, &editing, &row, &job.account).await.map_err(with_typed)?;
    let token = kept_form::keep(&ctx, &Tested { typed: form, outcome }).await?;
    leptos_axum::redirect(&format!("{page}?tested={token}#tested"));
    Ok(())
}
