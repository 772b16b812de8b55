//! Takes one mail over an account that works: after one that does not, the next is tried.

use std::time::Duration as StdDuration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    readers::{Reader, reader, still_seen_by, ways_of},
    rows::{Hook, columns, step},
};
use crate::{
    alarms::service::{
        choices, facts,
        letter::{self, Letter},
        styled::{self, Styled},
        tell,
    },
    domain::{
        delivery::{Delivery, DeliveryPhase, Effect, Event},
        header_text::HeaderText,
        ids::{AccountId, AlarmMailId},
        mail_gate::{Finder, Passage},
        smtp_reply::Verdict,
        template::context::Reader as TemplateReader,
    },
    entities::{alarm, alarm_mail},
    error::{AppError, AppResult},
    mail::service::{accounts::OUTBOX, gate, transport},
    platform::{
        ctx::Ctx,
        fault,
        hash::hex,
        mailer::{DkimKey, Draft, Envelope, Failure, Mailbox, MessageId, Origin, compose, signed},
        state::AppState,
    },
};

/// How long a mail waits for the pace of an account before the next one is tried.
const PATIENCE: TimeDelta = TimeDelta::seconds(2);
const LINE_PATIENCE: StdDuration = StdDuration::from_secs(5);
const LINE_REST: TimeDelta = TimeDelta::seconds(5);

/// A mail in the hands of this worker.
pub struct Carrier<'a> {
    pub app: &'a AppState,
    pub id: AlarmMailId,
    pub fence: i64,
}

