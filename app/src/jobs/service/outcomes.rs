//! What becomes of the messages of a run: their rows without the bytes, and each step of them, which is written in the
//! transaction that holds the run, with what people should know of it. What several messages have come to is read and
//! written together: as few statements for many of them as for one.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::{self, NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Value,
};

use super::{book, ledger, rules, sending::Hold};
use crate::{
    alarms::service::tell,
    domain::{
        address::EmailAddress,
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Effect, Event, UncertainRule, said},
        ids::{DeliveryId, OccurrenceId, UserId},
        job::LogLevel,
        occurrence::Tally,
        smtp_reply::SmtpReply,
    },
    entities::{delivery, occurrence, occurrence_log, schedule},
    error::{AppError, AppResult},
    mail::service::suppressions::{self, Bounced},
    platform::{ctx::Ctx, db::WriteTx, fault, state::AppState},
};

/// A delivery without its bytes.
#[derive(Debug, Clone, FromQueryResult)]
pub struct DeliveryRow {
    pub id: DeliveryId,
    pub address: String,
    pub user_id: Option<UserId>,
    pub projects: Option<String>,
    pub phase: DeliveryPhase,
    reply: Option<String>,
    reason: Option<String>,
    attempts: i32,
    attempts_before: i32,
    queued_at: DateTime<Utc>,
    pub next_try_at: Option<DateTime<Utc>>,
    retried_uncertain: bool,
}

/// A message, and what happened to it, in its order.
pub type What = (DeliveryId, Vec<Event>);

/// How a message stands after what happened to it, and what follows; none where it did not fit.
pub type Applied = Option<(Delivery, Vec<Effect>)>;

/// Applies an event in a transaction that holds the run, and notes what people should know of it.
///
/// # Errors
/// [`AppError::NotFound`] without the delivery.
pub async fn apply(ctx: &Ctx, tx: &WriteTx, id: DeliveryId, event: Event, hold: Hold) -> AppResult<Applied> {
    Ok(apply_all(ctx, tx, vec![(id, vec![event])], hold).await?.pop().flatten())
}

/// As [`apply`], for what happened to several messages, or to one after the other; how they stand, in their order.
///
/// # Errors
/// As [`apply`].
pub async fn apply_all(ctx: &Ctx, tx: &WriteTx, whats: Vec<What>, hold: Hold) -> AppResult<Vec<Applied>> {
    // A message that is taken needs no patience: its way stays short.
    let policy = if whats.iter().any(|(_, events)| events.iter().any(Event::asks_for_patience)) {
        patience(&**tx, hold.run).await?
    } else {
        DeliveryPolicy::default()
    };
    apply_by(ctx, tx, (whats, &policy), hold).await
}

/// How patient the job of a run is with its messages.
///
/// # Errors
/// [`AppError::NotFound`] without the run.
pub async fn patience(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<DeliveryPolicy> {
    let of_run = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::ScheduleId).into_query();
    let query = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::GiveUpMinutes, schedule::Column::UncertainRule])
        .filter(schedule::Column::Id.in_subquery(of_run));
    let found: Option<(i32, UncertainRule)> = query.into_tuple().one(db).await?;
    let (give_up_minutes, uncertain) = found.ok_or(AppError::NotFound)?;
    Ok(rules::delivery_policy(give_up_minutes, uncertain))
}

/// A message whose steps are applied.
struct Known {
    id: DeliveryId,
    address: String,
    /// As it is stored.
    before: Delivery,
    now: Delivery,
}

impl Known {
    /// Whether it was unknown if it had arrived, and is not any more.
    fn is_settled(&self) -> bool {
        self.before.phase == DeliveryPhase::Uncertain && self.now.phase != DeliveryPhase::Uncertain
    }
}

async fn apply_by(
    ctx: &Ctx,
    tx: &WriteTx,
    (whats, policy): (Vec<What>, &DeliveryPolicy),
    hold: Hold,
) -> AppResult<Vec<Applied>> {
    let mut known = read(tx, &whats).await?;
    let mut steps = Vec::with_capacity(whats.len());
    for (id, events) in whats {
        let place = known.iter().position(|one| one.id == id).ok_or(AppError::NotFound)?;
        let message = &mut known[place];
        let (mut after, mut effects) = (message.now.clone(), Vec::new());
        for event in events {
            // The low half of a UUIDv7 is random.
            let (next, more) = after.step(event, ctx.now, policy, id.0.as_u128() as u64);
            after = next;
            effects.extend(more);
        }
        let applied = (after != message.now).then(|| (after.clone(), effects));
        message.now = after;
        steps.push((place, applied));
    }
    write(ctx, tx, &known, hold).await?;
    if known.iter().any(Known::is_settled) {
        tell::decided(ctx, tx, hold.run).await?;
    }
    let (mut lines, mut bounced) = (Vec::new(), Vec::new());
    for (place, applied) in &steps {
        let Some((after, effects)) = applied else { continue };
        let Known { id, address, .. } = &known[*place];
        ctx.app.meters.delivery(after.phase);
        if after.phase == DeliveryPhase::Uncertain {
            tell::uncertain(ctx, tx, hold.run, address).await?;
        }
        if effects.contains(&Effect::Suppress) {
            let words = after.reply.as_ref().map(SmtpReply::to_string).unwrap_or_default();
            bounced.push(Bounced { message: *id, address, words });
        }
        lines.extend(words(address, after).map(|(level, words)| book::line(ctx, hold.run, level, words)));
    }
    suppressions::note_bounces(ctx, tx, bounced).await?;
    if !lines.is_empty() {
        occurrence_log::Entity::insert_many(lines).exec_without_returning(&**tx).await?;
    }
    Ok(steps.into_iter().map(|(_, applied)| applied).collect())
}

