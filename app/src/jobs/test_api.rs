//! Server functions of the test mail of a job.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::view::TestOutcome;
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::service::{schedules, test_mail},
    crate::{
        domain::{board_filter::encode, ids::ScheduleId},
        error::AppError,
        platform::ctx::Ctx,
        projects::service::access,
    },
};

/// Sends the report of this moment to the person who asks, through the account of a form, and opens the form again as it
/// was typed: what came of it stands above it.
#[server(prefix = "/rpc")]
pub async fn send_job_test(#[server(flatten)] form: BTreeMap<String, String>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let (viewing, page) = match text("id") {
        "" => (access::by_key(&ctx, ctx.reader(), text("project").trim()).await?, "/jobs/new".to_owned()),
        id => {
            let id: ScheduleId = id.parse().map_err(|_| AppError::Malformed)?;
            let row = schedules::visible(&ctx, id).await?.0;
            (access::by_id(&ctx, ctx.reader(), row.project_id).await?, format!("/jobs/{id}/edit"))
        }
    };
    let typed: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let sent = test_mail::send(&ctx, &viewing.editing()?, text("name"), text("account")).await;
    let outcome = sent.map_err(|error| error.with_typed(&typed))?;
    let fields = form.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "version"));
    let query: String = fields.map(|(name, value)| format!("{}={}&", encode(name), encode(value))).collect();
    leptos_axum::redirect(&format!("{page}?{query}tested={}", test_mail::seal(&ctx, &outcome)?));
    Ok(())
}

/// What came of a test mail, out of the address of the page; nothing where it is not this person's, or old.
#[server(prefix = "/rpc")]
pub async fn read_job_test(sealed: String) -> AppResult<Option<TestOutcome>> {
    test_mail::open(&Ctx::signed_in()?, &sealed)
}
