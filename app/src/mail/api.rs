//! Server functions of mail.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::account_api::Around;
use crate::{
    domain::{
        ids::AccountId,
        mail_account::{AccountKind, AuthMethod, TlsMode},
        mail_probe::{ProbeReport, ProbeResult},
        moment::Moment,
    },
    error::AppResult,
};

#[cfg(feature = "ssr")]
use {
    super::account_api::around,
    super::service::{
        accounts::{self, AccountInput, OutboxInput},
        gate,
        probe::{self, Probe},
    },
    crate::{
        error::{AppError, Problem},
        platform::ctx::Ctx,
    },
};

/// An account in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountItem {
    pub id: AccountId,
    pub name: String,
    pub kind: AccountKind,
    /// `host:port`; empty for the outbox.
    pub place: String,
    pub sender_address: String,
    pub is_default: bool,
    /// How the last test ended, and when.
    pub tested: Option<(ProbeResult, Moment)>,
}

/// An account as its form shows it; never the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDetail {
    pub id: AccountId,
    pub version: i64,
    pub name: String,
    pub kind: AccountKind,
    pub host: String,
    pub port: i32,
    pub tls: TlsMode,
    pub auth: AuthMethod,
    pub username: String,
    pub has_password: bool,
    pub sender_name: String,
    pub sender_address: String,
    pub is_default: bool,
    /// The last test since the account was changed.
    pub tested: Option<(ProbeReport, Moment)>,
    /// Most messages a minute; none: no limit.
    pub per_minute: Option<i32>,
    pub connections: i32,
    pub sending: Sending,
    pub around: Around,
}

/// Whether an account sends, as its page says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// Why nothing goes over the account, since when, and when one message tries again.
    pub blocked: Option<(String, Moment, Moment)>,
    /// A server asked for less: how many times the pace is halved.
    pub slowness: u32,
}

/// All mail accounts, the default first. For administrators.
#[server(prefix = "/rpc")]
pub async fn list_accounts() -> AppResult<Vec<AccountItem>> {
    let ctx = Ctx::signed_in()?;
    let rows = accounts::list(&ctx).await?;
    Ok(rows
        .into_iter()
        .map(|row| AccountItem {
            tested: probe::last(&row).zip(row.last_tested_at).map(|(report, at)| (report.result, ctx.moment(at))),
            id: row.id,
            name: row.name,
            kind: row.kind,
            place: if row.host.is_empty() { String::new() } else { format!("{}:{}", row.host, row.port) },
            sender_address: row.sender_address,
            is_default: row.is_default,
        })
        .collect())
}

/// One mail account. For administrators.
#[server(prefix = "/rpc")]
pub async fn read_account(id: String) -> AppResult<AccountDetail> {
    let ctx = Ctx::signed_in()?;
    let row = accounts::read(&ctx, parse(&id)?).await?;
    let gate = gate::read(ctx.reader(), row.id).await?;
    let sending = Sending {
        slowness: gate.slowness(ctx.now),
        blocked: gate.block.map(|block| (block.words, ctx.moment(block.since), ctx.moment(block.probe_at))),
    };
    let around = around(&ctx, &row).await?;
    let report = probe::last(&row).map(|report| report.at(ctx.now));
    Ok(AccountDetail {
        around,
        tested: report.zip(row.last_tested_at).map(|(report, at)| (report, ctx.moment(at))),
        id: row.id,
        version: row.version,
        name: row.name,
        kind: row.kind,
        host: row.host,
        port: row.port,
        tls: row.tls,
        auth: row.auth,
        username: row.username,
        has_password: row.secret_ciphertext.is_some(),
        sender_name: row.sender_name,
        sender_address: row.sender_address,
        is_default: row.is_default,
        per_minute: row.per_minute,
        connections: row.connections,
        sending,
    })
}

