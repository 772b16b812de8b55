//! Handing a caught message to a real account, as it is: the bytes, the Message-ID, and whom it was for unless somebody
//! else is named. Who did it, and what the server said, is kept with the message.
//!
//! A row for each recipient is there before anything is sent. The form that asks carries a number, and the row of a
//! number and a recipient can be made once: a form that is sent twice sends nothing twice.

use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    domain::{
        address::EmailAddress,
        delivery::DeliveryPhase,
        ids::{AccountId, OccurrenceId, OpId, OutboxMessageId, ScheduleId},
        mail_account::AccountKind,
        mail_gate::Passage,
        outbox::ReleaseState,
    },
    entities::{delivery, occurrence, outbox_release, smtp_account, suppression},
    error::{AppError, AppResult, Checks, Problem},
    mail::service::{
        accounts, allow_list,
        gate::{self, Limits},
        suppressions,
        transport::{self, Transport},
    },
    platform::{
        ctx::Ctx,
        fault,
        mailer::{Envelope, Failure, PhaseHook, Stop},
        state::AppState,
    },
};

/// Most recipients at a time.
pub const RECIPIENTS_MAX: u32 = 20;
/// How long a message waits for its instant, and for a connection that the account may have.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);
const LINE_PATIENCE: Duration = Duration::from_secs(5);

/// What the form asks for.
#[derive(Clone, Debug)]
pub struct Order {
    pub message: OutboxMessageId,
    /// The number of the form.
    pub op: OpId,
    pub account: String,
    /// One a line, or with commas between.
    pub recipients: String,
    /// It really is to be sent.
    pub is_confirmed: bool,
}

/// The accounts that hand mail to a server: name and id, the default first.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn accounts(ctx: &Ctx) -> AppResult<Vec<(AccountId, String)>> {
    let all = accounts::list(ctx).await?;
    let real = all.into_iter().filter(|account| account.kind == AccountKind::Smtp);
    Ok(real.map(|account| (account.id, account.name)).collect())
}

/// What became of a message, the newest first: to whom it was released is between administrators.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn of(ctx: &Ctx, message: OutboxMessageId) -> AppResult<Vec<outbox_release::Model>> {
    super::allow(ctx)?;
    let query = outbox_release::Entity::find()
        .filter(outbox_release::Column::MessageId.eq(message))
        .order_by_desc(outbox_release::Column::CreatedAt)
        .order_by_asc(outbox_release::Column::Recipient);
    Ok(query.all(ctx.reader()).await?)
}

/// Sends a message to its recipients and waits for the server. A form that was sent before does nothing.
///
/// # Errors
/// [`AppError::Invalid`] for the fields, [`AppError::NotFound`], [`AppError::Forbidden`] for everybody but an
/// administrator. A server that refuses is no error: its words stand beside the message.
pub async fn send(ctx: &Ctx, order: Order) -> AppResult<()> {
    let me = ctx.admin()?.clone();
    let message = super::read(ctx, order.message).await?;
    let (account, recipients) = check(ctx, &order).await?;
    let tx = ctx.begin().await?;
    let mut fresh = Vec::new();
    for recipient in recipients {
        let id = Uuid::now_v7();
        let row = outbox_release::ActiveModel {
            id: Set(id),
            message_id: Set(message.id),
            op_id: Set(order.op),
            account_id: Set(Some(account.id)),
            account_name: Set(account.name.clone()),
            released_by: Set(Some(me.id)),
            released_by_name: Set(me.name.clone()),
            recipient: Set(recipient.to_string()),
            state: Set(ReleaseState::Sending),
            words: Set(String::new()),
            created_at: Set(ctx.now),
            updated_at: Set(ctx.now),
        };
        let once = OnConflict::columns([outbox_release::Column::OpId, outbox_release::Column::Recipient])
            .do_nothing()
            .to_owned();
        if outbox_release::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await? > 0 {
            fresh.push(Errand { id, recipient });
        }
    }
    tx.commit().await?;
    if fresh.is_empty() {
        return Ok(());
    }
    Round { ctx: ctx.clone(), account: account.id, message_id: message.message_id, mime: message.mime }
        .start(fresh)
        .await
}

crate::text_enum!(
    /// What an administrator says of a release of which nobody knows whether it arrived.
    Verdict { Arrived = "arrived", Again = "again" }
);

