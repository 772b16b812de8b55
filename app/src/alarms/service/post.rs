//! Sends the mails of alarms: one row each, with the phases of a delivery, over an account that works. What is sent is
//! written at the last moment, so that everything that has happened by then is in it.

use std::time::Duration as StdDuration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{
    choices,
    letter::{self, Letter},
    tell,
};
use crate::{
    domain::{
        account::UserState,
        address::EmailAddress,
        alarm::ways,
        delivery::{Delivery, DeliveryPhase, DeliveryPolicy, Effect, Event, UncertainRule},
        header_text::HeaderText,
        ids::{AccountId, AlarmMailId, ScheduleId, UserId},
        mail_gate::Passage,
        smtp_reply::Verdict,
    },
    entities::{alarm, alarm_mail, mail_gate, notification, schedule, smtp_account, user},
    error::{AppError, AppResult},
    mail::service::{accounts::OUTBOX, gate, suppressions, transport},
    platform::{
        ctx::Ctx,
        fault,
        hash::hex,
        mailer::{Draft, Envelope, Failure, Mailbox, MessageId, Origin, PhaseHook, Stop, compose},
        state::AppState,
    },
    projects::service::access,
};

/// Mails that one look takes.
const LOOK: u64 = 5;
/// How long a claim holds; the answer to the final dot may take ten minutes.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// How long a mail waits for the pace of an account before the next one is tried.
const PATIENCE: TimeDelta = TimeDelta::seconds(2);
const LINE_PATIENCE: StdDuration = StdDuration::from_secs(5);
const LINE_REST: TimeDelta = TimeDelta::seconds(5);
/// Days after which alarms and their mails are forgotten.
const KEPT_DAYS: i64 = 90;

/// An alarm that comes twice does less harm than one that never comes.
fn policy() -> DeliveryPolicy {
    DeliveryPolicy { uncertain: UncertainRule::RetryOnce, ..DeliveryPolicy::default() }
}

/// Sends the mails that are due, a few of them, one after the other; any number of processes may. Returns how many it
/// took.
///
/// # Errors
/// Only those of the database.
pub async fn send_due(app: &AppState) -> AppResult<usize> {
    use alarm_mail::Column;
    let ctx = Ctx::system(app);
    let due: Vec<(AlarmMailId, i64)> = alarm_mail::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Fence])
        .filter(Column::DueAt.lte(ctx.now))
        .order_by_asc(Column::DueAt)
        .limit(LOOK)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let mut taken = 0;
    for (id, fence) in due {
        if claim(&Ctx::system(app), id, fence).await? {
            taken += 1;
            Post { app, id, fence: fence + 1 }.send().await?;
        }
    }
    Ok(taken)
}

/// Ends the claims of a process that is gone, where there can be no other: SQLite is for one process at a time.
///
/// # Errors
/// Only those of the database.
pub async fn forget_claims(app: &AppState) -> AppResult<()> {
    use alarm_mail::Column;
    let ctx = Ctx::system(app);
    if ctx.db().is_postgres() {
        return Ok(());
    }
    let in_hands = [DeliveryPhase::Connecting, DeliveryPhase::Envelope, DeliveryPhase::DataSent];
    let tx = ctx.begin().await?;
    alarm_mail::Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(ctx.now))
        .filter(Column::DueAt.gt(ctx.now))
        .filter(Column::Phase.is_in(in_hands))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Forgets mails and alarms of long ago, but for those that somebody still has among their notifications.
///
/// # Errors
/// Only those of the database.
pub async fn forget_old(ctx: &Ctx) -> AppResult<()> {
    let before = ctx.now - TimeDelta::days(KEPT_DAYS);
    let told = notification::Entity::find()
        .select_only()
        .column(notification::Column::AlarmId)
        .filter(notification::Column::AlarmId.is_not_null())
        .into_query();
    let tx = ctx.begin().await?;
    alarm_mail::Entity::delete_many()
        .filter(alarm_mail::Column::CreatedAt.lt(before))
        .filter(alarm_mail::Column::DueAt.is_null())
        .exec(&*tx)
        .await?;
    alarm::Entity::delete_many()
        .filter(alarm::Column::At.lt(before))
        .filter(alarm::Column::Id.not_in_subquery(told))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

async fn claim(ctx: &Ctx, id: AlarmMailId, fence: i64) -> AppResult<bool> {
    use alarm_mail::Column;
    let tx = ctx.begin().await?;
    let taken = alarm_mail::Entity::update_many()
        .col_expr(Column::Fence, Expr::value(fence + 1))
        .col_expr(Column::DueAt, Expr::value(ctx.now + LEASE))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::DueAt.lte(ctx.now))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected == 1)
}

