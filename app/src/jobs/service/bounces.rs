//! Bounce messages that people upload: what they are about, and what becomes of the deliveries.

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::{book, ledger, outcomes, sending::Hold};
use crate::{
    domain::{
        account::Role,
        bounce::{Bounce, BounceOutcome, outcome},
        delivery::{DeliveryPhase, Event},
        ids::{BounceId, DeliveryId, OccurrenceId},
        job::LogLevel,
        occurrence,
    },
    entities::{bounce, delivery, schedule},
    error::{AppError, AppResult},
    jobs::bounces_api::{BounceDetail, BounceItem},
    mail::service::suppressions,
    platform::{ctx::Ctx, db::WriteTx, fault},
    projects::service::access,
};

/// How long what was read from a file is kept.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Keeps what was read from an uploaded file, for its page.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn stage(ctx: &Ctx, report: &Bounce) -> AppResult<BounceId> {
    let me = ctx.me()?.id;
    let id = BounceId(Uuid::now_v7());
    let report = serde_json::to_string(report).map_err(|error| fault::internal("keeping a bounce", error))?;
    let tx = ctx.begin().await?;
    bounce::Entity::delete_many().filter(bounce::Column::CreatedAt.lt(ctx.now - KEPT)).exec(&*tx).await?;
    let row = bounce::ActiveModel {
        id: Set(id),
        uploaded_by: Set(me),
        report: Set(report),
        created_at: Set(ctx.now),
        applied_at: Set(None),
    };
    bounce::Entity::insert(row).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// What a bounce is about, and what would be done.
///
/// # Errors
/// [`AppError::NotFound`] for everybody but the one who uploaded it.
pub async fn show(ctx: &Ctx, id: BounceId) -> AppResult<BounceDetail> {
    let (row, report) = own(ctx, id).await?;
    let found = find(ctx, &report).await?;
    let items = report.recipients.iter().map(|recipient| BounceItem {
        address: recipient.address.clone(),
        action: recipient.action,
        said: recipient.reply().to_string(),
        outcome: found.as_ref().map(|found| outcome(recipient, &found.address, found.phase)),
    });
    let items: Vec<BounceItem> = items.collect();
    let can_apply =
        row.applied_at.is_none() && items.iter().any(|item| item.outcome.is_some_and(BounceOutcome::changes));
    Ok(BounceDetail {
        id,
        message_id: report.message_id.clone().unwrap_or_default(),
        sent_to: found.as_ref().map(|found| found.address.clone()),
        // An administrator may act upon it without seeing the project.
        run: found.as_ref().filter(|found| found.is_visible).map(|found| found.occurrence_id),
        job: found.map(|found| found.job),
        items,
        can_apply,
        is_applied: row.applied_at.is_some(),
    })
}

/// Does what the page of a bounce says. Twice is the same as once. A report is a file that anybody can write: what it
/// stops reaches no further than the rights of whoever uploads it.
///
/// # Errors
/// As [`show`].
pub async fn apply(ctx: &Ctx, id: BounceId) -> AppResult<()> {
    let (_, report) = own(ctx, id).await?;
    let Some(found) = find(ctx, &report).await? else { return Err(AppError::NotFound) };
    let run = found.occurrence_id;
    let schedule = ledger::read(ctx.reader(), run).await?.schedule_id;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, schedule).await?;
    let hold = Hold { run, fence: ledger::lock_run(ctx, &tx, run).await?.fence };
    let mut is_changed = false;
    for recipient in &report.recipients {
        // Another worker or another report may have changed it since the page was read.
        let phase = phase(&tx, found.id).await?;
        let outcome = outcome(recipient, &found.address, phase);
        match outcome {
            BounceOutcome::Fails | BounceOutcome::FailsAndStops => {
                let event = Event::Returned { reply: recipient.reply(), is_hard: outcome.stops() };
                is_changed |= outcomes::apply(ctx, &tx, found.id, event, hold).await?.is_some();
            }
            BounceOutcome::Stops => {
                let words = recipient.reply().to_string();
                suppressions::note_bounce(ctx, &tx, found.id, &found.address, words).await?;
            }
            BounceOutcome::Known | BounceOutcome::NotSent | BounceOutcome::SomebodyElse | BounceOutcome::Nothing => {}
        }
    }
    if is_changed {
        let who = &ctx.me()?.name;
        let words = format!("{}: its message came back; {who} uploaded the report.", found.address);
        book::note(ctx, &*tx, run, LogLevel::Info, words).await?;
        // The round that follows counts anew how the run has ended.
        ledger::step(ctx, &tx, &held, run, occurrence::Event::Reopened, ledger::no_columns()).await?;
    }
    bounce::ActiveModel { id: Unchanged(id), applied_at: Set(Some(ctx.now)), ..Default::default() }
        .update(&*tx)
        .await?;
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(())
}

async fn own(ctx: &Ctx, id: BounceId) -> AppResult<(bounce::Model, Bounce)> {
    let me = ctx.me()?.id;
    let row = bounce::Entity::find_by_id(id).one(ctx.reader()).await?.filter(|row| row.uploaded_by == me);
    let row = row.ok_or(AppError::NotFound)?;
    let report = serde_json::from_str(&row.report).map_err(|error| fault::internal("reading a bounce", error))?;
    Ok((row, report))
}

/// The delivery whose message came back.
struct Found {
    id: DeliveryId,
    occurrence_id: OccurrenceId,
    address: String,
    phase: DeliveryPhase,
    job: String,
    is_visible: bool,
}

/// A Message-ID is of one recipient alone, and not to be guessed. What the person may not change is not found.
async fn find(ctx: &Ctx, report: &Bounce) -> AppResult<Option<Found>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: DeliveryId,
        occurrence_id: OccurrenceId,
        address: String,
        phase: DeliveryPhase,
    }
    let Some(message_id) = &report.message_id else { return Ok(None) };
    use delivery::Column;
    let query = delivery::Entity::find()
        .select_only()
        .columns([Column::Id, Column::OccurrenceId, Column::Address, Column::Phase])
        .filter(Column::MessageId.eq(message_id));
    let Some(row) = query.into_model::<Row>().one(ctx.reader()).await? else { return Ok(None) };
    let run = ledger::read(ctx.reader(), row.occurrence_id).await?;
    let viewing = match access::by_id(ctx, ctx.reader(), run.project_id).await {
        Ok(viewing) => Some(viewing),
        Err(AppError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let is_visible = viewing.is_some();
    if !(ctx.me()?.role == Role::Admin || viewing.is_some_and(|viewing| viewing.can_edit())) {
        return Ok(None);
    }
    let job = schedule::Entity::find_by_id(run.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let Row { id, occurrence_id, address, phase } = row;
    Ok(Some(Found { id, occurrence_id, address, phase, job: job.name, is_visible }))
}

async fn phase(tx: &WriteTx, id: DeliveryId) -> AppResult<DeliveryPhase> {
    let query = delivery::Entity::find_by_id(id).select_only().column(delivery::Column::Phase);
    query.into_tuple().one(&**tx).await?.ok_or(AppError::NotFound)
}
