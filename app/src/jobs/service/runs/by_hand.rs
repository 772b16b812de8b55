//! What people do with runs by hand: starting one, deciding about its messages.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use crate::{
    domain::{
        delivery::{self, DeliveryPhase},
        ids::{DeliveryId, OccurrenceId, ScheduleId},
        job::{LogLevel, ScheduleState},
        occurrence::{Event, OccurrenceState, Standing, Trigger},
        recipient::HeldBack,
    },
    entities::{self, occurrence},
    error::{AppError, AppResult, Problem},
    jobs::service::{
        addressees, book, kinds, ledger,
        outcomes::{self, DeliveryRow},
        planner::{self, NewRun},
        schedules,
        sending::Hold,
    },
    platform::{
        ctx::{Actor, Ctx},
        db::WriteTx,
    },
    projects::service::access,
};

/// What becomes of a run that a person starts, once its data are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is sent, also where the job asks its owner before.
    Sent,
    /// It waits as a draft, as long as the job says or a day, also where the job asks nobody.
    Draft,
}

/// Makes a run now that is sent; as [`start_as`].
///
/// # Errors
/// As [`start_as`].
pub async fn start(ctx: &Ctx, id: ScheduleId) -> AppResult<OccurrenceId> {
    start_as(ctx, id, Ending::Sent).await
}

/// Makes a run now, beside the schedule. One that is still going is not doubled: its id comes back, and where a draft is
/// wanted it becomes one while that can be. One that waits for the end of a pause is not going, nor is one that only single
/// recipients still wait for ([`OpenRun::holds_up`](crate::domain::planner::OpenRun::holds_up)).
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] with `draft` for a
/// job that makes no report.
pub async fn start_as(ctx: &Ctx, id: ScheduleId, ending: Ending) -> AppResult<OccurrenceId> {
    let job = schedules::editable(ctx, id).await?;
    let wants_draft = ending == Ending::Draft;
    if wants_draft && !job.kind.makes_report() {
        return Err(AppError::field("draft", Problem::NotAllowed));
    }
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, id).await?;
    let is_paused = held.state == ScheduleState::Paused;
    let going = planner::open_runs(&tx, id)
        .await?
        .into_iter()
        .filter(|row| !(is_paused && row.as_open().waits_in_pause()))
        .find(|row| row.state != OccurrenceState::Sending || row.as_open().holds_up());
    let run = match going {
        Some(row) => {
            if wants_draft {
                stop_at_draft(ctx, &tx, &row).await?;
            }
            row.id
        }
        None => {
            let planned = NewRun::planned(ctx.now, Standing::planned(ctx.now));
            let new = NewRun { trigger: Trigger::Manual, wants_draft, ..planned };
            let made = planner::insert(ctx, &tx, &held, new).await?;
            let run = made.ok_or_else(|| AppError::field("run", Problem::Taken))?;
            let how = if wants_draft { ", as a draft" } else { "" };
            let words = match &ctx.actor {
                Actor::Person(me) => format!("Started by {}{how}.", me.name),
                _ => format!("Started by hand{how}."),
            };
            book::note(ctx, &*tx, run, LogLevel::Info, words).await?;
            run
        }
    };
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(run)
}

/// A run whose data are not there yet stops at a draft, whoever began it. Whoever freezes them holds the schedule, too,
/// and looks then.
async fn stop_at_draft(ctx: &Ctx, tx: &WriteTx, row: &ledger::RunRow) -> AppResult<()> {
    use OccurrenceState::{Building, Claimed, Planned};
    if !matches!(row.state, Planned | Claimed | Building) {
        return Ok(());
    }
    let changed = occurrence::Entity::update_many()
        .col_expr(occurrence::Column::WantsDraft, Expr::value(true))
        .filter(occurrence::Column::Id.eq(row.id))
        .filter(occurrence::Column::WantsDraft.eq(false))
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(());
    }
    let words = match &ctx.actor {
        Actor::Person(me) => format!("{} wants to read it first: it stops at a draft.", me.name),
        _ => "It stops at a draft.".to_owned(),
    };
    book::note(ctx, &**tx, row.id, LogLevel::Info, words).await
}

/// What the owner decides about a message that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    SendAgain,
    /// It is unknown to the program, and known to the owner, that it arrived.
    Arrived,
    GiveUp,
}

/// Carries out a decision about one message. Of a cancelled run, too, an unknown one is settled; it only does not go again.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] for one that
/// cannot go again, or whose recipient gets no mail any more.
pub async fn decide(ctx: &Ctx, id: DeliveryId, decision: Decision) -> AppResult<OccurrenceId> {
    let query =
        entities::delivery::Entity::find_by_id(id).select_only().column(entities::delivery::Column::OccurrenceId);
    let run: OccurrenceId = query.into_tuple().one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let row = ledger::read(ctx.reader(), run).await?;
    access::by_id(ctx, ctx.reader(), row.project_id).await?.editing()?;
    let who = || ctx.actor_name().map(str::to_owned);
    let event = match decision {
        Decision::SendAgain => delivery::Event::SendAgain,
        Decision::Arrived => delivery::Event::KnownToHaveArrived { by: who() },
        Decision::GiveUp => delivery::Event::GivenUp { by: who() },
    };
    if decision == Decision::SendAgain {
        not_cancelled(&row)?;
        let message = outcomes::row(&ctx.app, id).await?.ok_or(AppError::NotFound)?;
        if let Some(why) = held_back(ctx, &row, &[message]).await?.values().next() {
            return Err(gets_no_mail(why));
        }
    }
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, row.schedule_id).await?;
    let row = ledger::lock_run(ctx, &tx, run).await?;
    if decision == Decision::SendAgain {
        not_cancelled(&row)?;
        refuse_removed(&tx, run).await?;
    }
    let hold = Hold { run, fence: row.fence };
    if outcomes::apply(ctx, &tx, id, event, hold).await?.is_some() {
        kinds::take_back_reminders(&tx, run).await?;
        // The round that follows counts anew how the run has ended, also where nothing is to be sent. One that was
        // cancelled stays so.
        ledger::step(ctx, &tx, &held, run, Event::Reopened, ledger::no_columns()).await?;
    } else if decision != Decision::Arrived && has_arrived(&tx, id).await? {
        // An older page asks for it: twice the same is no contradiction, this is one.
        return Err(AppError::field("decision", Problem::NotAllowed));
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    Ok(run)
}

