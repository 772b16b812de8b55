//! Freezes what a run is about, in the transaction that says so.

use sea_orm::ActiveValue::Set;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    domain::{
        ids::OccurrenceId,
        job::LogLevel,
        occurrence::{Effect, Event},
    },
    entities::{occurrence, schedule},
    error::{AppError, AppResult},
    jobs::service::{book, ledger, sending::Hold},
    platform::{ctx::Ctx, db::WriteTx, fault},
    reports::service::snapshot,
};

/// Lines of a run's log.
pub type Notes = Vec<(LogLevel, String)>;

/// Stores what a run is about, what its pages call it, and what its log says of it. Nothing comes back where the run is
/// somebody else's by now; the transaction is then given up.
///
/// # Errors
/// Only those of the database.
pub async fn freeze(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    hold: Hold,
    (data, subject): (&impl Serialize, String),
    notes: Notes,
) -> AppResult<Option<Effect>> {
    let json = serde_json::to_string_pretty(data).map_err(|error| fault::internal("freezing a run", error))?;
    let also = occurrence::ActiveModel { subject: Set(Some(subject)), ..ledger::no_columns() };
    let Some(effects) = ledger::freeze(ctx, tx, held, hold, json, also).await? else { return Ok(None) };
    write(ctx, tx, hold.run, notes).await?;
    Ok(effects.first().copied())
}

/// Ends a run that has nothing to do, with the reason. False: the run is somebody else's by now.
///
/// # Errors
/// Only those of the database.
pub async fn not_needed(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    hold: Hold,
    reason: &str,
    notes: Notes,
) -> AppResult<bool> {
    let event = Event::NotNeeded { fence: hold.fence, reason: reason.to_owned() };
    if ledger::step(ctx, tx, held, hold.run, event, ledger::no_columns()).await?.is_none() {
        return Ok(false);
    }
    write(ctx, tx, hold.run, notes).await?;
    Ok(true)
}

/// Says that the messages of a run are stored, of which there may be none, and what became of it.
///
/// # Errors
/// Only those of the database.
pub async fn acted(
    ctx: &Ctx,
    tx: &WriteTx,
    held: &schedule::Model,
    hold: Hold,
    subject: Option<String>,
    notes: Notes,
) -> AppResult<Option<Effect>> {
    let mut also = ledger::no_columns();
    if subject.is_some() {
        also.subject = Set(subject);
    }
    let next = ledger::step(ctx, tx, held, hold.run, Event::SendingBegins { fence: hold.fence }, also).await?;
    let Some((_, effects)) = next else { return Ok(None) };
    write(ctx, tx, hold.run, notes).await?;
    Ok(effects.first().copied())
}

/// What a run has frozen.
///
/// # Errors
/// [`AppError::NotFound`] before it has, and a fault where it cannot be read.
pub async fn frozen<T: DeserializeOwned>(ctx: &Ctx, run: OccurrenceId) -> AppResult<T> {
    let json = snapshot::stored(ctx.reader(), run).await?.ok_or(AppError::NotFound)?;
    serde_json::from_str(&json).map_err(|error| fault::internal("reading what a run has frozen", error))
}

async fn write(ctx: &Ctx, tx: &WriteTx, run: OccurrenceId, notes: Notes) -> AppResult<()> {
    for (level, words) in notes {
        book::note(ctx, &**tx, run, level, words).await?;
    }
    Ok(())
}
