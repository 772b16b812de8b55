//! Server functions of backfill and dry run. What is only looked at comes from the address, so that the pages work
//! without WebAssembly and can be sent to somebody.

use leptos::prelude::*;

use super::plan_view::{BackfillPage, DryRunPage};
use crate::{domain::ids::ScheduleId, error::AppResult};

#[cfg(feature = "ssr")]
use {
    super::{
        plan_view::BackfillForm,
        service::{backfill, plan_pages, schedules},
    },
    crate::platform::ctx::Ctx,
};

/// The form of a backfill, and what it would make where its fields are filled in.
#[server(prefix = "/rpc")]
pub async fn load_backfill(
    id: ScheduleId,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] overlap: String,
) -> AppResult<BackfillPage> {
    plan_pages::backfill(&Ctx::signed_in()?, id, BackfillForm { from, to, overlap }).await
}

/// Makes the runs of a range, and opens the page of the job.
#[server(prefix = "/rpc")]
pub async fn start_backfill(
    id: ScheduleId,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] overlap: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let row = schedules::editable(&ctx, id).await?;
    let form = BackfillForm { from, to, overlap };
    let made = match backfill::read(schedules::zone_of(&row), &form) {
        Ok(asked) => backfill::run(&ctx, id, asked.range, asked.overlap).await,
        Err(error) => Err(error),
    };
    let typed = [("from", form.from.as_str()), ("to", &form.to), ("overlap", &form.overlap)];
    made.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/jobs/{id}?notice=backfilled"));
    Ok(())
}

/// The form of a dry run, and its report where a time is given. Nothing is stored and nothing is sent.
#[server(prefix = "/rpc")]
pub async fn load_dry_run(id: ScheduleId, #[server(default)] at: String) -> AppResult<DryRunPage> {
    plan_pages::dry_run(&Ctx::signed_in()?, id, at).await
}
