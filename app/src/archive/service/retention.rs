//! Lets go of old reports and of old lines of logs, as an administrator has said. The row of a run stays, with its
//! instant, its result and its hash; what the Git archive holds stays, too.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
    sea_query::OnConflict,
};

use crate::{
    archive::view::{RetentionPage, WouldGo},
    domain::{
        delivery::DeliveryPhase,
        ids::{OccurrenceId, ScheduleId},
        occurrence::OccurrenceState,
        retention::Retention,
    },
    entities::{
        artifact, delivery, delivery_content, occurrence, occurrence_log, occurrence_snapshot, schedule, setting,
    },
    error::AppResult,
    platform::{ctx::Ctx, fault, state::AppState},
};

/// Name of the setting.
const NAME: &str = "retention";
/// Reports that one sweep removes at most, each in its own transaction; the next sweep goes on.
const REPORTS: u64 = 500;
/// Lines of logs that one transaction removes, and how many such there are in a sweep.
const LINES: u64 = 1_000;
const ROUNDS: u32 = 100;

/// What is said now; nothing was said: reports for ever, logs for the usual time.
///
/// # Errors
/// Those of the database, and a fault where the stored words cannot be read: then nothing may go.
pub async fn saved(db: &impl ConnectionTrait) -> AppResult<Retention> {
    let Some(row) = setting::Entity::find_by_id(NAME).one(db).await? else { return Ok(Retention::default()) };
    serde_json::from_str(&row.value).map_err(|error| fault::internal("reading the retention", error))
}

/// The page of the setting. With fields it says what would go if they were saved.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for everybody but an administrator.
pub async fn page(ctx: &Ctx, asked: Option<(&str, &str)>) -> AppResult<RetentionPage> {
    ctx.admin()?;
    let saved = saved(ctx.reader()).await?;
    let Some((months, days)) = asked else { return Ok(RetentionPage { saved, asked: None, refused: None }) };
    Ok(match Retention::read(months, days) {
        Ok(retention) => {
            let gone = would_go(ctx, retention).await?;
            RetentionPage { saved, asked: Some((retention, gone)), refused: None }
        }
        Err(refused) => RetentionPage {
            saved,
            asked: None,
            refused: Some(refused.with_typed(&[("months", months), ("days", days)])),
        },
    })
}

/// Says how long things are kept. The next sweep removes what is older.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] for what is out of range, [`crate::error::AppError::Forbidden`] for everybody but an administrator.
pub async fn save(ctx: &Ctx, months: &str, days: &str) -> AppResult<Retention> {
    ctx.admin()?;
    let retention = Retention::read(months, days)?;
    let value = serde_json::to_string(&retention).map_err(|error| fault::internal("storing the retention", error))?;
    let row = setting::ActiveModel { name: Set(NAME.to_owned()), value: Set(value) };
    let replace = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    let tx = ctx.begin().await?;
    setting::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(retention)
}

/// How much a retention would remove now.
///
/// # Errors
/// Only those of the database.
pub async fn would_go(ctx: &Ctx, retention: Retention) -> AppResult<WouldGo> {
    let db = ctx.reader();
    let reports = match retention.reports_before(ctx.now) {
        Some(before) => old_reports(before).select_only().column(occurrence::Column::Id).count(db).await?,
        None => 0,
    };
    Ok(WouldGo { reports, log_lines: old_lines(retention.logs_before(ctx.now)).count(db).await? })
}