/// A mail in the hands of this worker.
struct Post<'a> {
    app: &'a AppState,
    id: AlarmMailId,
    fence: i64,
}

/// Whom a mail is for.
struct Reader {
    name: String,
    address: EmailAddress,
    zone: Tz,
}

impl Post<'_> {
    fn ctx(&self) -> Ctx {
        Ctx::system(self.app)
    }

    async fn send(&self) -> AppResult<()> {
        let row = self.read().await?;
        if row.phase.is_in_flight() {
            self.step(Event::Abandoned, columns()).await?;
            return Ok(());
        }
        let ctx = self.ctx();
        let reader = match reader(&ctx, &row).await? {
            Ok(reader) => reader,
            Err(reason) => return self.withhold(reason).await,
        };
        let Some(letter) = self.letter(&row, reader.zone).await? else {
            return self.withhold("None of it is wanted by mail any more, or for this person to know.").await;
        };
        // What may have arrived goes again as the very same message, or not at all.
        let frozen = (row.retried_uncertain && row.phase == DeliveryPhase::Deferred)
            .then(|| row.account_id.zip(row.mime.clone()))
            .flatten();
        if let Some((account, mime)) = frozen {
            return self.over(&[account], &reader, |_| Ok(Written { mime: mime.clone(), also: columns() })).await;
        }
        let ways = ways_of(&ctx, &row).await?;
        let write = |sender: &Sender| self.compose(&letter, &reader, sender);
        self.over(&ways, &reader, write).await
    }

    /// Tries one account after the other until one takes the mail, or has heard of it and wants it later.
    async fn over(
        &self,
        ways: &[AccountId],
        reader: &Reader,
        write: impl Fn(&Sender) -> AppResult<Written>,
    ) -> AppResult<()> {
        let mut attempt = None;
        for (place, &account) in ways.iter().enumerate() {
            let is_last = place + 1 == ways.len();
            let ctx = self.ctx();
            let limits = gate::limits(ctx.reader(), account).await?;
            let passage = gate::ask(&ctx, account, limits, PATIENCE).await?;
            let (at, is_probe) = match passage {
                Passage::Go(at) => (at, false),
                Passage::Probe(at) => (at, true),
                Passage::Wait(_) if !is_last => continue,
                Passage::Wait(until) => return self.leave(until, attempt).await,
            };
            // Before the outbox, which is last, stands no server that is to be spared.
            let line = if account == OUTBOX {
                None
            } else {
                self.app.mail_lines.take(account, limits.connections, LINE_PATIENCE).await
            };
            if line.is_none() && account != OUTBOX {
                if is_last {
                    return self.leave(ctx.now + LINE_REST, attempt).await;
                }
                continue;
            }
            if at > ctx.now {
                tokio::time::sleep((at - ctx.now).to_std().unwrap_or_default()).await;
            }
            let mut transport = match transport::open(&ctx, account).await {
                Ok(transport) => transport,
                // Its password does not open, say; the log has it, and the next one may work.
                Err(_) if !is_last => continue,
                Err(error) => return Err(error),
            };
            let written = write(&Sender { account, mailbox: transport.sender().clone() })?;
            let number = match attempt {
                // The next account within the same attempt: nobody has heard of the message yet.
                Some(number) => self.keep(written.also).await?.then_some(number),
                None => self.step(Event::Claimed, written.also).await?.map(|(begun, _)| begun.attempts),
            };
            let Some(number) = number else { return Ok(()) };
            attempt = Some(number);
            let envelope = Envelope { sender: transport.sender().address.clone(), recipient: reader.address.clone() };
            let hook = Hook { app: self.app.clone(), id: self.id, fence: self.fence, attempt: number };
            let outcome = transport.deliver(&ctx, &envelope, &written.mime, &hook).await;
            transport.close().await;
            let failure = match outcome {
                Ok(reply) => {
                    if is_probe {
                        gate::worked(&self.ctx(), account).await?;
                    }
                    self.step(Event::Accepted { attempt: number, reply }, columns()).await?;
                    return Ok(());
                }
                Err(failure) => failure,
            };
            self.heed(account, &failure).await?;
            if failure.is_before_any_message() && !is_last {
                continue;
            }
            let event = failure.event(number);
            let is_refused = matches!(&event, Event::Refused { reply, .. } if reply.verdict() == Verdict::Never);
            self.step(event, columns()).await?;
            if !is_refused || is_last {
                return Ok(());
            }
            // This server never takes it; the next one may.
            self.step(Event::SendAgain, columns()).await?;
            attempt = None;
        }
        Ok(())
    }

    /// Tells the account's gate what its server said.
    async fn heed(&self, account: AccountId, failure: &Failure) -> AppResult<()> {
        if failure.is_of_account() && !failure.is_outcome_unknown() {
            tell::account_blocked(&self.ctx(), account, failure.what()).await?;
        } else if failure.asks_for_less() {
            gate::slowed(&self.ctx(), account).await?;
        }
        Ok(())
    }

    /// No account can be asked for now.
    async fn leave(&self, until: DateTime<Utc>, attempt: Option<u32>) -> AppResult<()> {
        if let Some(attempt) = attempt {
            let reason = "No mail account could be reached.".to_owned();
            self.step(Event::Broken { attempt, reason }, columns()).await?;
            return Ok(());
        }
        self.keep(alarm_mail::ActiveModel { due_at: Set(Some(until)), ..columns() }).await?;
        Ok(())
    }

    async fn withhold(&self, reason: &str) -> AppResult<()> {
        let now = self.ctx().now;
        let also = alarm_mail::ActiveModel { until: Set(Some(now)), ..columns() };
        self.step(Event::Withheld { reason: reason.to_owned() }, also).await?;
        Ok(())
    }

    async fn read(&self) -> AppResult<alarm_mail::Model> {
        let found = alarm_mail::Entity::find_by_id(self.id).one(self.app.reader()).await?;
        found.ok_or(AppError::NotFound)
    }

    /// Closes the row to further alarms, and writes what it has gathered. None where nothing of it is wanted.
    async fn letter(&self, row: &alarm_mail::Model, zone: Tz) -> AppResult<Option<Letter>> {
        let ctx = self.ctx();
        let tx = ctx.begin().await?;
        // Whoever raises an alarm holds the row until it is committed.
        let held = alarm_mail::Entity::find_by_id(self.id).lock_exclusive().one(&*tx).await?;
        let until = held.and_then(|held| held.until);
        let mut query = alarm::Entity::find()
            .filter(alarm::Column::Topic.eq(&row.topic))
            .filter(alarm::Column::At.gte(row.since))
            .filter(still_seen_by(row.user_id))
            .order_by_asc(alarm::Column::At)
            .order_by_asc(alarm::Column::Id);
        if let Some(until) = until {
            query = query.filter(alarm::Column::At.lte(until));
        }
        let alarms = query.all(&*tx).await?;
        if until.is_none() {
            // Whatever is told now is told at every attempt, also what bears an instant behind this one.
            let until = alarms.last().map_or(ctx.now, |last| last.at.max(ctx.now));
            alarm_mail::Entity::update_many()
                .col_expr(alarm_mail::Column::Until, Expr::value(until))
                .filter(alarm_mail::Column::Id.eq(self.id))
                .filter(alarm_mail::Column::Fence.eq(self.fence))
                .exec(&*tx)
                .await?;
        }
        let wanted = choices::of(&*tx, row.user_id).await?;
        tx.commit().await?;
        let alarms: Vec<alarm::Model> = alarms.into_iter().filter(|alarm| wanted.wants(alarm.kind)).collect();
        letter::write(&ctx, &alarms, zone)
    }

    fn compose(&self, letter: &Letter, reader: &Reader, sender: &Sender) -> AppResult<Written> {
        let ctx = self.ctx();
        let message_id = self.message_id(&ctx, sender)?;
        let draft = Draft {
            message_id: message_id.clone(),
            date: ctx.now,
            from: sender.mailbox.clone(),
            reply_to: None,
            to: vec![Mailbox { name: HeaderText::parse(&reader.name).ok(), address: reader.address.clone() }],
            cc: Vec::new(),
            subject: HeaderText::cleaned(&letter.subject),
            origin: Origin::Person,
            text: letter.text.clone(),
            html: letter.html.clone(),
            images: Vec::new(),
            attachments: Vec::new(),
        };
        let mime = compose(&draft).map_err(broken)?;
        let also = alarm_mail::ActiveModel {
            account_id: Set(Some(sender.account)),
            address: Set(Some(reader.address.to_string())),
            subject: Set(Some(letter.subject.clone())),
            message_id: Set(Some(message_id.as_str().to_owned())),
            mime: Set(Some(mime.clone())),
            ..columns()
        };
        Ok(Written { mime, also })
    }

    /// The same for every attempt over an account, and not to be guessed.
    fn message_id(&self, ctx: &Ctx, sender: &Sender) -> AppResult<MessageId> {
        let mut of = self.id.0.as_bytes().to_vec();
        of.extend(sender.account.0.as_bytes());
        let tag = ctx.app.keyring.hmac("alarm-message-id", &of);
        let local: String = hex(&tag).chars().take(40).collect();
        MessageId::new(&local, sender.mailbox.address.domain()).map_err(broken)
    }

    async fn step(&self, event: Event, also: alarm_mail::ActiveModel) -> AppResult<Option<(Delivery, Vec<Effect>)>> {
        step(self.app, self.id, self.fence, event, also).await
    }

    /// Writes columns and no event. False: another worker has the row.
    async fn keep(&self, also: alarm_mail::ActiveModel) -> AppResult<bool> {
        let tx = self.ctx().begin().await?;
        let kept = alarm_mail::Entity::update_many()
            .set(also)
            .filter(alarm_mail::Column::Id.eq(self.id))
            .filter(alarm_mail::Column::Fence.eq(self.fence))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(kept.rows_affected == 1)
    }
}

