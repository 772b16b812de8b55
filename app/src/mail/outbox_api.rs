//! Server functions of the outbox: its list, a message in it, and what administrators do with them.

use leptos::prelude::*;

use super::outbox_view::{CaughtMail, OutboxList};
use crate::{domain::ids::OutboxMessageId, error::AppResult};

#[cfg(feature = "ssr")]
use {
    super::{
        api::parse,
        service::outbox::{
            self, keep, page,
            release::{self, Order},
            tidy,
        },
    },
    crate::{
        domain::outbox::OutboxQuery,
        error::{AppError, Problem},
        platform::ctx::Ctx,
    },
};

/// The caught messages that the person may see and that the query of the address asks for, the newest first. `clear`
/// asks how many are older than so many days.
#[server(prefix = "/rpc")]
pub async fn list_outbox(#[server(default)] query: String, #[server(default)] clear: String) -> AppResult<OutboxList> {
    page::list(&Ctx::signed_in()?, OutboxQuery::from_query(&query), &clear).await
}

/// One caught message. That somebody has opened it is said by [`mark_mail_read`].
#[server(prefix = "/rpc")]
pub async fn read_mail(id: String) -> AppResult<CaughtMail> {
    page::mail(&Ctx::signed_in()?, parse(&id)?).await
}

/// Marks a message read, for whoever sees it: said by its page once it is open, or by the button where there is no
/// JavaScript. Its page is shown again.
#[server(prefix = "/rpc")]
pub async fn mark_mail_read(id: String) -> AppResult<()> {
    outbox::opened(&Ctx::signed_in()?, parse(&id)?).await
}

/// Marks messages read or unread, or deletes them.
#[server(prefix = "/rpc")]
pub async fn change_outbox(#[server(default)] ids: Vec<OutboxMessageId>, deed: String) -> AppResult<u64> {
    let deed: tidy::Deed = deed.parse().map_err(|()| AppError::Malformed)?;
    let count = tidy::change(&Ctx::signed_in()?, &ids, deed).await?;
    leptos_axum::redirect(match deed {
        tidy::Deed::Delete => "/outbox?notice=deleted",
        tidy::Deed::Read | tidy::Deed::Unread => "/outbox?notice=saved",
    });
    Ok(count)
}

/// Deletes what was caught more than so many days ago.
#[server(prefix = "/rpc")]
pub async fn clear_outbox(#[server(default)] days: String) -> AppResult<u64> {
    let ctx = Ctx::signed_in()?;
    let typed = [("clear", days.as_str())];
    let number = days.trim().parse().map_err(|_| AppError::field("clear", Problem::NotANumber).with_typed(&typed));
    // Whether somebody may comes before what they typed.
    let number = ctx.admin().and(number)?;
    let count = tidy::clear(&ctx, number).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect("/outbox?notice=deleted");
    Ok(count)
}

/// Changes how much of the outbox is kept.
#[server(prefix = "/rpc")]
pub async fn save_outbox_keeping(
    #[server(default)] keep_messages: String,
    #[server(default)] keep_days: String,
    #[server(default)] keep_megabytes: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [
        ("keep_messages", keep_messages.as_str()),
        ("keep_days", keep_days.as_str()),
        ("keep_megabytes", keep_megabytes.as_str()),
    ];
    let saved = keep::save(&ctx, &keep_messages, &keep_days, &keep_megabytes).await;
    saved.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect("/outbox?notice=saved");
    Ok(())
}

/// Says what became of a release whose outcome is unknown: `arrived`, or `again` to send it once more.
#[server(prefix = "/rpc")]
pub async fn settle_release(id: String, #[server(default)] seen: String, verdict: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    ctx.admin()?;
    let verdict: release::Verdict = verdict.parse().map_err(|()| AppError::Malformed)?;
    let message = release::settle(&ctx, parse(&id)?, &seen, verdict).await?;
    leptos_axum::redirect(&format!("/outbox/{message}?view=release"));
    Ok(())
}

/// Hands a message to a real account.
#[server(prefix = "/rpc")]
pub async fn release_mail(
    id: String,
    op: String,
    #[server(default)] account: String,
    #[server(default)] recipients: String,
    #[server(default)] confirm: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    ctx.admin()?;
    let message = parse(&id)?;
    let typed = [("account", account.as_str()), ("recipients", recipients.as_str())];
    let order = Order {
        message,
        op: op.parse().map_err(|_| AppError::Malformed)?,
        account: account.clone(),
        recipients: recipients.clone(),
        is_confirmed: confirm == "yes",
    };
    release::send(&ctx, order).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/outbox/{message}?view=release"));
    Ok(())
}