async fn read(tx: &WriteTx, whats: &[What]) -> AppResult<Vec<Known>> {
    let query = columns().filter(delivery::Column::Id.is_in(whats.iter().map(|(id, _)| *id)));
    let rows = query.into_model::<DeliveryRow>().all(&**tx).await?;
    let known = |row: DeliveryRow| {
        let before = row.delivery();
        Known { id: row.id, address: row.address, now: before.clone(), before }
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Writes what has changed; the same change of several messages is one statement.
async fn write(ctx: &Ctx, tx: &WriteTx, known: &[Known], hold: Hold) -> AppResult<()> {
    let mut changes: Vec<(delivery::ActiveModel, Vec<DeliveryId>)> = Vec::new();
    for message in known.iter().filter(|message| message.now != message.before) {
        let change = change(ctx, message, hold);
        match changes.iter_mut().find(|(other, _)| *other == change) {
            Some((_, ids)) => ids.push(message.id),
            None => changes.push((change, vec![message.id])),
        }
    }
    for (change, ids) in changes {
        delivery::Entity::update_many().set(change).filter(delivery::Column::Id.is_in(ids)).exec(&**tx).await?;
    }
    Ok(())
}

fn change(ctx: &Ctx, message: &Known, hold: Hold) -> delivery::ActiveModel {
    let Known { before, now, .. } = message;
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let json = |reply: &Option<SmtpReply>| reply.as_ref().and_then(|reply| serde_json::to_string(reply).ok());
    let mut change = delivery::ActiveModel {
        phase: changed(&before.phase, now.phase),
        attempts: changed(&number(before.attempts), number(now.attempts)),
        attempts_before: changed(&number(before.attempts_before), number(now.attempts_before)),
        queued_at: changed(&before.queued_at, now.queued_at),
        next_try_at: changed(&before.next_try_at, now.next_try_at),
        reply: changed(&json(&before.reply), json(&now.reply)),
        reason: changed(&before.reason, now.reason.clone()),
        retried_uncertain: changed(&before.retried_uncertain, now.retried_uncertain),
        fence: Set(hold.fence),
        updated_at: Set(ctx.now),
        ..Default::default()
    };
    if now.phase == DeliveryPhase::Uncertain {
        change.uncertain_at = Set(Some(ctx.now));
    }
    change
}

fn changed<V: Into<Value> + PartialEq>(before: &V, now: V) -> ActiveValue<V> {
    if *before == now { NotSet } else { Set(now) }
}

/// Ends the messages of a run that was cancelled, in the transaction that cancels it: nobody takes them further. What is
/// on its way is settled as after a crash, what waits does not go.
///
/// # Errors
/// Only those of the database.
pub async fn end_messages(ctx: &Ctx, tx: &WriteTx, run: OccurrenceId) -> AppResult<()> {
    use DeliveryPhase::*;
    let hold = Hold { run, fence: ledger::lock_run(ctx, tx, run).await?.fence };
    for (id, attempts) in messages(tx, run, &[Connecting, Envelope, DataSent]).await? {
        let attempt = u32::try_from(attempts).unwrap_or_default();
        let reason = "The run was cancelled before the mail server answered.".to_owned();
        // Nothing of it is tried again, so what is unknown stays unknown, whatever the job says.
        let events = vec![Event::Broken { attempt, reason }];
        apply_by(ctx, tx, (vec![(id, events)], &DeliveryPolicy::default()), hold).await?;
    }
    for (id, _) in messages(tx, run, &[Queued, Deferred]).await? {
        let reason = "The run was cancelled.".to_owned();
        apply(ctx, tx, id, Event::Withheld { reason }, hold).await?;
    }
    Ok(())
}

/// The messages of a run in these phases, with the number of their attempts.
///
/// # Errors
/// Only those of the database.
pub async fn messages(tx: &WriteTx, run: OccurrenceId, phases: &[DeliveryPhase]) -> AppResult<Vec<(DeliveryId, i32)>> {
    let query = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Id, delivery::Column::Attempts])
        .filter(delivery::Column::OccurrenceId.eq(run))
        .filter(delivery::Column::Phase.is_in(phases.iter().copied()));
    Ok(query.into_tuple().all(&**tx).await?)
}

