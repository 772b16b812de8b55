//! A message that a person sends to try something out: it waits for the account's turn as every message does, and tells the
//! account's gate what the server made of it. Whose jobs use an account that does not work hear of it.

use std::time::Duration;

use chrono::TimeDelta;

use super::tell;
use crate::{
    domain::{
        ids::AccountId,
        mail_gate::{Finder, Passage},
    },
    error::AppResult,
    mail::service::gate::{self, Limits},
    platform::{ctx::Ctx, mail_lines::Line, mailer::Failure},
};

/// How long a person waits for a connection that the account may have, and for an instant of its pace.
const LINE_PATIENCE: Duration = Duration::from_secs(5);
const PACE_PATIENCE: TimeDelta = TimeDelta::seconds(5);

/// The turn of one message. While it is held, the connection counts as one of the account.
pub struct Turn {
    _line: Line,
    /// It finds out whether the account works again.
    finds_out: bool,
}

/// Waits for the account's turn: what is tried out must not use up what a server allows. Without one, why, in words.
///
/// # Errors
/// Only those of the database.
pub async fn wait(ctx: &Ctx, account: AccountId, limits: Limits) -> AppResult<Result<Turn, String>> {
    // Several messages wait one after the other: each begins now.
    let now = Ctx::system(&ctx.app);
    let (at, finds_out) = match gate::ask(&now, account, limits, PACE_PATIENCE).await? {
        Passage::Go(at) => (at, false),
        Passage::Probe(at) => (at, true),
        Passage::Wait(_) => {
            let block = gate::read(ctx.reader(), account).await?.block;
            return Ok(Err(block.map_or_else(
                || "The mail account rests for a moment. Try again in a minute.".to_owned(),
                |block| format!("The mail account does not work. {}", block.words),
            )));
        }
    };
    let Some(line) = ctx.app.mail_lines.take(account, limits.connections, LINE_PATIENCE).await else {
        return Ok(Err("All connections of the mail account are in use.".to_owned()));
    };
    tokio::time::sleep((at - now.now).to_std().unwrap_or_default()).await;
    Ok(Ok(Turn { _line: line, finds_out }))
}

impl Turn {
    /// Tells the account's gate how the message fared: what failed, or nothing.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn heed(self, ctx: &Ctx, account: AccountId, failure: Option<&Failure>) -> AppResult<()> {
        if failure.is_none() && self.finds_out {
            return gate::worked(ctx, account).await;
        }
        let finder = if self.finds_out { Finder::Try } else { Finder::Message };
        tell_gate(ctx, account, failure, finder).await
    }
}

/// As [`Turn::heed`], of a message that finds nothing out.
///
/// # Errors
/// Only those of the database.
pub async fn heed(ctx: &Ctx, account: AccountId, failure: Option<&Failure>) -> AppResult<()> {
    tell_gate(ctx, account, failure, Finder::Message).await
}

async fn tell_gate(ctx: &Ctx, account: AccountId, failure: Option<&Failure>, finder: Finder) -> AppResult<()> {
    match failure {
        Some(failure) if failure.is_of_account() => {
            tell::account_blocked(ctx, account, failure.what(), finder).await.map(|_| ())
        }
        Some(failure) if failure.asks_for_less() => gate::slowed(ctx, account).await.map(|_| ()),
        _ => Ok(()),
    }
}
