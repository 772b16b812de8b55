//! Keeps when an account may send (`domain::mail_gate`): asked before each message, told of what servers say. The row is
//! shared by all processes; the limits stand beside the account.

use chrono::Duration;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};

use crate::{
    domain::{
        delivery::DeliveryPhase,
        ids::AccountId,
        mail_gate::{Block, Finder, Gate, Passage, Slow},
        occurrence::OccurrenceState,
    },
    entities::{delivery, mail_gate, occurrence, schedule, smtp_account},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, db::WriteTx},
};

/// What an account may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages a minute; none: as fast as the server takes them.
    pub per_minute: Option<u32>,
    /// Connections at a time, of all instances together.
    pub connections: usize,
}

/// Most messages a minute that a limit can say.
pub const MOST_PER_MINUTE: i64 = 6_000;
/// Most connections that a limit can say.
pub const MOST_CONNECTIONS: i64 = 20;

/// The limits of an account.
///
/// # Errors
/// [`AppError::NotFound`] for an account that is gone.
pub async fn limits(db: &impl ConnectionTrait, account: AccountId) -> AppResult<Limits> {
    let query = smtp_account::Entity::find_by_id(account)
        .select_only()
        .columns([smtp_account::Column::PerMinute, smtp_account::Column::Connections]);
    let (per_minute, connections): (Option<i32>, i32) = query.into_tuple().one(db).await?.ok_or(AppError::NotFound)?;
    Ok(Limits {
        per_minute: per_minute.and_then(|limit| u32::try_from(limit).ok()),
        connections: usize::try_from(connections).unwrap_or(1).max(1),
    })
}