/// The account that a mail is written for.
struct Sender {
    account: AccountId,
    mailbox: Mailbox,
}

/// A message, and the columns that keep it.
struct Written {
    mime: Vec<u8>,
    also: alarm_mail::ActiveModel,
}

/// About no project, or about one that the person still sees: they may have left it since they were told.
fn still_seen_by(person: UserId) -> Condition {
    Condition::any()
        .add(alarm::Column::ProjectId.is_null())
        .add(alarm::Column::ProjectId.in_subquery(access::visible_projects(person)))
}

/// For updates: no column.
fn columns() -> alarm_mail::ActiveModel {
    alarm_mail::ActiveModel { ..Default::default() }
}

/// Whom it goes to now, or why to nobody. Only what is suppressed for all mail counts: who has stopped the reports of a
/// job is still responsible for it, and chooses their alarms elsewhere.
async fn reader(ctx: &Ctx, row: &alarm_mail::Model) -> AppResult<Result<Reader, &'static str>> {
    let found = user::Entity::find_by_id(row.user_id).one(ctx.reader()).await?;
    let Some(person) = found.filter(|person| person.state == UserState::Active) else {
        return Ok(Err("The account of the recipient is switched off."));
    };
    let Some(address) = person.email.as_deref().and_then(|email| EmailAddress::parse(email).ok()) else {
        return Ok(Err("The recipient has no address that mail can go to."));
    };
    // No schedule has this id.
    let none = ScheduleId(Uuid::nil());
    if !suppressions::of(ctx.reader(), none, std::iter::once(&address)).await?.is_empty() {
        return Ok(Err("The address is on the list of those that get no mail."));
    }
    Ok(Ok(Reader { name: person.name, address, zone: person.zone.parse().unwrap_or(Tz::UTC) }))
}

