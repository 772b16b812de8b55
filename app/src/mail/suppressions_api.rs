//! Server functions of addresses that get no mail, of the domains that may get it, and of the page by which somebody
//! stops the mails of a schedule without an account.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{OccurrenceId, SuppressionId},
        moment::Moment,
        suppression::SuppressionReason,
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::{
        api::parse,
        service::{
            allow_list,
            suppressions::{self, Search},
            unsubscribe,
        },
    },
    crate::platform::ctx::Ctx,
};

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionList {
    pub items: Vec<SuppressionItem>,
    /// The id to go on from, if there are older rows.
    pub older: Option<SuppressionId>,
}

/// An address that gets no mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionItem {
    pub id: SuppressionId,
    pub address: String,
    pub reason: SuppressionReason,
    /// The schedule whose mail it does not get; none: no mail at all.
    pub job: Option<String>,
    /// The run whose message bounced.
    pub run: Option<OccurrenceId>,
    pub words: String,
    pub since: Moment,
}

/// Who stops what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub address: String,
    /// Name of the schedule.
    pub job: String,
    pub is_stopped: bool,
    /// Whoever asks can take the stop back now.
    pub can_undo: bool,
}

/// The addresses that get no mail, the newest first. For administrators.
#[server(prefix = "/rpc")]
pub async fn list_suppressions(
    #[server(default)] words: String,
    #[server(default)] before: Option<String>,
) -> AppResult<SuppressionList> {
    let ctx = Ctx::signed_in()?;
    let before = before.as_deref().map(parse).transpose()?;
    let mut rows = suppressions::list(&ctx, &Search { words, before }).await?;
    let is_more = rows.len() as u64 > suppressions::PAGE;
    rows.truncate(suppressions::PAGE as usize);
    Ok(SuppressionList {
        older: rows.last().filter(|_| is_more).map(|listed| listed.row.id),
        items: rows
            .into_iter()
            .map(|listed| SuppressionItem {
                id: listed.row.id,
                address: listed.row.address,
                reason: listed.row.reason,
                job: listed.schedule,
                run: listed.run,
                words: listed.row.words,
                since: ctx.moment(listed.row.created_at),
            })
            .collect(),
    })
}

/// Puts an address on the list.
#[server(prefix = "/rpc")]
pub async fn add_suppression(#[server(default)] address: String, #[server(default)] words: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [("address", address.as_str()), ("words", words.as_str())];
    suppressions::add(&ctx, &address, &words).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect("/settings/suppressions?notice=saved");
    Ok(())
}

/// Takes an address off the list.
#[server(prefix = "/rpc")]
pub async fn remove_suppression(id: String) -> AppResult<()> {
    suppressions::remove(&Ctx::signed_in()?, parse(&id)?).await?;
    leptos_axum::redirect("/settings/suppressions?notice=deleted");
    Ok(())
}

/// The domains that may get mail, one a line; none: all of them. For administrators.
#[server(prefix = "/rpc")]
pub async fn load_recipient_domains() -> AppResult<String> {
    allow_list::lines(&Ctx::signed_in()?).await
}

/// Changes the domains that may get mail.
#[server(prefix = "/rpc")]
pub async fn save_recipient_domains(#[server(default)] domains: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    allow_list::save(&ctx, &domains).await.map_err(|error| error.with_typed(&[("domains", &domains)]))?;
    leptos_axum::redirect("/settings/mail?notice=saved");
    Ok(())
}

/// What a link out of a mail stops. Whoever has the mail may ask.
#[server(prefix = "/rpc")]
pub async fn load_subscription(token: String) -> AppResult<Subscription> {
    let shown = unsubscribe::show(&Ctx::current()?, &token).await?;
    let unsubscribe::Shown { address, job, is_stopped, can_undo } = shown;
    Ok(Subscription { address, job, is_stopped, can_undo })
}

/// Stops the mails of a link.
#[server(prefix = "/rpc")]
pub async fn stop_mails(token: String) -> AppResult<()> {
    unsubscribe::stop(&Ctx::current()?, &token).await?;
    leptos_axum::redirect(&format!("/unsubscribe/{token}"));
    Ok(())
}

/// Takes it back.
#[server(prefix = "/rpc")]
pub async fn resume_mails(token: String) -> AppResult<()> {
    unsubscribe::resume(&Ctx::current()?, &token).await?;
    leptos_axum::redirect(&format!("/unsubscribe/{token}?again=yes"));
    Ok(())
}
