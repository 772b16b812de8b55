//! Server functions of bounce messages that were uploaded.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        bounce::{BounceAction, BounceOutcome},
        ids::{BounceId, OccurrenceId},
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {super::service::bounces, crate::platform::ctx::Ctx};

/// A bounce as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BounceDetail {
    pub id: BounceId,
    /// Of the message that came back.
    pub message_id: String,
    /// To whom it was sent; none where no such message was sent from here, or not by a job that the person may change.
    pub sent_to: Option<String>,
    pub job: Option<String>,
    /// The run whose message it was, if the person sees it.
    pub run: Option<OccurrenceId>,
    pub items: Vec<BounceItem>,
    pub can_apply: bool,
    pub is_applied: bool,
}

/// What a report says of one recipient, and what is done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BounceItem {
    pub address: String,
    pub action: BounceAction,
    /// The other server's words.
    pub said: String,
    /// None without the message.
    pub outcome: Option<BounceOutcome>,
}

/// What an uploaded bounce is about, and what would be done.
#[server(prefix = "/rpc")]
pub async fn load_bounce(id: BounceId) -> AppResult<BounceDetail> {
    bounces::show(&Ctx::signed_in()?, id).await
}

/// Does what the page of a bounce says.
#[server(prefix = "/rpc")]
pub async fn apply_bounce(id: BounceId) -> AppResult<()> {
    bounces::apply(&Ctx::signed_in()?, id).await?;
    leptos_axum::redirect(&format!("/jobs/bounces/{id}?notice=saved"));
    Ok(())
}