async fn ways_of(ctx: &Ctx, row: &alarm_mail::Model) -> AppResult<Vec<AccountId>> {
    let id_of = |prefix: &str| row.topic.strip_prefix(prefix).and_then(|id| id.parse::<Uuid>().ok());
    let own = match id_of("schedule:") {
        Some(id) => {
            schedule::Entity::find_by_id(ScheduleId(id)).one(ctx.reader()).await?.and_then(|job| job.account_id)
        }
        None => None,
    };
    let about = id_of("account:").map(AccountId);
    let blocked: Vec<AccountId> = mail_gate::Entity::find()
        .select_only()
        .column(mail_gate::Column::AccountId)
        .filter(mail_gate::Column::BlockedAt.is_not_null())
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let all: Vec<AccountId> = smtp_account::Entity::find()
        .select_only()
        .column(smtp_account::Column::Id)
        .order_by_desc(smtp_account::Column::IsDefault)
        .order_by_asc(smtp_account::Column::Name)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let own = own.filter(|own| all.contains(own));
    Ok(ways(own, &all, |way| Some(way) == about || blocked.contains(&way), OUTBOX))
}

/// Applies an event to a mail as its owner. None: another worker has it, or the event does not fit.
async fn step(
    app: &AppState,
    id: AlarmMailId,
    fence: i64,
    event: Event,
    also: alarm_mail::ActiveModel,
) -> AppResult<Option<(Delivery, Vec<Effect>)>> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    let query = alarm_mail::Entity::find_by_id(id).filter(alarm_mail::Column::Fence.eq(fence));
    let Some(row) = query.one(&*tx).await? else { return Ok(None) };
    let before = delivery_of(&row);
    // The low half of a UUIDv7 is random.
    let (after, effects) = before.clone().step(event, ctx.now, &policy(), id.0.as_u128() as u64);
    if after == before {
        return Ok(None);
    }
    let Delivery { phase, attempts, queued_at, next_try_at, reply, reason, retried_uncertain } = after.clone();
    let due_at = match phase {
        phase if phase.is_waiting() => next_try_at,
        phase if phase.is_in_flight() => Some(ctx.now + LEASE),
        _ => None,
    };
    let change = alarm_mail::ActiveModel {
        phase: Set(phase),
        attempts: Set(i32::try_from(attempts).unwrap_or(i32::MAX)),
        queued_at: Set(queued_at),
        due_at: Set(due_at),
        reply: Set(reply.as_ref().and_then(|reply| serde_json::to_string(reply).ok())),
        reason: Set(reason),
        retried_uncertain: Set(retried_uncertain),
        updated_at: Set(ctx.now),
        ..also
    };
    let written = alarm_mail::Entity::update_many()
        .set(change)
        .filter(alarm_mail::Column::Id.eq(id))
        .filter(alarm_mail::Column::Fence.eq(fence))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok((written.rows_affected == 1).then_some((after, effects)))
}

fn delivery_of(row: &alarm_mail::Model) -> Delivery {
    Delivery {
        phase: row.phase,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        queued_at: row.queued_at,
        // Its owner has claimed it: it is due.
        next_try_at: None,
        reply: row.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()),
        reason: row.reason.clone(),
        retried_uncertain: row.retried_uncertain,
    }
}

/// Stores each phase before the conversation goes on to it.
struct Hook {
    app: AppState,
    id: AlarmMailId,
    fence: i64,
    attempt: u32,
}

#[async_trait]
impl PhaseHook for Hook {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        let attempt = self.attempt;
        let event = match phase {
            DeliveryPhase::Envelope => Event::EnvelopeBegins { attempt },
            DeliveryPhase::DataSent => Event::DotNext { attempt },
            _ => return Ok(()),
        };
        match step(&self.app, self.id, self.fence, event, columns()).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Stop("the mail belongs to another worker by now".to_owned())),
            Err(error) => Err(Stop(error.words())),
        }
    }
}

fn broken(error: impl std::fmt::Display) -> AppError {
    fault::internal("composing an alarm", error)
}