/// Settles a release whose outcome is unknown: it is marked as sent, or sent once more, as it is, and the server waited
/// for. `seen` is the [`stamp`] of the row that was decided about: of one that has changed since, nothing changes.
///
/// # Errors
/// [`AppError::Invalid`] where it cannot be sent again, [`AppError::NotFound`], [`AppError::Forbidden`] for everybody but
/// an administrator.
pub async fn settle(ctx: &Ctx, id: Uuid, seen: &str, verdict: Verdict) -> AppResult<OutboxMessageId> {
    let me = ctx.admin()?.clone();
    let row = outbox_release::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let message = super::read(ctx, row.message_id).await?;
    let way = match verdict {
        Verdict::Arrived => None,
        Verdict::Again => Some(way_of(ctx, &row).await?),
    };
    let tx = ctx.begin().await?;
    let row = outbox_release::Entity::find_by_id(id).lock_exclusive().one(&*tx).await?.ok_or(AppError::NotFound)?;
    if row.state.seen_at(row.updated_at, ctx.now) != ReleaseState::Uncertain || stamp(&row) != seen {
        return Ok(message.id);
    }
    let mut change = outbox_release::ActiveModel { id: Unchanged(id), updated_at: Set(ctx.now), ..Default::default() };
    if way.is_some() {
        change.state = Set(ReleaseState::Sending);
        change.words = Set(String::new());
        change.released_by = Set(Some(me.id));
        change.released_by_name = Set(me.name);
    } else {
        change.state = Set(ReleaseState::Accepted);
        change.words = Set(format!("Marked as sent by {}.", me.name));
    }
    change.update(&*tx).await?;
    tx.commit().await?;
    if let Some((account, recipient)) = way {
        let round = Round { ctx: ctx.clone(), account, message_id: message.message_id, mime: message.mime };
        round.start(vec![Errand { id, recipient }]).await?;
    }
    Ok(message.id)
}

/// Names a state of a row: another one after each change.
pub fn stamp(row: &outbox_release::Model) -> String {
    row.updated_at.to_rfc3339()
}

/// Over what and to whom a release goes again, as things are now.
async fn way_of(ctx: &Ctx, row: &outbox_release::Model) -> AppResult<(AccountId, EmailAddress)> {
    let account = row.account_id.ok_or_else(|| AppError::field("release", Problem::UnknownChoice))?;
    let recipient =
        EmailAddress::parse(&row.recipient).map_err(|error| fault::internal("reading a recipient", error))?;
    if !allow_list::read(ctx.reader()).await?.allows(&recipient) {
        let address = row.recipient.clone();
        return Err(AppError::field("release", Problem::DomainNotAllowed { address }));
    }
    Ok((account, recipient))
}

async fn check(ctx: &Ctx, order: &Order) -> AppResult<(smtp_account::Model, Vec<EmailAddress>)> {
    let mut checks = Checks::default();
    let account = match order.account.parse::<AccountId>() {
        Ok(id) => accounts::read(ctx, id).await.ok().filter(|account| account.kind == AccountKind::Smtp),
        Err(_) => None,
    };
    if account.is_none() {
        checks.add("account", Problem::UnknownChoice);
    }
    let allowed = allow_list::read(ctx.reader()).await?;
    let mut recipients: Vec<EmailAddress> = Vec::new();
    for (line, number) in order.recipients.lines().zip(1..) {
        for text in line.split([',', ';']).map(str::trim).filter(|text| !text.is_empty()) {
            match EmailAddress::parse(text) {
                Err(_) => checks.add_line("recipients", number, Problem::NotAnAddress),
                Ok(address) if !allowed.allows(&address) => {
                    let address = address.to_string();
                    checks.add_line("recipients", number, Problem::DomainNotAllowed { address });
                }
                Ok(address) if recipients.contains(&address) => {
                    checks.add_line("recipients", number, Problem::Duplicate);
                }
                Ok(address) => recipients.push(address),
            }
        }
    }
    if order.recipients.trim().is_empty() {
        checks.add("recipients", Problem::Required);
    }
    if recipients.len() > RECIPIENTS_MAX as usize {
        checks.add("recipients", Problem::TooMany { max: RECIPIENTS_MAX });
    }
    if !order.is_confirmed {
        checks.add("confirm", Problem::Required);
    }
    checks.done()?;
    account.map(|account| (account, recipients)).ok_or(AppError::Malformed)
}

/// One recipient, and the row that says how it went.
struct Errand {
    id: Uuid,
    recipient: EmailAddress,
}

/// A message on its way.
struct Round {
    ctx: Ctx,
    account: AccountId,
    message_id: String,
    mime: Vec<u8>,
}

impl Round {
    /// As a task of its own: a browser that goes away must not cut a message in the middle.
    async fn start(self, errands: Vec<Errand>) -> AppResult<()> {
        let sent = tokio::spawn(async move { self.run(errands).await });
        sent.await.map_err(|error| fault::internal("releasing a message", error))?
    }

