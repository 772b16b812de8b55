//! Takes the messages of a run to the mail server, one transaction per recipient over connections that are kept. That a
//! message is in somebody's hands, and that its final dot is next, is stored before it is so, and only by the owner of
//! the run. Before a message goes, its recipient is looked at once more, and the account is asked whether it may send.
//! The rows are read without the messages; each of these is read when its turn comes.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{
    addressees, book,
    clerk::Clerk,
    kinds, ledger, rules,
    way::{self, Way},
};
use crate::{
    alarms::service::tell,
    domain::{
        address::EmailAddress,
        crash_point::CrashPoint,
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Effect, Event, UncertainRule},
        ids::{AccountId, DeliveryId, OccurrenceId, ProjectId, ScheduleId, UserId},
        job::LogLevel,
        mail_gate::Passage,
        occurrence::Tally,
        recipient::HeldBack,
        smtp_reply::SmtpReply,
    },
    entities::{delivery, delivery_content, occurrence, schedule},
    error::{AppError, AppResult},
    mail::service::{
        accounts,
        gate::{self, Limits},
        suppressions,
        transport::{self, Transport},
    },
    platform::{
        ctx::Ctx,
        db::WriteTx,
        fault,
        mailer::{Envelope, PhaseHook, Step, Stop},
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
    user_id: Option<UserId>,
    projects: Option<String>,
    phase: DeliveryPhase,
    reply: Option<String>,
    reason: Option<String>,
    attempts: i32,
    attempts_before: i32,
    queued_at: DateTime<Utc>,
    next_try_at: Option<DateTime<Utc>>,
    retried_uncertain: bool,
}

/// A message that would wait longer than this for its instant gives the worker to others.
const PATIENCE: TimeDelta = TimeDelta::seconds(2);
/// How long a run waits for a connection that the account may have, and how long it then leaves it to others.
const LINE_PATIENCE: Duration = Duration::from_secs(5);
const LINE_REST: TimeDelta = TimeDelta::seconds(5);
/// Runs that put messages into the outbox at the same time; there is no server to be spared.
const OUTBOX_LINES: usize = 64;

/// Sends what is due, over as many connections as the account may have. A message that another owner left in the middle
/// is settled first: safe to retry before its final dot, unknown after it.
///
/// Where the account is gone, none of them goes.
///
/// # Errors
/// Only those of the database.
pub async fn send_due(app: &AppState, hold: Hold, way: Way) -> AppResult<Round> {
    let ctx = Ctx::system(app);
    let clerk = Clerk::new(app, hold);
    let Some(due) = settle(app, &clerk).await? else { return Ok(Round::Lost) };
    let run = ledger::read(ctx.reader(), hold.run).await?;
    let Way { account, sender } = way;
    let limits = match gate::limits(ctx.reader(), account).await {
        Err(AppError::NotFound) => return withhold_all(app, &clerk, due).await,
        limits => limits?,
    };
    let lanes = limits.connections.min(due.len());
    let desk = Mutex::new(Desk { due, rest_until: None, is_lost: false });
    let readers = kinds::readers(&ctx, run.schedule_id, hold.run).await?;
    let (schedule, project) = (run.schedule_id, run.project_id);
    let shift = Shift { app, hold, clerk, account, sender, limits, schedule, project, readers, desk };
    let ended = futures::future::join_all((0..lanes).map(|number| shift.lane(number))).await;
    ended.into_iter().collect::<AppResult<()>>()?;
    let desk = shift.desk.into_inner().unwrap_or_else(PoisonError::into_inner);
    if desk.is_lost {
        return Ok(Round::Lost);
    }
    let rows = rows(app, hold.run).await?;
    let mut tally = Tally::of(rows.iter().map(|row| (row.phase, row.next_try_at)));
    // The account needs a rest: what is still due waits as long as the message that found out.
    tally.next_try_at = tally.next_try_at.max(desk.rest_until);
    Ok(Round::Ended(tally))
}

/// Ends what was to go over an account that is gone.
async fn withhold_all(app: &AppState, clerk: &Clerk, due: VecDeque<DeliveryRow>) -> AppResult<Round> {
    for row in due {
        if clerk.store(row.id, vec![Event::Withheld { reason: way::GONE.to_owned() }]).await?.is_none() {
            return Ok(Round::Lost);
        }
    }
    let rows = rows(app, clerk.hold().run).await?;
    Ok(Round::Ended(Tally::of(rows.iter().map(|row| (row.phase, row.next_try_at)))))
}

