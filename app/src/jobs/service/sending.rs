//! Takes the messages of a run to the mail server, one transaction per recipient over one connection. Each phase is
//! stored before it begins, and only by the owner of the run.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

use super::{book, ledger};
use crate::{
    domain::{
        address::EmailAddress,
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Effect, Event},
        ids::{AccountId, DeliveryId, OccurrenceId},
        job::LogLevel,
        occurrence::Tally,
        smtp_reply::SmtpReply,
    },
    entities::delivery,
    error::{AppError, AppResult},
    mail::service::transport::{self, Transport},
    platform::{
        ctx::Ctx,
        db::WriteTx,
        fault,
        mailer::{Envelope, PhaseHook, Stop},
        state::AppState,
    },
};

/// A worker's hold on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub run: OccurrenceId,
    pub fence: i64,
}

/// How a round of sending ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Round {
    /// Each message that was due has been tried.
    Ended(Tally),
    /// The run belongs to somebody else by now.
    Lost,
}

/// A delivery without its bytes.
#[derive(Debug, Clone, FromQueryResult)]
struct DeliveryRow {
    id: DeliveryId,
    address: String,
    phase: DeliveryPhase,
    reply: Option<String>,
    reason: Option<String>,
    attempts: i32,
    queued_at: DateTime<Utc>,
    next_try_at: Option<DateTime<Utc>>,
    retried_uncertain: bool,
}

/// Sends what is due. A message that another owner left in the middle is settled first: safe to retry before its final
/// dot, unknown after it.
///
/// # Errors
/// [`AppError::NotFound`] for an account that is gone, and those of the database.
pub async fn send_due(app: &AppState, hold: Hold, account: AccountId) -> AppResult<Round> {
    let mut transport = transport::open(&Ctx::system(app), account).await?;
    let round = send_all(app, hold, &mut transport).await;
    transport.close().await;
    round
}

async fn send_all(app: &AppState, hold: Hold, transport: &mut Transport) -> AppResult<Round> {
    let mut not_before = None;
    for row in rows(app, hold.run).await? {
        let ctx = Ctx::system(app);
        if row.phase.is_in_flight() && store(&ctx, hold, row.id, Event::Abandoned).await?.is_none() {
            return Ok(Round::Lost);
        }
        let is_due = row.phase.is_waiting() && row.next_try_at.is_none_or(|at| at <= ctx.now);
        if !is_due || not_before.is_some() {
            continue;
        }
        match send_one(app, hold, transport, &row).await? {
            None => return Ok(Round::Lost),
            Some(effects) => not_before = pause(&effects).or(not_before),
        }
    }
    let mut tally = tally(&rows(app, hold.run).await?);
    // The account needs a rest: what is still due waits as long as the message that found out.
    tally.next_try_at = tally.next_try_at.max(not_before);
    Ok(Round::Ended(tally))
}

/// Until when the account should be left alone.
fn pause(effects: &[Effect]) -> Option<DateTime<Utc>> {
    let is_asked = effects.iter().any(|effect| matches!(effect, Effect::OpenBreaker | Effect::SlowDown));
    effects.iter().find_map(|effect| match effect {
        Effect::WakeAt(at) if is_asked => Some(*at),
        _ => None,
    })
}

/// One message, from its claim to its answer. None: the run is lost.
async fn send_one(
    app: &AppState,
    hold: Hold,
    transport: &mut Transport,
    row: &DeliveryRow,
) -> AppResult<Option<Vec<Effect>>> {
    let ctx = Ctx::system(app);
    let Some((begun, _)) = store(&ctx, hold, row.id, Event::Claimed).await? else { return Ok(None) };
    let attempt = begun.attempts;
    let envelope = Envelope {
        sender: transport.sender().address.clone(),
        recipient: EmailAddress::parse(&row.address).map_err(|error| fault::internal("reading a recipient", error))?,
    };
    let mime = bytes(&ctx, row.id).await?;
    let hook = Keeper { app: app.clone(), hold, delivery: row.id, attempt };
    let outcome = transport.deliver(&ctx, &envelope, &mime, &hook).await;
    let event = match outcome {
        Ok(reply) => Event::Accepted { attempt, reply },
        Err(failure) => failure.event(attempt),
    };
    Ok(store(&Ctx::system(app), hold, row.id, event).await?.map(|(_, effects)| effects))
}

async fn bytes(ctx: &Ctx, id: DeliveryId) -> AppResult<Vec<u8>> {
    let query = delivery::Entity::find_by_id(id).select_only().column(delivery::Column::Mime);
    query.into_tuple().one(ctx.reader()).await?.ok_or(AppError::NotFound)
}

/// Stores each phase before the conversation goes on to it.
struct Keeper {
    app: AppState,
    hold: Hold,
    delivery: DeliveryId,
    attempt: u32,
}

