//! The addresses that get no mail: put on the list by bounces, by their owners, by administrators, and taken off again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    domain::{
        address::EmailAddress,
        ids::{DeliveryId, OccurrenceId, ScheduleId, SuppressionId},
        suppression::SuppressionReason,
    },
    entities::{delivery, occurrence, schedule, suppression},
    error::{AppError, AppResult, Checks, Problem},
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
};

/// How many rows a page of the list shows.
pub const PAGE: u64 = 50;
/// Longest note of an administrator, in characters.
const WORDS_MAX: u32 = 200;

/// A row of the list, with the name of the schedule that it is about.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: suppression::Model,
    pub schedule: Option<String>,
    /// The run whose message bounced.
    pub run: Option<OccurrenceId>,
}

/// What a page of the list shows.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// A part of the address; empty for all.
    pub words: String,
    /// The last row of the page before.
    pub before: Option<SuppressionId>,
}

/// The rows whose address holds the words, the newest first: one more than a page where there are more.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator.
pub async fn list(ctx: &Ctx, search: &Search) -> AppResult<Vec<Listed>> {
    use suppression::Column;
    ctx.admin()?;
    let words = search.words.trim().to_lowercase();
    let mut query = suppression::Entity::find().order_by_desc(Column::Id).limit(PAGE + 1);
    if !words.is_empty() {
        query = query.filter(Column::Address.contains(words));
    }
    if let Some(before) = search.before {
        query = query.filter(Column::Id.lt(before));
    }
    let rows = query.all(ctx.reader()).await?;
    let names: Vec<(ScheduleId, String)> = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::Id, schedule::Column::Name])
        .filter(schedule::Column::Id.is_in(rows.iter().filter_map(|row| row.schedule_id)))
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let names: HashMap<_, _> = names.into_iter().collect();
    let runs: Vec<(DeliveryId, OccurrenceId)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Id, delivery::Column::OccurrenceId])
        .filter(delivery::Column::Id.is_in(rows.iter().filter_map(|row| row.delivery_id)))
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let runs: HashMap<_, _> = runs.into_iter().collect();
    let listed = |row: suppression::Model| Listed {
        schedule: row.schedule_id.and_then(|id| names.get(&id).cloned()),
        run: row.delivery_id.and_then(|id| runs.get(&id).copied()),
        row,
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Puts an address on the list, for all schedules. One that is there already stays as it is.
///
/// # Errors
/// [`AppError::Invalid`] for what is no address, [`AppError::Forbidden`] for everybody but an administrator.
pub async fn add(ctx: &Ctx, address: &str, words: &str) -> AppResult<()> {
    let me = ctx.admin()?.id;
    let mut checks = Checks::default();
    let words = checks.optional_line("words", words, WORDS_MAX);
    let parsed = EmailAddress::parse(address);
    if parsed.is_err() {
        checks.add("address", if address.trim().is_empty() { Problem::Required } else { Problem::NotAnAddress });
    }
    checks.done()?;
    let address = parsed.map_err(|_| AppError::Malformed)?;
    let tx = ctx.begin().await?;
    let row =
        suppression::ActiveModel { created_by: Set(Some(me)), ..row(ctx, &address, SuppressionReason::ByHand, words) };
    insert(&tx, row).await?;
    Ok(tx.commit().await?)
}

/// Takes a row off the list: mail goes there again.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Forbidden`] for everybody but an administrator.
pub async fn remove(ctx: &Ctx, id: SuppressionId) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    let gone = suppression::Entity::delete_by_id(id).exec(&*tx).await?;
    if gone.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    Ok(tx.commit().await?)
}

/// Puts the address of a message that bounced on the list, in the transaction that says so of the message: for all
/// schedules where a mail server has told the program so, or an administrator says it, and otherwise for the schedule
/// of the message.
///
/// # Errors
/// Only those of the database.
pub async fn note_bounce(ctx: &Ctx, tx: &WriteTx, message: DeliveryId, address: &str, words: String) -> AppResult<()> {
    // An address that was stored and cannot be read is never sent to.
    let Ok(address) = EmailAddress::parse(address) else { return Ok(()) };
    let is_for_all = matches!(ctx.actor, Actor::System) || ctx.admin().is_ok();
    let schedule_id = if is_for_all { None } else { Some(schedule_of(tx, message).await?) };
    let bounced = row(ctx, &address, SuppressionReason::Bounced, words);
    insert(tx, suppression::ActiveModel { schedule_id: Set(schedule_id), delivery_id: Set(Some(message)), ..bounced })
        .await
}

/// A message that came back, and what was said of its address.
pub struct Bounced<'a> {
    pub message: DeliveryId,
    pub address: &'a str,
    pub words: String,
}

/// As [`note_bounce`], of several messages. In the order of the addresses, whatever their own is: on PostgreSQL whoever
/// adds an address waits for another transaction that has just added it, and two that met the same ones in different
/// orders would wait for each other.
///
/// # Errors
/// As [`note_bounce`].
pub async fn note_bounces(ctx: &Ctx, tx: &WriteTx, mut bounced: Vec<Bounced<'_>>) -> AppResult<()> {
    bounced.sort_by_cached_key(|one| one.address.to_lowercase());
    for Bounced { message, address, words } in bounced {
        note_bounce(ctx, tx, message, address, words).await?;
    }
    Ok(())
}

/// As [`note_bounce`], of a mail of the program itself, such as an alarm.
///
/// # Errors
/// Only those of the database.
pub async fn note_own_bounce(ctx: &Ctx, tx: &WriteTx, address: &str, words: String) -> AppResult<()> {
    let Ok(address) = EmailAddress::parse(address) else { return Ok(()) };
    insert(tx, row(ctx, &address, SuppressionReason::Bounced, words)).await
}