/// Settles what another owner left in the middle, and gives the messages that are due. None: the run is lost.
async fn settle(app: &AppState, clerk: &Clerk) -> AppResult<Option<VecDeque<DeliveryRow>>> {
    let mut due = VecDeque::new();
    for row in rows(app, clerk.hold().run).await? {
        let ctx = Ctx::system(app);
        if row.phase.is_in_flight() && clerk.store(row.id, vec![Event::Abandoned]).await?.is_none() {
            return Ok(None);
        }
        if row.phase.is_waiting() && row.next_try_at.is_none_or(|at| at <= ctx.now) {
            due.push_back(row);
        }
    }
    Ok(Some(due))
}

/// A round of sending: what its connections share.
struct Shift<'a> {
    app: &'a AppState,
    hold: Hold,
    clerk: Clerk,
    account: AccountId,
    /// Of the envelopes; none where it is that of the account.
    sender: Option<EmailAddress>,
    limits: Limits,
    schedule: ScheduleId,
    project: ProjectId,
    /// Where each mail is for its reader alone: the projects of which something stands in it.
    readers: Option<HashMap<UserId, Vec<ProjectId>>>,
    /// Never held while something is waited for.
    desk: Mutex<Desk>,
}

/// What is still to be sent, and why nothing more is.
struct Desk {
    due: VecDeque<DeliveryRow>,
    /// The account is left alone until then.
    rest_until: Option<DateTime<Utc>>,
    /// The run belongs to somebody else by now.
    is_lost: bool,
}

impl Shift<'_> {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next message; none where all are taken or nothing more may go.
    fn next(&self) -> Option<DeliveryRow> {
        let mut desk = self.desk();
        if desk.is_lost || desk.rest_until.is_some() { None } else { desk.due.pop_front() }
    }

    fn rest(&self, until: DateTime<Utc>) {
        let mut desk = self.desk();
        desk.rest_until = desk.rest_until.max(Some(until));
    }

    /// One connection, from its opening to its goodbye.
    async fn lane(&self, number: usize) -> AppResult<()> {
        let most = if self.account == accounts::OUTBOX { OUTBOX_LINES } else { self.limits.connections };
        let line = match number {
            0 => self.app.mail_lines.take(self.account, most, LINE_PATIENCE).await,
            _ => self.app.mail_lines.take_free(self.account, most),
        };
        let Some(_line) = line else {
            if number == 0 {
                self.rest(Ctx::system(self.app).now + LINE_REST);
            }
            return Ok(());
        };
        let mut transport = transport::open(&Ctx::system(self.app), self.account).await?;
        let done = self.drain(&mut transport).await;
        transport.close().await;
        done
    }

    async fn drain(&self, transport: &mut Transport) -> AppResult<()> {
        while let Some(row) = self.next() {
            if !self.take(transport, &row).await? {
                self.desk().is_lost = true;
            }
        }
        Ok(())
    }

    /// One message: held back, left waiting, or sent. False: the run is lost.
    async fn take(&self, transport: &mut Transport, row: &DeliveryRow) -> AppResult<bool> {
        let ctx = Ctx::system(self.app);
        if let Some(held_back) = self.judge(&ctx, row).await? {
            let event = Event::Withheld { reason: held_back.words().to_owned() };
            return Ok(self.clerk.store(row.id, vec![event]).await?.is_some());
        }
        let (at, errand) = match gate::ask(&ctx, self.account, self.limits, PATIENCE).await? {
            Passage::Go(at) => (at, Errand::Usual),
            Passage::Probe(at) => (at, Errand::Probe),
            Passage::Wait(until) => {
                self.leave(&ctx, until).await?;
                return Ok(true);
            }
        };
        if at > ctx.now {
            tokio::time::sleep((at - ctx.now).to_std().unwrap_or_default()).await;
        }
        match send_one(self.app, &self.clerk, transport, (row, self.sender.as_ref())).await? {
            None => Ok(false),
            Some(sent) => {
                self.heed(sent, errand).await?;
                Ok(true)
            }
        }
    }

    /// Why the recipient must not get it, as things are now.
    async fn judge(&self, ctx: &Ctx, row: &DeliveryRow) -> AppResult<Option<HeldBack>> {
        let subject = (address(row)?, row.user_id);
        let held_back = addressees::judge(ctx, self.schedule, self.project, &[subject]).await?.pop().flatten();
        if held_back.is_some() {
            return Ok(held_back);
        }
        if let Some((reader, projects)) = row.user_id.zip(row.projects.as_deref()) {
            let projects: Vec<ProjectId> = serde_json::from_str(projects)
                .map_err(|error| fault::internal("reading the projects of a message", error))?;
            if !kinds::may_read(ctx, reader, &projects).await? {
                return Ok(Some(HeldBack::NoAccess));
            }
        }
        let Some(readers) = &self.readers else { return Ok(None) };
        let reader = row.user_id.and_then(|user| Some((user, readers.get(&user)?)));
        let may_read = match reader {
            Some((user, projects)) => kinds::may_read(ctx, user, projects).await?,
            None => false,
        };
        Ok((!may_read).then_some(HeldBack::NoAccess))
    }

    /// Leaves the account alone, and says why where something is wrong with it.
    async fn leave(&self, ctx: &Ctx, until: DateTime<Utc>) -> AppResult<()> {
        let is_first = self.desk().rest_until.is_none();
        self.rest(until);
        let block = gate::read(ctx.reader(), self.account).await?.block;
        if let Some(block) = block.filter(|_| is_first) {
            let words = format!("The mail account does not work; nothing is tried over it for now. {}", block.words);
            let tx = ctx.begin().await?;
            book::note(ctx, &*tx, self.hold.run, LogLevel::Warning, words).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Tells the account's gate what the server made of a message.
    async fn heed(&self, sent: Sent, errand: Errand) -> AppResult<()> {
        let ctx = Ctx::system(self.app);
        let Sent { after, effects, reception } = sent;
        if effects.contains(&Effect::OpenBreaker) {
            let gate = tell::account_blocked(&ctx, self.account, after.reason.unwrap_or_default()).await?;
            self.rest(gate.block.map_or(ctx.now, |block| block.probe_at));
            return Ok(());
        }
        if reception == Reception::AskedForLess {
            let gate = gate::slowed(&ctx, self.account).await?;
            self.rest(gate.next_send_at.max(after.next_try_at).unwrap_or(ctx.now));
        }
        match (reception, errand) {
            // The others would meet the same: they wait as long as the message that found out.
            (Reception::None, _) => self.rest(after.next_try_at.unwrap_or(ctx.now)),
            (Reception::Listened, Errand::Probe) => gate::worked(&ctx, self.account).await?,
            _ => {}
        }
        Ok(())
    }
}

/// What a message is sent for, beside itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Errand {
    Usual,
    /// It finds out whether the account works again.
    Probe,
}