async fn has_arrived(tx: &WriteTx, id: DeliveryId) -> AppResult<bool> {
    let phase: Option<DeliveryPhase> = entities::delivery::Entity::find_by_id(id)
        .select_only()
        .column(entities::delivery::Column::Phase)
        .into_tuple()
        .one(&**tx)
        .await?;
    Ok(phase == Some(DeliveryPhase::Accepted))
}

/// After a run was cancelled no round follows that would send its messages.
fn not_cancelled(row: &ledger::RunRow) -> AppResult<()> {
    match row.state {
        OccurrenceState::Cancelled => Err(AppError::field("decision", Problem::NotAllowed)),
        _ => Ok(()),
    }
}

/// Sends all messages of a run again that failed. Those that are unknown may have arrived: each is decided by itself.
/// Those whose recipients get no mail any more stay as they are, with the words of their servers.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`] for a viewer of the project, [`AppError::Invalid`] where no recipient
/// gets mail any more.
pub async fn resend_failed(ctx: &Ctx, run: OccurrenceId) -> AppResult<()> {
    let row = ledger::read(ctx.reader(), run).await?;
    access::by_id(ctx, ctx.reader(), row.project_id).await?.editing()?;
    not_cancelled(&row)?;
    let mut messages = outcomes::rows(&ctx.app, run).await?;
    messages.retain(|message| message.phase == delivery::DeliveryPhase::Failed);
    let held_back = held_back(ctx, &row, &messages).await?;
    let tx = ctx.begin().await?;
    let held = ledger::lock_schedule(ctx, &tx, row.schedule_id).await?;
    let row = ledger::lock_run(ctx, &tx, run).await?;
    let hold = Hold { run, fence: row.fence };
    refuse_removed(&tx, run).await?;
    let failed: Vec<DeliveryId> = entities::delivery::Entity::find()
        .select_only()
        .column(entities::delivery::Column::Id)
        .filter(entities::delivery::Column::OccurrenceId.eq(run))
        .filter(entities::delivery::Column::Phase.eq(delivery::DeliveryPhase::Failed))
        .into_tuple()
        .all(&*tx)
        .await?;
    let (left, again): (Vec<_>, Vec<_>) = failed.into_iter().partition(|id| held_back.contains_key(id));
    let mut count = 0;
    for id in again {
        count += usize::from(outcomes::apply(ctx, &tx, id, delivery::Event::SendAgain, hold).await?.is_some());
    }
    if count > 0 {
        kinds::take_back_reminders(&tx, run).await?;
        let who = ctx.actor_name().map(|name| format!(" by {name}")).unwrap_or_default();
        let left = match left.len() {
            0 => String::new(),
            1 => " One is left as it is: its recipient gets no mail.".to_owned(),
            left => format!(" {left} are left as they are: their recipients get no mail."),
        };
        book::note(ctx, &*tx, run, LogLevel::Info, format!("{count} sent again{who}.{left}")).await?;
        ledger::step(ctx, &tx, &held, run, Event::Reopened, ledger::no_columns()).await?;
    }
    tx.commit().await?;
    ctx.app.wake.notify_one();
    match left.first().and_then(|id| held_back.get(id)) {
        Some(why) if count == 0 => Err(gets_no_mail(why)),
        _ => Ok(()),
    }
}

fn gets_no_mail(why: &HeldBack) -> AppError {
    AppError::field("decision", Problem::Said { words: why.words().to_owned() })
}

/// Those of some messages of a run whose recipients get no mail as things are now, and why. Sent again, they would be held
/// back, and what their servers said would be gone.
async fn held_back(
    ctx: &Ctx,
    run: &ledger::RunRow,
    messages: &[DeliveryRow],
) -> AppResult<BTreeMap<DeliveryId, HeldBack>> {
    let subjects = messages.iter().map(|row| Ok((row.recipient()?, row.user_id))).collect::<AppResult<Vec<_>>>()?;
    let held_back = addressees::judge(ctx, run.schedule_id, run.project_id, &subjects).await?;
    Ok(messages.iter().zip(held_back).filter_map(|(row, why)| Some((row.id, why?))).collect())
}

/// The messages of a run that the retention has removed cannot go out again.
async fn refuse_removed(tx: &WriteTx, run: OccurrenceId) -> AppResult<()> {
    let query = occurrence::Entity::find_by_id(run).select_only().column(occurrence::Column::RemovedAt);
    let removed: Option<Option<DateTime<Utc>>> = query.into_tuple().one(&**tx).await?;
    match removed.flatten() {
        Some(_) => Err(AppError::field("run", Problem::Removed)),
        None => Ok(()),
    }
}