/// Makes an SMTP account, or changes the one with the given id.
#[server(prefix = "/rpc")]
#[allow(clippy::too_many_arguments, reason = "the fields of a plain form")]
pub async fn save_account(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    name: String,
    host: String,
    port: String,
    tls: String,
    auth: String,
    #[server(default)] username: String,
    #[server(default)] password: String,
    sender_name: String,
    sender_address: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let input = AccountInput { name, host, port, tls, auth, username, password, sender_name, sender_address };
    let typed = input.clone();
    let saved = if id.is_empty() {
        accounts::create(&ctx, input).await
    } else {
        let id = parse(&id)?;
        accounts::update(&ctx, id, version, input).await.map(|()| id)
    };
    let id = saved.map_err(|error| {
        error.with_typed(&[
            ("version", &version.to_string()),
            ("name", &typed.name),
            ("host", &typed.host),
            ("port", &typed.port),
            ("tls", &typed.tls),
            ("auth", &typed.auth),
            ("username", &typed.username),
            ("sender_name", &typed.sender_name),
            ("sender_address", &typed.sender_address),
        ])
    })?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Changes whom the outbox's mail is from.
#[server(prefix = "/rpc")]
pub async fn save_outbox_sender(version: i64, sender_name: String, sender_address: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let began = version.to_string();
    let typed = [
        ("version", began.as_str()),
        ("sender_name", sender_name.as_str()),
        ("sender_address", sender_address.as_str()),
    ];
    let input = OutboxInput { sender_name: sender_name.clone(), sender_address: sender_address.clone() };
    accounts::update_outbox(&ctx, version, input).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/settings/mail/{}?notice=saved", accounts::OUTBOX));
    Ok(())
}

/// Tests an account; with `send` a message goes to the person who asks.
#[server(prefix = "/rpc")]
pub async fn test_account(id: String, #[server(default)] send: Option<String>) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let id = parse(&id)?;
    let what = match send {
        Some(_) => Probe::SendTo(probe::to_myself(&ctx)?),
        None => Probe::Talk,
    };
    probe::run(&ctx, id, what).await?;
    leptos_axum::redirect(&format!("/settings/mail/{id}#test"));
    Ok(())
}

/// Limits what an account sends; an empty pace is no limit.
#[server(prefix = "/rpc")]
pub async fn save_account_limits(
    id: String,
    #[server(default)] per_minute: String,
    #[server(default)] connections: String,
) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let typed = [("per_minute", per_minute.as_str()), ("connections", connections.as_str())];
    gate::save_limits(&ctx, parse(&id)?, &per_minute, &connections).await.map_err(|error| error.with_typed(&typed))?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=saved"));
    Ok(())
}

/// Lets an account send again at once, after somebody has looked at it.
#[server(prefix = "/rpc")]
pub async fn unblock_account(id: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    gate::clear(&ctx, parse(&id)?).await?;
    leptos_axum::redirect(&format!("/settings/mail/{id}?notice=resumed"));
    Ok(())
}

/// Makes an account the one that schedules use unless they choose another.
#[server(prefix = "/rpc")]
pub async fn make_account_default(id: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    accounts::set_default(&ctx, parse(&id)?).await?;
    leptos_axum::redirect("/settings/mail?notice=saved");
    Ok(())
}

/// Removes an account; its name must be typed.
#[server(prefix = "/rpc")]
pub async fn delete_account(id: String, #[server(default)] confirm: String) -> AppResult<()> {
    let ctx = Ctx::signed_in()?;
    let id = parse(&id)?;
    if accounts::read(&ctx, id).await?.name != confirm.trim() {
        return Err(AppError::field("confirm", Problem::NotTheName).with_typed(&[("confirm", &confirm)]));
    }
    accounts::delete(&ctx, id).await?;
    leptos_axum::redirect("/settings/mail?notice=deleted");
    Ok(())
}

#[cfg(feature = "ssr")]
pub(super) fn parse<T: std::str::FromStr>(id: impl AsRef<str>) -> AppResult<T> {
    id.as_ref().parse().map_err(|_| AppError::NotFound)
}