/// How a message fared.
struct Sent {
    after: Delivery,
    effects: Vec<Effect>,
    reception: Reception,
}

/// How a server received us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reception {
    /// It cannot be reached, or turned us away before any message was named.
    None,
    /// It let us in and heard of the message.
    Listened,
    AskedForLess,
}

/// One message, from its claim to its answer. None: the run is lost.
async fn send_one(
    app: &AppState,
    clerk: &Clerk,
    transport: &mut Transport,
    (row, sender): (&DeliveryRow, Option<&EmailAddress>),
) -> AppResult<Option<Sent>> {
    let ctx = Ctx::system(app);
    let Some((begun, _)) = clerk.store(row.id, vec![Event::Claimed]).await? else { return Ok(None) };
    app.crash.reach(CrashPoint::Connecting);
    let attempt = begun.attempts;
    let sender = sender.unwrap_or(&transport.sender().address).clone();
    let envelope = Envelope { sender, recipient: address(row)? };
    let mime = bytes(&ctx, row.id).await?;
    let hook = Keeper { app, clerk, delivery: row.id, attempt };
    let outcome = transport.deliver(&ctx, &envelope, &mime, &hook).await;
    if outcome.as_ref().map_or_else(|failure| failure.step == Step::FinalDot, |_| true) {
        app.crash.reach(CrashPoint::DotSent);
    }
    let reception = match &outcome {
        Err(failure) if failure.asks_for_less() => Reception::AskedForLess,
        Err(failure) if failure.is_before_any_message() => Reception::None,
        _ => Reception::Listened,
    };
    let event = match outcome {
        Ok(reply) => Event::Accepted { attempt, reply },
        Err(failure) => failure.event(attempt),
    };
    let stored = clerk.store(row.id, vec![event]).await?;
    app.crash.reach(CrashPoint::Answered);
    Ok(stored.map(|(after, effects)| Sent { after, effects, reception }))
}

fn address(row: &DeliveryRow) -> AppResult<EmailAddress> {
    EmailAddress::parse(&row.address).map_err(|error| fault::internal("reading a recipient", error))
}

async fn bytes(ctx: &Ctx, id: DeliveryId) -> AppResult<Vec<u8>> {
    let content = delivery_content::Entity::find_by_id(id).one(ctx.reader()).await?;
    content.map(|content| content.mime).ok_or(AppError::NotFound)
}

/// Stores that the final dot is next before it goes out. The phase before, the envelope, is stored with it: a break in
/// either of the two is settled in the same way, so a commit of its own would protect nothing.
struct Keeper<'a> {
    app: &'a AppState,
    clerk: &'a Clerk,
    delivery: DeliveryId,
    attempt: u32,
}