/// The line of the log for a phase that people care about.
fn words(address: &str, delivery: &Delivery) -> Option<(LogLevel, String)> {
    let said = said(delivery.reply.as_ref(), delivery.reason.as_deref()).unwrap_or_default();
    Some(match delivery.phase {
        DeliveryPhase::Accepted => (LogLevel::Info, format!("{address}: delivered. {said}")),
        DeliveryPhase::Deferred => (LogLevel::Warning, format!("{address}: not yet, it is tried again. {said}")),
        DeliveryPhase::Failed => (LogLevel::Error, format!("{address}: not delivered. {said}")),
        DeliveryPhase::Withheld => (LogLevel::Warning, format!("{address}: held back. {said}")),
        DeliveryPhase::Uncertain => (LogLevel::Warning, format!("{address}: unknown whether it arrived. {said}")),
        _ => return None,
    })
}

fn columns() -> sea_orm::Select<delivery::Entity> {
    use delivery::Column::*;
    delivery::Entity::find().select_only().columns([
        Id,
        Address,
        UserId,
        Projects,
        Phase,
        Reply,
        Reason,
        Attempts,
        AttemptsBefore,
        QueuedAt,
        NextTryAt,
        RetriedUncertain,
    ])
}

/// The messages of a run, in the order of their recipients.
///
/// # Errors
/// Only those of the database.
pub async fn rows(app: &AppState, run: OccurrenceId) -> AppResult<Vec<DeliveryRow>> {
    rows_in(app.reader(), run).await
}

/// As [`rows`], as a transaction sees them.
///
/// # Errors
/// Only those of the database.
pub async fn rows_in(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<Vec<DeliveryRow>> {
    let query = columns().filter(delivery::Column::OccurrenceId.eq(run)).order_by_asc(delivery::Column::Position);
    Ok(query.into_model().all(db).await?)
}

/// A message.
///
/// # Errors
/// Only those of the database.
pub async fn row(app: &AppState, id: DeliveryId) -> AppResult<Option<DeliveryRow>> {
    Ok(columns().filter(delivery::Column::Id.eq(id)).into_model().one(app.reader()).await?)
}

/// How the messages of a run stand when a round of sending has ended, at an instant. What is still on its way then is in
/// nobody's hands, as where a database server that crashed has forgotten the answer to it: it is due at once, and the next
/// round settles it first.
pub fn tally(rows: &[DeliveryRow], now: DateTime<Utc>) -> Tally {
    Tally::of(rows.iter().map(|row| {
        let message = row.delivery();
        let due = if row.phase.is_in_flight() { Some(now) } else { message.due_at(now) };
        (message, due)
    }))
}

impl DeliveryRow {
    /// Whom it is for.
    ///
    /// # Errors
    /// [`AppError::Internal`] for an address that cannot be one.
    pub fn recipient(&self) -> AppResult<EmailAddress> {
        EmailAddress::parse(&self.address).map_err(|error| fault::internal("reading a recipient", error))
    }

    /// How the message stands.
    pub fn delivery(&self) -> Delivery {
        Delivery {
            phase: self.phase,
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            attempts_before: u32::try_from(self.attempts_before).unwrap_or_default(),
            queued_at: self.queued_at,
            next_try_at: self.next_try_at,
            reply: self.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()),
            reason: self.reason.clone(),
            retried_uncertain: self.retried_uncertain,
        }
    }

    /// One that waits, for tests of what is done with rows.
    #[cfg(test)]
    pub fn waiting(id: DeliveryId) -> Self {
        let Delivery { phase, queued_at, next_try_at, .. } = Delivery::queued(DateTime::<Utc>::UNIX_EPOCH);
        Self {
            id,
            address: "dana@example.org".to_owned(),
            user_id: None,
            projects: None,
            phase,
            reply: None,
            reason: None,
            attempts: 0,
            attempts_before: 0,
            queued_at,
            next_try_at,
            retried_uncertain: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_nobody_has_in_hand_any_more_does_not_wait_for_the_next_try_of_another() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let row =
            |phase, next_try_at| DeliveryRow { phase, next_try_at, ..DeliveryRow::waiting(DeliveryId(Uuid::nil())) };
        let later = now + TimeDelta::minutes(1);
        let deferred = row(DeliveryPhase::Deferred, Some(later));
        assert_eq!(tally(std::slice::from_ref(&deferred), now).next_try_at, Some(later));
        for phase in [DeliveryPhase::Connecting, DeliveryPhase::Envelope, DeliveryPhase::DataSent] {
            let tally = tally(&[deferred.clone(), row(phase, None)], now);
            assert_eq!((tally.waiting, tally.next_try_at), (2, Some(now)), "{phase:?}");
        }
    }
}