/// Changes the limits of an account, as a form sends them; an empty field of the pace is no limit.
///
/// # Errors
/// [`AppError::Invalid`] for what is out of range, [`AppError::NotFound`], or [`AppError::Forbidden`] for everybody but
/// an administrator.
pub async fn save_limits(ctx: &Ctx, account: AccountId, per_minute: &str, connections: &str) -> AppResult<()> {
    ctx.admin()?;
    let mut checks = Checks::default();
    let mut number = |field: &str, text: &str, max: i64| match text.trim().parse::<i64>() {
        Ok(number) if (1..=max).contains(&number) => i32::try_from(number).ok(),
        _ => {
            checks.add(field, Problem::OutOfRange { min: 1, max });
            None
        }
    };
    let per_minute = match per_minute.trim() {
        "" => None,
        text => number("per_minute", text, MOST_PER_MINUTE),
    };
    let connections = number("connections", connections, MOST_CONNECTIONS);
    checks.done()?;
    let tx = ctx.begin().await?;
    smtp_account::Entity::find_by_id(account).one(&*tx).await?.ok_or(AppError::NotFound)?;
    smtp_account::ActiveModel {
        id: Unchanged(account),
        per_minute: Set(per_minute),
        connections: Set(connections.unwrap_or(1)),
        updated_at: Set(ctx.now),
        ..Default::default()
    }
    .update(&*tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Where an account stands.
///
/// # Errors
/// Only those of the database.
pub async fn read(db: &impl ConnectionTrait, account: AccountId) -> AppResult<Gate> {
    Ok(mail_gate::Entity::find_by_id(account).one(db).await?.map(from_row).unwrap_or_default())
}

/// Whether a message may go. An instant that it gets is taken for it.
///
/// # Errors
/// Only those of the database.
pub async fn ask(ctx: &Ctx, account: AccountId, limits: Limits, patience: Duration) -> AppResult<Passage> {
    let stored = read(ctx.reader(), account).await?;
    let (after, passage) = stored.clone().ask(ctx.now, limits.per_minute, patience);
    if after == stored {
        // Nothing was taken, so nobody else can have it.
        return Ok(passage);
    }
    let mut taken = passage;
    change(ctx, account, |gate| {
        let (after, passage) = gate.ask(ctx.now, limits.per_minute, patience);
        taken = passage;
        after
    })
    .await?;
    Ok(taken)
}

/// Whether messages may go now without an instant that is taken for each: nothing is wrong, and there is no limit.
///
/// # Errors
/// Only those of the database.
pub async fn is_open(ctx: &Ctx, account: AccountId, limits: Limits) -> AppResult<bool> {
    let stored = read(ctx.reader(), account).await?;
    let (after, passage) = stored.clone().ask(ctx.now, limits.per_minute, Duration::zero());
    Ok(after == stored && matches!(passage, Passage::Go(_)))
}

/// The account itself was refused, as a try has found out: its breaker opens, or stays open longer.
///
/// # Errors
/// Only those of the database.
pub async fn blocked(ctx: &Ctx, account: AccountId, words: String) -> AppResult<Gate> {
    let tx = ctx.begin().await?;
    let (gate, _) = blocked_in(ctx, &tx, account, words, Finder::Try).await?;
    tx.commit().await?;
    Ok(gate)
}

/// As [`blocked`], in a transaction that tells people of it; true where the breaker was closed until now.
///
/// # Errors
/// Only those of the database.
pub async fn blocked_in(
    ctx: &Ctx,
    tx: &WriteTx,
    account: AccountId,
    words: String,
    finder: Finder,
) -> AppResult<(Gate, bool)> {
    let mut has_opened = false;
    let gate = change_in(tx, account, |gate| {
        has_opened = gate.block.is_none();
        // The low half of a UUIDv7 is random.
        gate.blocked(words, finder, ctx.now, account.0.as_u128() as u64)
    })
    .await?;
    Ok((gate, has_opened))
}

/// The server asked for less.
///
/// # Errors
/// Only those of the database.
pub async fn slowed(ctx: &Ctx, account: AccountId) -> AppResult<Gate> {
    change(ctx, account, |gate| gate.slowed(ctx.now)).await
}

/// The account works again: what waits for it goes now.
///
/// # Errors
/// Only those of the database.
pub async fn worked(ctx: &Ctx, account: AccountId) -> AppResult<()> {
    if read(ctx.reader(), account).await?.block.is_none() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    change_in(&tx, account, Gate::worked).await?;
    // What the server of a recipient has put off waits for as long as that asks.
    bring_forward(ctx, &tx, account, Condition::all().add(delivery::Column::Reply.is_null())).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// A person closes the breaker and ends the rest: everything that waits for the account is tried now.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Forbidden`] for everybody but an administrator.
pub async fn clear(ctx: &Ctx, account: AccountId) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    smtp_account::Entity::find_by_id(account).one(&*tx).await?.ok_or(AppError::NotFound)?;
    clear_in(ctx, &tx, account).await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

/// As [`clear`], in the transaction that changes the account's settings: what was wrong may be right now.
pub(super) async fn clear_in(ctx: &Ctx, tx: &WriteTx, account: AccountId) -> AppResult<()> {
    if mail_gate::Entity::find_by_id(account).one(&**tx).await?.is_none() {
        return Ok(());
    }
    change_in(tx, account, Gate::cleared).await?;
    bring_forward(ctx, tx, account, Condition::all()).await
}

async fn change(ctx: &Ctx, account: AccountId, rule: impl FnOnce(Gate) -> Gate + Send) -> AppResult<Gate> {
    let tx = ctx.begin().await?;
    let after = change_in(&tx, account, rule).await?;
    tx.commit().await?;
    Ok(after)
}

/// Reads, changes and writes the row under its lock.
async fn change_in(tx: &WriteTx, account: AccountId, rule: impl FnOnce(Gate) -> Gate + Send) -> AppResult<Gate> {
    let once = OnConflict::column(mail_gate::Column::AccountId).do_nothing().to_owned();
    let open = to_row(account, &Gate::default());
    mail_gate::Entity::insert(open).on_conflict(once).exec_without_returning(&**tx).await?;
    let row = mail_gate::Entity::find_by_id(account).lock_exclusive().one(&**tx).await?;
    let after = rule(row.map(from_row).unwrap_or_default());
    let change = mail_gate::ActiveModel { account_id: Unchanged(account), ..to_row(account, &after) };
    change.update(&**tx).await?;
    Ok(after)
}

/// Those messages of the account that wait for another try, and their runs, are due now. Runs before messages, as everywhere.
/// Theirs is the account that they were written for, whichever their job has by now (`jobs::service::way`).
async fn bring_forward(ctx: &Ctx, tx: &WriteTx, account: AccountId, those: Condition) -> AppResult<()> {
    let found = smtp_account::Entity::find_by_id(account).one(&**tx).await?;
    let is_default = found.is_some_and(|account| account.is_default);
    let mut of_account = Condition::any().add(schedule::Column::AccountId.eq(account));
    if is_default {
        of_account = of_account.add(schedule::Column::AccountId.is_null());
    }
    let schedules = schedule::Entity::find().select_only().column(schedule::Column::Id).filter(of_account).into_query();
    // From before that was kept.
    let by_their_job = Condition::all()
        .add(occurrence::Column::MailAccountId.is_null())
        .add(occurrence::Column::ScheduleId.in_subquery(schedules));
    let waiting = Condition::all()
        .add(occurrence::Column::State.eq(OccurrenceState::Sending))
        .add(occurrence::Column::LeaseUntil.is_null())
        .add(Condition::any().add(occurrence::Column::MailAccountId.eq(account)).add(by_their_job));
    let runs =
        occurrence::Entity::find().select_only().column(occurrence::Column::Id).filter(waiting.clone()).into_query();
    occurrence::Entity::update_many()
        .col_expr(occurrence::Column::NextTryAt, Expr::value(ctx.now))
        .filter(waiting)
        .exec(&**tx)
        .await?;
    delivery::Entity::update_many()
        .col_expr(delivery::Column::NextTryAt, Expr::value(ctx.now))
        .filter(delivery::Column::Phase.eq(DeliveryPhase::Deferred))
        .filter(those)
        .filter(delivery::Column::OccurrenceId.in_subquery(runs))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn from_row(row: mail_gate::Model) -> Gate {
    let count = |number: i32| u32::try_from(number).unwrap_or_default();
    let mail_gate::Model {
        account_id: _,
        blocked_at,
        blocked_words,
        blocked_times,
        probe_at,
        next_send_at,
        slowed_times,
        slowed_at,
    } = row;
    Gate {
        block: blocked_at.zip(probe_at).map(|(since, probe_at)| Block {
            since,
            words: blocked_words.unwrap_or_default(),
            times: count(blocked_times),
            probe_at,
        }),
        next_send_at,
        slow: slowed_at.map(|since| Slow { times: count(slowed_times), since }),
    }
}

fn to_row(account: AccountId, gate: &Gate) -> mail_gate::ActiveModel {
    let Gate { block, next_send_at, slow } = gate;
    let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    mail_gate::ActiveModel {
        account_id: Set(account),
        blocked_at: Set(block.as_ref().map(|block| block.since)),
        blocked_words: Set(block.as_ref().map(|block| block.words.clone())),
        blocked_times: Set(block.as_ref().map_or(0, |block| count(block.times))),
        probe_at: Set(block.as_ref().map(|block| block.probe_at)),
        next_send_at: Set(*next_send_at),
        slowed_times: Set(slow.map_or(0, |slow| count(slow.times))),
        slowed_at: Set(slow.map(|slow| slow.since)),
    }
}