#[async_trait]
impl PhaseHook for Keeper {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        let attempt = self.attempt;
        let event = match phase {
            DeliveryPhase::Envelope => Event::EnvelopeBegins { attempt },
            DeliveryPhase::DataSent => Event::DotNext { attempt },
            _ => return Ok(()),
        };
        match store(&Ctx::system(&self.app), self.hold, self.delivery, event).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Stop("the run belongs to another worker by now".to_owned())),
            Err(error) => Err(Stop(error.words())),
        }
    }
}

/// Applies an event to a delivery as the owner of its run. None: the run is lost, or the event does not fit, which is
/// the same: somebody else has changed the row.
async fn store(ctx: &Ctx, hold: Hold, id: DeliveryId, event: Event) -> AppResult<Option<(Delivery, Vec<Effect>)>> {
    let tx = ctx.begin().await?;
    let run = ledger::lock_run(ctx, &tx, hold.run).await?;
    if run.fence != hold.fence || run.lease_until.is_none() {
        return Ok(None);
    }
    let changed = apply(ctx, &tx, id, event, hold).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Applies an event in a transaction that holds the run, and notes what people should know of it.
///
/// # Errors
/// [`AppError::NotFound`] without the delivery.
pub async fn apply(
    ctx: &Ctx,
    tx: &WriteTx,
    id: DeliveryId,
    event: Event,
    hold: Hold,
) -> AppResult<Option<(Delivery, Vec<Effect>)>> {
    let row = columns().filter(delivery::Column::Id.eq(id)).into_model::<DeliveryRow>().one(&**tx).await?;
    let row = row.ok_or(AppError::NotFound)?;
    let before = row.delivery();
    // The low half of a UUIDv7 is random.
    let (after, effects) = before.clone().step(event, ctx.now, &DeliveryPolicy::default(), id.0.as_u128() as u64);
    if after == before {
        return Ok(None);
    }
    let Delivery { phase, attempts, queued_at, next_try_at, reply, reason, retried_uncertain } = after.clone();
    let mut change = delivery::ActiveModel {
        id: Unchanged(id),
        phase: Set(phase),
        attempts: Set(i32::try_from(attempts).unwrap_or(i32::MAX)),
        queued_at: Set(queued_at),
        next_try_at: Set(next_try_at),
        reply: Set(reply.as_ref().and_then(|reply| serde_json::to_string(reply).ok())),
        reason: Set(reason),
        retried_uncertain: Set(retried_uncertain),
        fence: Set(hold.fence),
        updated_at: Set(ctx.now),
        ..Default::default()
    };
    if phase == DeliveryPhase::Uncertain {
        change.uncertain_at = Set(Some(ctx.now));
    }
    change.update(&**tx).await?;
    if let Some((level, words)) = words(&row.address, &after) {
        book::note(ctx, &**tx, hold.run, level, words).await?;
    }
    Ok(Some((after, effects)))
}

/// The line of the log for a phase that people care about.
fn words(address: &str, delivery: &Delivery) -> Option<(LogLevel, String)> {
    let said =
        delivery.reply.as_ref().map(SmtpReply::to_string).or_else(|| delivery.reason.clone()).unwrap_or_default();
    Some(match delivery.phase {
        DeliveryPhase::Accepted => (LogLevel::Info, format!("{address}: delivered. {said}")),
        DeliveryPhase::Deferred => (LogLevel::Warning, format!("{address}: not yet, it is tried again. {said}")),
        DeliveryPhase::Failed => (LogLevel::Error, format!("{address}: not delivered. {said}")),
        DeliveryPhase::Uncertain => (LogLevel::Warning, format!("{address}: unknown whether it arrived. {said}")),
        _ => return None,
    })
}

fn columns() -> sea_orm::Select<delivery::Entity> {
    use delivery::Column::*;
    delivery::Entity::find().select_only().columns([
        Id,
        Address,
        Phase,
        Reply,
        Reason,
        Attempts,
        QueuedAt,
        NextTryAt,
        RetriedUncertain,
    ])
}

async fn rows(app: &AppState, run: OccurrenceId) -> AppResult<Vec<DeliveryRow>> {
    let query = columns().filter(delivery::Column::OccurrenceId.eq(run)).order_by_asc(delivery::Column::Position);
    Ok(query.into_model().all(app.reader()).await?)
}

impl DeliveryRow {
    fn delivery(&self) -> Delivery {
        Delivery {
            phase: self.phase,
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            queued_at: self.queued_at,
            next_try_at: self.next_try_at,
            reply: self.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()),
            reason: self.reason.clone(),
            retried_uncertain: self.retried_uncertain,
        }
    }
}

fn tally(rows: &[DeliveryRow]) -> Tally {
    let mut tally = Tally::default();
    for row in rows {
        match row.phase {
            DeliveryPhase::Accepted => tally.accepted += 1,
            DeliveryPhase::Failed => tally.failed += 1,
            DeliveryPhase::Uncertain => tally.uncertain += 1,
            _ => {
                tally.waiting += 1;
                tally.next_try_at = tally.next_try_at.into_iter().chain(row.next_try_at).min();
            }
        }
    }
    tally
}