impl Carrier<'_> {
    fn ctx(&self) -> Ctx {
        Ctx::system(self.app)
    }

    /// Sends the mail, or says why it does not go.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn send(&self) -> AppResult<()> {
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
        let Some(letters) = self.letters(&row, &reader).await? else {
            let nothing = "None of it is wanted by mail any more, open any more, or for this person to know.";
            return self.withhold(nothing).await;
        };
        // What may have arrived goes again as the very same message, or not at all.
        let frozen = (row.retried_uncertain && row.phase == DeliveryPhase::Deferred)
            .then(|| row.account_id.zip(row.mime.clone()))
            .flatten();
        if let Some((account, mime)) = frozen {
            return self.over(&[account], &reader, |_| Ok(Written { mime: mime.clone(), also: columns() })).await;
        }
        let ways = ways_of(&ctx, &row).await?;
        let write = |sender: &Sender<'_>| self.compose(&letters, &reader, sender);
        self.over(&ways, &reader, write).await
    }

    /// Tries one account after the other until one takes the mail, or has heard of it and wants it later.
    async fn over(
        &self,
        ways: &[AccountId],
        reader: &Reader,
        write: impl Fn(&Sender<'_>) -> AppResult<Written>,
    ) -> AppResult<()> {
        let mut attempt = None;
        // When an account that works, and has only much to do, may take it.
        let mut busy: Option<DateTime<Utc>> = None;
        for (place, &account) in ways.iter().enumerate() {
            let is_last = place + 1 == ways.len();
            let ctx = self.ctx();
            // What the outbox catches reaches nobody outside: it is for a mail that no server takes.
            if let Some(until) = busy.filter(|_| account == OUTBOX) {
                return self.leave(until, attempt).await;
            }
            let limits = gate::limits(ctx.reader(), account).await?;
            let passage = gate::ask(&ctx, account, limits, PATIENCE).await?;
            let (at, is_probe) = match passage {
                Passage::Go(at) => (at, false),
                Passage::Probe(at) => (at, true),
                Passage::Wait(until) if !is_last => {
                    if gate::read(ctx.reader(), account).await?.block.is_none() {
                        busy = Some(busy.map_or(until, |other| other.min(until)));
                    }
                    continue;
                }
                Passage::Wait(until) => return self.leave(until, attempt).await,
            };
            // Before the outbox, which is last, stands no server that is to be spared.
            let line = if account == OUTBOX {
                None
            } else {
                self.app.mail_lines.take(account, limits.connections, LINE_PATIENCE).await
            };
            if line.is_none() && account != OUTBOX {
                let until = ctx.now + LINE_REST;
                if is_last {
                    return self.leave(until, attempt).await;
                }
                busy = Some(busy.map_or(until, |other| other.min(until)));
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
            let written = write(&Sender { account, mailbox: transport.sender(), signer: transport.signer() })?;
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
            let finder = if is_probe { Finder::Try } else { Finder::Message };
            self.heed(account, &failure, finder).await?;
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
    async fn heed(&self, account: AccountId, failure: &Failure, finder: Finder) -> AppResult<()> {
        if failure.is_of_account() && !failure.is_outcome_unknown() {
            tell::account_blocked(&self.ctx(), account, failure.what(), finder).await?;
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
    async fn letters(&self, row: &alarm_mail::Model, reader: &Reader) -> AppResult<Option<Letters>> {
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
        let mut told = Vec::with_capacity(alarms.len());
        for alarm in alarms {
            if wanted.wants(alarm.kind) && !facts::is_settled(&*tx, &alarm).await? {
                told.push(alarm);
            }
        }
        tx.commit().await?;
        let alarms = told;
        let who = TemplateReader {
            name: reader.name.clone(),
            email: reader.address.to_string(),
            zone: reader.zone.name().to_owned(),
            language: reader.language.to_string(),
        };
        // A fault is in the log; it keeps no alarm from arriving.
        let styled = styled::write(&ctx, &alarms, who).await.unwrap_or(Styled::Unusable);
        let numbers = facts::numbers(ctx.reader(), &alarms).await?;
        let is_instead = !matches!(styled, Styled::BuiltIn);
        let built_in = letter::write(&ctx, &alarms, &numbers, reader.zone, is_instead)?;
        let styled = match styled {
            Styled::Written(letter) => Some(letter),
            Styled::BuiltIn | Styled::Unusable => None,
        };
        Ok(built_in.map(|built_in| Letters { styled, built_in }))
    }

    fn compose(&self, letters: &Letters, reader: &Reader, sender: &Sender<'_>) -> AppResult<Written> {
        let ctx = self.ctx();
        let message_id = self.message_id(&ctx, sender)?;
        let to = Mailbox { name: HeaderText::parse(&reader.name).ok(), address: reader.address.clone() };
        let draft = |letter: &Letter| Draft {
            message_id: message_id.clone(),
            date: ctx.now,
            from: sender.mailbox.clone(),
            reply_to: None,
            to: vec![to.clone()],
            cc: Vec::new(),
            subject: HeaderText::cleaned(&letter.subject),
            origin: Origin::Person,
            text: letter.text.clone(),
            html: letter.html.clone(),
            images: letter.images.clone(),
            attachments: Vec::new(),
        };
        let (letter, mime) = match letters.styled.as_ref().map(|letter| (letter, compose(&draft(letter)))) {
            Some((letter, Ok(mime))) => (letter, mime),
            Some((_, Err(error))) => {
                tracing::warn!("an alarm is not written with its template: {error}");
                (&letters.built_in, compose(&draft(&letters.built_in)).map_err(broken)?)
            }
            None => (&letters.built_in, compose(&draft(&letters.built_in)).map_err(broken)?),
        };
        let mime = signed(sender.signer, mime, ctx.now).map_err(broken)?;
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
    fn message_id(&self, ctx: &Ctx, sender: &Sender<'_>) -> AppResult<MessageId> {
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

/// The mail with the template that was chosen, where it could be filled in, and the one that always can be.
struct Letters {
    styled: Option<Letter>,
    built_in: Letter,
}

/// The account that a mail is written for, and what signs it.
struct Sender<'a> {
    account: AccountId,
    mailbox: &'a Mailbox,
    signer: Option<&'a DkimKey>,
}

/// A message, and the columns that keep it.
struct Written {
    mime: Vec<u8>,
    also: alarm_mail::ActiveModel,
}

fn broken(error: impl std::fmt::Display) -> AppError {
    fault::internal("composing an alarm", error)
}