#[async_trait]
impl PhaseHook for Keeper<'_> {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        let attempt = self.attempt;
        match phase {
            DeliveryPhase::Envelope => {
                self.app.crash.reach(CrashPoint::Envelope);
                return Ok(());
            }
            DeliveryPhase::DataSent => {}
            _ => return Ok(()),
        }
        let events = vec![Event::EnvelopeBegins { attempt }, Event::DotNext { attempt }];
        match self.clerk.store(self.delivery, events).await {
            Ok(Some(_)) => {
                self.app.crash.reach(CrashPoint::DataSent);
                Ok(())
            }
            Ok(None) => Err(Stop("the run belongs to another worker by now".to_owned())),
            Err(error) => Err(Stop(error.words())),
        }
    }
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
    apply_all(ctx, tx, id, vec![event], hold).await
}

/// As [`apply`], for what happened one after the other and is stored together.
///
/// # Errors
/// As [`apply`].
pub async fn apply_all(
    ctx: &Ctx,
    tx: &WriteTx,
    id: DeliveryId,
    events: Vec<Event>,
    hold: Hold,
) -> AppResult<Option<(Delivery, Vec<Effect>)>> {
    // A message that is taken needs no patience: its way stays short.
    let policy = if events.iter().any(Event::asks_for_patience) {
        patience(tx, hold.run).await?
    } else {
        DeliveryPolicy::default()
    };
    apply_by(ctx, tx, id, (events, &policy), hold).await
}

/// How patient the job of a run is with its messages.
async fn patience(tx: &WriteTx, run: OccurrenceId) -> AppResult<DeliveryPolicy> {
    let of_run = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::ScheduleId).into_query();
    let query = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::GiveUpMinutes, schedule::Column::UncertainRule])
        .filter(schedule::Column::Id.in_subquery(of_run));
    let found: Option<(i32, UncertainRule)> = query.into_tuple().one(&**tx).await?;
    let (give_up_minutes, uncertain) = found.ok_or(AppError::NotFound)?;
    Ok(rules::delivery_policy(give_up_minutes, uncertain))
}

async fn apply_by(
    ctx: &Ctx,
    tx: &WriteTx,
    id: DeliveryId,
    (events, policy): (Vec<Event>, &DeliveryPolicy),
    hold: Hold,
) -> AppResult<Option<(Delivery, Vec<Effect>)>> {
    let row = columns().filter(delivery::Column::Id.eq(id)).into_model::<DeliveryRow>().one(&**tx).await?;
    let row = row.ok_or(AppError::NotFound)?;
    let before = row.delivery();
    let (mut after, mut effects) = (before.clone(), Vec::new());
    for event in events {
        // The low half of a UUIDv7 is random.
        let (next, more) = after.step(event, ctx.now, policy, id.0.as_u128() as u64);
        after = next;
        effects.extend(more);
    }
    if after == before {
        return Ok(None);
    }
    let Delivery { phase, attempts, attempts_before, queued_at, next_try_at, reply, reason, retried_uncertain } =
        after.clone();
    let mut change = delivery::ActiveModel {
        id: Unchanged(id),
        phase: Set(phase),
        attempts: Set(i32::try_from(attempts).unwrap_or(i32::MAX)),
        attempts_before: Set(i32::try_from(attempts_before).unwrap_or(i32::MAX)),
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
    ctx.app.meters.delivery(phase);
    if phase == DeliveryPhase::Uncertain {
        tell::uncertain(ctx, tx, hold.run, &row.address).await?;
    }
    if effects.contains(&Effect::Suppress) {
        let said = after.reply.as_ref().map(SmtpReply::to_string).unwrap_or_default();
        suppressions::note_bounce(ctx, tx, id, &row.address, said).await?;
    }
    if let Some((level, words)) = words(&row.address, &after) {
        book::note(ctx, &**tx, hold.run, level, words).await?;
    }
    Ok(Some((after, effects)))
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
        apply_by(ctx, tx, id, (events, &DeliveryPolicy::default()), hold).await?;
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
    let said =
        delivery.reply.as_ref().map(SmtpReply::to_string).or_else(|| delivery.reason.clone()).unwrap_or_default();
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

async fn rows(app: &AppState, run: OccurrenceId) -> AppResult<Vec<DeliveryRow>> {
    let query = columns().filter(delivery::Column::OccurrenceId.eq(run)).order_by_asc(delivery::Column::Position);
    Ok(query.into_model().all(app.reader()).await?)
}

impl DeliveryRow {
    fn delivery(&self) -> Delivery {
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
}
