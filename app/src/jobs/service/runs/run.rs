//! One run with its recipients, its steps and its log.

use sea_orm::EntityTrait;

use super::{
    listed::{self, Listed},
    messages, trouble,
    words::moment,
};
use crate::{
    domain::{ids::OccurrenceId, occurrence::OccurrenceState, period::Period},
    entities::{occurrence, schedule},
    error::{AppError, AppResult},
    jobs::{
        service::{rules, run_log, schedules, steps},
        view::{LogPage, RunDetail, RunLook, Trouble},
    },
    mail::service::accounts,
    platform::ctx::Ctx,
    projects::service::access,
    templates::service::versions,
};

/// A run with its recipients, as far as the person may know them, and its log.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn run(ctx: &Ctx, id: OccurrenceId) -> AppResult<RunDetail> {
    run_as(ctx, id, RunLook::default()).await
}

/// As [`run`], with other lines of its log and other recipients than those that come first.
///
/// # Errors
/// As [`run`].
pub async fn run_as(ctx: &Ctx, id: OccurrenceId, look: RunLook) -> AppResult<RunDetail> {
    let row = occurrence::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let viewing = access::by_id(ctx, ctx.reader(), row.project_id).await?;
    let job = schedule::Entity::find_by_id(row.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let zone = schedules::zone_of(&job);
    let steps = steps::of(&row);
    let period = row.period_from.zip(row.period_to).map(|(first, last)| Period { first, last }.words());
    let trouble = match row.state {
        OccurrenceState::Sending => trouble::of(ctx, &job, &row).await?,
        _ => None,
    };
    let is_blocked = trouble.as_ref().is_some_and(|trouble| matches!(trouble.what, Trouble::Blocked { .. }));
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
    let LogPage { lines, older, is_latest } =
        run_log::page(ctx, id, zone, viewing.sees_recipients(), look.line).await?;
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
        is_in_outbox: row.mail_account_id == Some(accounts::OUTBOX),
        template: versions::words(ctx, row.template_id.zip(row.template_version)).await?,
        next_try: row.next_try_at.filter(|_| is_waiting && !row.is_held).map(|at| moment(at, zone)),
        recipients: messages::page(ctx, id, zone, &viewing, (look, is_blocked)).await?,
        trouble,
        log: lines,
        older_log: older,
        is_latest_log: is_latest,
        can_edit: viewing.can_edit(),
    })
}