/// Removes what is old enough, in small transactions, and says how much it was. Any number of processes may do it.
///
/// # Errors
/// Only those of the database.
pub async fn sweep(app: &AppState) -> AppResult<WouldGo> {
    let ctx = Ctx::system(app);
    let retention = saved(ctx.reader()).await?;
    let mut gone = WouldGo::default();
    if let (Some(before), Some(months)) = (retention.reports_before(ctx.now), retention.report_months) {
        let runs: Vec<(OccurrenceId, ScheduleId)> = old_reports(before)
            .select_only()
            .columns([occurrence::Column::Id, occurrence::Column::ScheduleId])
            .order_by_asc(occurrence::Column::FinishedAt)
            .limit(REPORTS)
            .into_tuple()
            .all(ctx.reader())
            .await?;
        for (run, schedule) in runs {
            gone.reports += u64::from(remove(&ctx, run, schedule, before, months).await?);
        }
    }
    let before = retention.logs_before(ctx.now);
    for _ in 0..ROUNDS {
        let lines = remove_lines(&ctx, before).await?;
        gone.log_lines += lines;
        if lines < LINES {
            break;
        }
    }
    Ok(gone)
}

/// Reports that ended before an instant and that nobody has anything to do with any more: runs that are open, and those
/// with a message that waits or is unknown, are left alone.
fn old_reports(before: DateTime<Utc>) -> Select<occurrence::Entity> {
    use DeliveryPhase::*;
    use occurrence::Column;
    let unsettled = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::OccurrenceId)
        .filter(delivery::Column::Phase.is_in([Queued, Connecting, Envelope, DataSent, Deferred, Uncertain]))
        .into_query();
    occurrence::Entity::find()
        .filter(Column::State.is_in(final_states()))
        .filter(Column::FinishedAt.lt(before))
        .filter(Column::SnapshotHash.is_not_null())
        .filter(Column::RemovedAt.is_null())
        .filter(Column::Id.not_in_subquery(unsettled))
}

fn final_states() -> impl Iterator<Item = OccurrenceState> {
    OccurrenceState::ALL.iter().copied().filter(|state| state.is_final())
}

/// Removes one report unless something has happened to it since it was found. The order of locks is that of workers.
async fn remove(
    ctx: &Ctx,
    run: OccurrenceId,
    schedule: ScheduleId,
    before: DateTime<Utc>,
    months: u32,
) -> AppResult<bool> {
    let tx = ctx.begin().await?;
    let (mut job, mut row) = (schedule::Entity::find_by_id(schedule), occurrence::Entity::find_by_id(run));
    if ctx.db().is_postgres() {
        (job, row) = (job.lock_exclusive(), row.lock_exclusive());
    }
    job.one(&*tx).await?;
    row.one(&*tx).await?;
    if old_reports(before).filter(occurrence::Column::Id.eq(run)).count(&*tx).await? == 0 {
        return Ok(false);
    }
    artifact::Entity::delete_many().filter(artifact::Column::OccurrenceId.eq(run)).exec(&*tx).await?;
    let messages = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::OccurrenceId.eq(run))
        .into_query();
    delivery_content::Entity::delete_many()
        .filter(delivery_content::Column::DeliveryId.in_subquery(messages))
        .exec(&*tx)
        .await?;
    // Their hash stays with the run.
    occurrence_snapshot::Entity::delete_by_id(run).exec(&*tx).await?;
    let change = occurrence::ActiveModel {
        id: Unchanged(run),
        removed_at: Set(Some(ctx.now)),
        removed_after_months: Set(i32::try_from(months).ok()),
        ..Default::default()
    };
    change.update(&*tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// Lines of logs from before an instant; those of open runs stay.
fn old_lines(before: DateTime<Utc>) -> Select<occurrence_log::Entity> {
    let ended = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::Id)
        .filter(occurrence::Column::State.is_in(final_states()))
        .into_query();
    occurrence_log::Entity::find()
        .filter(occurrence_log::Column::At.lt(before))
        .filter(occurrence_log::Column::OccurrenceId.in_subquery(ended))
}

async fn remove_lines(ctx: &Ctx, before: DateTime<Utc>) -> AppResult<u64> {
    let some = old_lines(before).select_only().column(occurrence_log::Column::Id).limit(LINES).into_query();
    let tx = ctx.begin().await?;
    let gone =
        occurrence_log::Entity::delete_many().filter(occurrence_log::Column::Id.in_subquery(some)).exec(&*tx).await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}