async fn schedule_of(tx: &WriteTx, message: DeliveryId) -> AppResult<ScheduleId> {
    let run = delivery::Entity::find_by_id(message).select_only().column(delivery::Column::OccurrenceId).into_query();
    let query = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::ScheduleId)
        .filter(occurrence::Column::Id.in_subquery(run));
    query.into_tuple().one(&**tx).await?.ok_or(AppError::NotFound)
}

/// Its owner wants no more mail of a schedule. Twice is the same as once. It takes the place of a bounce: whoever
/// follows the link reads what is sent there.
///
/// # Errors
/// Those of the database; [`AppError::NotFound`] where the schedule is gone.
pub async fn stop(ctx: &Ctx, schedule: ScheduleId, address: &EmailAddress) -> AppResult<()> {
    let tx = ctx.begin().await?;
    schedule::Entity::find_by_id(schedule).one(&*tx).await?.ok_or(AppError::NotFound)?;
    suppression::Entity::delete_many()
        .filter(suppression::Column::Address.eq(key(address)))
        .filter(suppression::Column::ScheduleId.eq(schedule))
        .filter(suppression::Column::Reason.ne(SuppressionReason::Unsubscribed))
        .exec(&*tx)
        .await?;
    let stopped = row(ctx, address, SuppressionReason::Unsubscribed, String::new());
    insert(&tx, suppression::ActiveModel { schedule_id: Set(Some(schedule)), ..stopped }).await?;
    Ok(tx.commit().await?)
}

/// Its owner wants the mail of a schedule again; where a moment is given, only if they stopped it after that. What
/// others have put on the list stays.
///
/// # Errors
/// Those of the database; [`AppError::Invalid`] where it was stopped before the moment.
pub async fn resume(
    ctx: &Ctx,
    schedule: ScheduleId,
    address: &EmailAddress,
    since: Option<DateTime<Utc>>,
) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let Some(stopped) = stopped(schedule, address).one(&*tx).await? else { return Ok(()) };
    if since.is_some_and(|since| stopped.created_at < since) {
        return Err(AppError::field("undo", Problem::UndoIsOver));
    }
    suppression::Entity::delete_by_id(stopped.id).exec(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Whether [`resume`] would take a stop back.
///
/// # Errors
/// Only those of the database.
pub async fn can_resume(
    db: &impl ConnectionTrait,
    schedule: ScheduleId,
    address: &EmailAddress,
    since: Option<DateTime<Utc>>,
) -> AppResult<bool> {
    let stopped = stopped(schedule, address).one(db).await?;
    Ok(stopped.is_some_and(|stopped| since.is_none_or(|since| stopped.created_at >= since)))
}

/// What the owner of an address has said of a schedule.
fn stopped(schedule: ScheduleId, address: &EmailAddress) -> Select<suppression::Entity> {
    suppression::Entity::find()
        .filter(suppression::Column::Address.eq(key(address)))
        .filter(suppression::Column::ScheduleId.eq(schedule))
        .filter(suppression::Column::Reason.eq(SuppressionReason::Unsubscribed))
}

/// Which of these addresses get no mail of a schedule, and why; by [`key`]. Where several rows are about one, that of
/// its owner counts.
///
/// # Errors
/// Only those of the database.
pub async fn of<'a>(
    db: &impl ConnectionTrait,
    schedule: ScheduleId,
    addresses: impl Iterator<Item = &'a EmailAddress>,
) -> AppResult<HashMap<String, SuppressionReason>> {
    use suppression::Column;
    let rows: Vec<(String, SuppressionReason)> = suppression::Entity::find()
        .select_only()
        .columns([Column::Address, Column::Reason])
        .filter(Column::Address.is_in(addresses.map(key)))
        .filter(Condition::any().add(Column::ScheduleId.is_null()).add(Column::ScheduleId.eq(schedule)))
        .into_tuple()
        .all(db)
        .await?;
    let mut reasons = HashMap::new();
    for (address, reason) in rows {
        let kept = reasons.entry(address).or_insert(reason);
        *kept = (*kept).min(reason);
    }
    Ok(reasons)
}

/// Why an address gets no mail at all, whatever it is about; none where it does.
///
/// # Errors
/// Only those of the database.
pub async fn of_all_mail(db: &impl ConnectionTrait, address: &EmailAddress) -> AppResult<Option<suppression::Model>> {
    let query = suppression::Entity::find()
        .filter(suppression::Column::Address.eq(key(address)))
        .filter(suppression::Column::ScheduleId.is_null());
    Ok(query.one(db).await?)
}

/// How an address stands on the list.
pub fn key(address: &EmailAddress) -> String {
    address.as_str().to_lowercase()
}

fn row(ctx: &Ctx, address: &EmailAddress, reason: SuppressionReason, words: String) -> suppression::ActiveModel {
    suppression::ActiveModel {
        id: Set(SuppressionId(Uuid::now_v7())),
        address: Set(key(address)),
        schedule_id: Set(None),
        reason: Set(reason),
        delivery_id: Set(None),
        words: Set(words),
        created_by: Set(None),
        created_at: Set(ctx.now),
    }
}

/// The two unique indexes keep an address once for all schedules and once for each.
async fn insert(tx: &WriteTx, row: suppression::ActiveModel) -> AppResult<()> {
    let once = OnConflict::new().do_nothing().to_owned();
    suppression::Entity::insert(row).on_conflict(once).exec_without_returning(&**tx).await?;
    Ok(())
}
