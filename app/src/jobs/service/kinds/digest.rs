//! Freezes a digest: for each person what is overdue, due, blocked or assigned to them, at this moment.

use super::{
    desk::{Desk, Which},
    freeze::{self, Notes},
};
use crate::{
    domain::{
        crash_point::CrashPoint,
        job::LogLevel,
        job_options::DigestOptions,
        occurrence::Effect,
        personal::{Reader, Section},
    },
    entities::schedule,
    error::AppResult,
    jobs::service::{ledger, sending::Hold},
    platform::ctx::Ctx,
};

/// Collects and freezes the lists of everybody who has something. Where nobody has, the run is skipped: also one that
/// was started by hand, as there is no mail without content.
///
/// # Errors
/// Those of the database, and a fault where the recipients cannot be read.
pub async fn build(ctx: &Ctx, job: &schedule::Model, hold: Hold, options: &DigestOptions) -> AppResult<Option<Effect>> {
    let mut desk = Desk::open(ctx, job, options.scope).await?;
    let (readers, quiet) = collect(ctx, &desk, options).await?;
    let mut notes = std::mem::take(&mut desk.notes);
    ctx.app.crash.reach(CrashPoint::Built);
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, job.id).await?;
    if readers.is_empty() {
        let reason = "Nobody on the list has anything to be told.";
        if freeze::not_needed(ctx, &tx, &held, hold, reason, notes).await? {
            tx.commit().await?;
        }
        return Ok(None);
    }
    notes.extend(nothing_to_say(&quiet));
    let frozen = desk.snapshot(ctx, job, options.words.clone(), readers);
    let next = freeze::freeze(ctx, &tx, &held, hold, (&frozen, frozen.subject()), notes).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// The lists of everybody who has something, and the addresses of those who have nothing.
///
/// # Errors
/// Only those of the database.
pub async fn collect(ctx: &Ctx, desk: &Desk, options: &DigestOptions) -> AppResult<(Vec<Reader>, Vec<String>)> {
    let (mut readers, mut quiet) = (Vec::new(), Vec::new());
    for person in &desk.people {
        let place = |task: &super::desk::Task| {
            Section::of_digest(&options.sections, task.due, task.blocked_by > 0, person.clock)
        };
        let tasks = desk.tasks_of(ctx, person, Which::All).await?;
        let placed = tasks.into_iter().filter_map(|task| Some((place(&task)?, task))).collect();
        match person.reader(placed) {
            Some(reader) => readers.push(reader),
            None => quiet.push(person.addressee.address.to_string()),
        }
    }
    Ok((readers, quiet))
}

/// The line of the log that names those who get no mail because there is nothing in it.
pub fn nothing_to_say(quiet: &[String]) -> Notes {
    if quiet.is_empty() {
        return Vec::new();
    }
    vec![(LogLevel::Info, format!("Nothing to say to {}.", quiet.join(", ")))]
}