    async fn run(self, errands: Vec<Errand>) -> AppResult<()> {
        let limits = gate::limits(self.ctx.reader(), self.account).await?;
        let line = self.ctx.app.mail_lines.take(self.account, limits.connections, LINE_PATIENCE).await;
        if line.is_none() {
            for errand in &errands {
                self.note(errand, ReleaseState::Refused, "The account is busy; nothing was sent. Try again.").await?;
            }
            return Ok(());
        }
        let mut transport = match transport::open(&self.ctx, self.account).await {
            Ok(transport) => transport,
            Err(error) => {
                let words = format!("The account cannot be used; nothing was sent. {error}");
                for errand in &errands {
                    self.note(errand, ReleaseState::Refused, &words).await?;
                }
                return Err(error);
            }
        };
        for errand in &errands {
            self.deliver(&mut transport, errand, limits).await?;
        }
        transport.close().await;
        Ok(())
    }

    async fn deliver(&self, transport: &mut Transport, errand: &Errand, limits: Limits) -> AppResult<()> {
        if self.is_suppressed(&errand.recipient).await? {
            let words = "The address is on the list of those that get no mail from here.";
            return self.note(errand, ReleaseState::Withheld, words).await;
        }
        let now = Ctx::system(&self.ctx.app);
        let (at, is_probe) = match gate::ask(&now, self.account, limits, PATIENCE).await? {
            Passage::Go(at) => (at, false),
            Passage::Probe(at) => (at, true),
            Passage::Wait(_) => {
                let block = gate::read(now.reader(), self.account).await?.block;
                let words = block.map_or_else(
                    || "The account has sent as much as it may for now; nothing was sent.".to_owned(),
                    |block| format!("The account does not work; nothing was sent. {}", block.words),
                );
                return self.note(errand, ReleaseState::Refused, &words).await;
            }
        };
        if at > now.now {
            tokio::time::sleep((at - now.now).to_std().unwrap_or_default()).await;
        }
        let envelope = Envelope { sender: transport.sender().address.clone(), recipient: errand.recipient.clone() };
        let hook = Keeper { app: self.ctx.app.clone(), id: errand.id };
        match transport.deliver(&now, &envelope, &self.mime, &hook).await {
            Ok(reply) => {
                self.note(errand, ReleaseState::Accepted, &reply.to_string()).await?;
                if is_probe { gate::worked(&now, self.account).await } else { Ok(()) }
            }
            Err(failure) => {
                self.note(errand, state_of(&failure), &failure.what()).await?;
                self.tell_gate(&failure).await
            }
        }
    }

    /// The account's gate hears of it as it does of any other message.
    async fn tell_gate(&self, failure: &Failure) -> AppResult<()> {
        let ctx = Ctx::system(&self.ctx.app);
        if failure.is_of_account() {
            gate::blocked(&ctx, self.account, failure.what()).await?;
        } else if failure.asks_for_less() {
            gate::slowed(&ctx, self.account).await?;
        }
        Ok(())
    }

    /// On the list for all mails, or for those of the schedule that this is one of.
    async fn is_suppressed(&self, address: &EmailAddress) -> AppResult<bool> {
        use suppression::Column;
        let db = self.ctx.reader();
        let run = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::OccurrenceId)
            .filter(delivery::Column::MessageId.eq(&self.message_id))
            .into_tuple::<OccurrenceId>()
            .one(db)
            .await?;
        let mut about = Condition::any().add(Column::ScheduleId.is_null());
        if let Some(run) = run {
            let query = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::ScheduleId);
            if let Some(schedule) = query.into_tuple::<ScheduleId>().one(db).await? {
                about = about.add(Column::ScheduleId.eq(schedule));
            }
        }
        let listed = suppression::Entity::find()
            .filter(Column::Address.eq(suppressions::key(address)))
            .filter(about)
            .one(db)
            .await?;
        Ok(listed.is_some())
    }

    async fn note(&self, errand: &Errand, state: ReleaseState, words: &str) -> AppResult<()> {
        note(&self.ctx.app, errand.id, state, words).await
    }
}

fn state_of(failure: &Failure) -> ReleaseState {
    if failure.is_outcome_unknown() { ReleaseState::Uncertain } else { ReleaseState::Refused }
}

async fn note(app: &AppState, id: Uuid, state: ReleaseState, words: &str) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let tx = ctx.begin().await?;
    outbox_release::Entity::update_many()
        .col_expr(outbox_release::Column::State, Expr::value(state))
        .col_expr(outbox_release::Column::Words, Expr::value(words))
        .col_expr(outbox_release::Column::UpdatedAt, Expr::value(ctx.now))
        .filter(outbox_release::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Stores that the final dot is next: a program that ends then leaves an outcome that nobody knows.
struct Keeper {
    app: AppState,
    id: Uuid,
}

#[async_trait]
impl PhaseHook for Keeper {
    async fn before(&self, phase: DeliveryPhase) -> Result<(), Stop> {
        if phase != DeliveryPhase::DataSent {
            return Ok(());
        }
        note(&self.app, self.id, ReleaseState::DataSent, "").await.map_err(|error| Stop(error.words()))
    }
}
