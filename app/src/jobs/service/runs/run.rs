//! One run with its recipients, its steps and its log.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    listed::{self, Listed},
    words::moment,
};
use crate::{
    domain::{
        delivery::{DeliveryPhase, said},
        ids::{DeliveryId, OccurrenceId},
        job::RecipientKind,
        occurrence::OccurrenceState,
        period::Period,
        smtp_reply::SmtpReply,
    },
    entities::{delivery, occurrence, schedule},
    error::{AppError, AppResult},
    jobs::{
        service::{rules, run_log, schedules, steps, way},
        view::{DeliveryItem, LogPage, RunDetail},
    },
    mail::service::gate,
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
    templates::service::versions,
};

/// A run with its recipients, as far as the person may know them, and its log.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn run(ctx: &Ctx, id: OccurrenceId) -> AppResult<RunDetail> {
    run_before(ctx, id, None).await
}

/// As [`run`], with the lines of its log before one of them.
///
/// # Errors
/// As [`run`].
pub async fn run_before(ctx: &Ctx, id: OccurrenceId, line: Option<Uuid>) -> AppResult<RunDetail> {
    let row = occurrence::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let viewing = access::by_id(ctx, ctx.reader(), row.project_id).await?;
    let job = schedule::Entity::find_by_id(row.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let zone = schedules::zone_of(&job);
    let steps = steps::of(&row);
    let period = row.period_from.zip(row.period_to).map(|(first, last)| Period { first, last }.words());
    let mut shown = [Listed {
        id,
        number: row.number,
        scheduled_at: row.scheduled_at,
        trigger: row.trigger,
        is_backfill: row.is_backfill,
        state: row.state,
        reason: row.reason,
        subject: row.subject,
        started_at: row.started_at,
        finished_at: row.finished_at,
        is_held: row.is_held,
        next_try_at: row.next_try_at,
    }];
    listed::as_seen(ctx, &mut shown).await?;
    let asked = listed::asked(ctx, &job, &shown).await?;
    let [shown] = shown;
    let is_waiting = !row.state.is_final() && row.lease_until.is_none();
    let blocked = match row.state {
        OccurrenceState::Sending => blocked(ctx, &job, id).await?,
        _ => None,
    };
    let LogPage { lines, older, is_latest } = run_log::page(ctx, id, zone, viewing.sees_recipients(), line).await?;
    Ok(RunDetail {
        run: shown.shown(job.kind, zone, &asked),
        is_waiting,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        tries: rules::run_rules(&job).tries,
        steps,
        job_id: job.id,
        job_is_gone: job.deleted_at.is_some(),
        job_name: job.name,
        period,
        commit: row.commit_id,
        has_report: row.snapshot_hash.is_some() && job.kind.makes_report(),
        snapshot_hash: row.snapshot_hash,
        kind: job.kind,
        template: versions::words(ctx, row.template_id.zip(row.template_version)).await?,
        next_try: row.next_try_at.filter(|_| is_waiting && !row.is_held).map(|at| moment(at, zone)),
        deliveries: deliveries(ctx, id, zone, &viewing, blocked.is_some()).await?,
        blocked,
        log: lines,
        older_log: older,
        is_latest_log: is_latest,
        can_edit: viewing.can_edit(),
    })
}

/// Why nothing goes over the mail account of a run for now.
async fn blocked(ctx: &Ctx, job: &schedule::Model, run: OccurrenceId) -> AppResult<Option<String>> {
    let account = way::of(ctx, job, run).await?.account;
    Ok(gate::read(ctx.reader(), account).await?.block.map(|block| block.words))
}

/// What became of the messages. While their account is blocked, all of them wait for it, whatever their own next try is.
async fn deliveries(
    ctx: &Ctx,
    id: OccurrenceId,
    zone: Tz,
    viewing: &Viewing,
    is_blocked: bool,
) -> AppResult<Vec<DeliveryItem>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: DeliveryId,
        address: String,
        name: String,
        kind: RecipientKind,
        via: Option<String>,
        phase: DeliveryPhase,
        reply: Option<String>,
        reason: Option<String>,
        attempts: i32,
        next_try_at: Option<DateTime<Utc>>,
    }
    use delivery::Column;
    let query = delivery::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Address,
            Column::Name,
            Column::Kind,
            Column::Via,
            Column::Phase,
            Column::Reply,
            Column::Reason,
            Column::Attempts,
            Column::NextTryAt,
        ])
        .filter(Column::OccurrenceId.eq(id))
        .order_by_asc(Column::Position);
    let query = if viewing.sees_recipients() {
        query
    } else {
        let me = ctx.me()?;
        query.filter(delivery::to(me.id, &me.email))
    };
    let rows: Vec<Row> = query.into_model().all(ctx.reader()).await?;
    let shown = rows.into_iter().map(|row| {
        let reply = row.reply.and_then(|json| serde_json::from_str::<SmtpReply>(&json).ok());
        DeliveryItem {
            id: row.id,
            address: row.address,
            name: row.name,
            kind: row.kind,
            via: row.via,
            phase: row.phase,
            said: said(reply.as_ref(), row.reason.as_deref()).unwrap_or_default(),
            attempts: row.attempts,
            next_try: row
                .next_try_at
                .filter(|_| row.phase == DeliveryPhase::Deferred && !is_blocked)
                .map(|at| moment(at, zone)),
        }
    });
    Ok(shown.collect())
}
