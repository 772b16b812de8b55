//! One report: its facts, its neighbours, its recipients as far as the person may see them, and what the open tab shows.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    files,
    rows::{Names, Row},
    sight::Seen,
    tasks,
};
use crate::{
    archive::view::{Draft, Neighbour, Part, RecipientView, Removed, ReportDetail, Tab},
    domain::{
        delivery::DeliveryPhase,
        ids::{DeliveryId, OccurrenceId},
        job::RecipientKind,
        occurrence::OccurrenceState,
        period::Period,
        report::{Snapshot, spec::AttachmentKind},
        smtp_reply::SmtpReply,
    },
    entities::{artifact, delivery, occurrence},
    error::AppResult,
    jobs::service::drafts,
    platform::{ctx::Ctx, fault, markdown},
    reports::service::{archive, charts, files::file_name},
    templates::service::versions,
    ui::Chart,
};

/// One report. One that was removed has its facts and says so.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] where there is none, or the person does not see its project.
pub async fn read(ctx: &Ctx, id: OccurrenceId) -> AppResult<ReportDetail> {
    let (db, me) = (ctx.reader(), ctx.me()?.clone());
    let seen = Seen::find(ctx, id).await?;
    let run = &seen.run;
    let row = Row::of(run);
    let item = Names::of(db, std::slice::from_ref(&row)).await?.item(row);
    let recipients: Vec<Recipient> = Recipient::columns(seen.deliveries(&me)).into_model().all(db).await?;
    let all = delivery::Entity::find().filter(delivery::Column::OccurrenceId.eq(id)).count(db).await?;
    let removed = run.removed_at.map(|at| Removed {
        at: ctx.moment(at),
        months: run.removed_after_months.and_then(|months| u32::try_from(months).ok()).unwrap_or_default(),
    });
    let is_there = removed.is_none();
    let draft = drafts::of(db, id).await?;
    let (goes_to, held_back) =
        if seen.is_draft() { drafts::goes_to(ctx, run.schedule_id, run.project_id).await? } else { Default::default() };
    let comment = draft.as_ref().map(|row| row.comment.clone()).filter(|comment| !comment.trim().is_empty());
    // Facts in a form of another kind of report are shown as they are; only their place in Git is not known here.
    let json = seen.data.as_deref().filter(|_| is_there);
    let frozen: Option<Snapshot> = json.and_then(|json| Snapshot::from_json(json).ok());
    Ok(ReportDetail {
        subject: run.subject.clone().or_else(|| frozen.as_ref().map(|frozen| frozen.subject())).unwrap_or_default(),
        reason: run.reason.clone(),
        frozen: run.started_at.map(|at| ctx.moment(at)),
        data_hash: run.snapshot_hash.clone(),
        files: frozen.as_ref().map(offered).unwrap_or_default(),
        folder: frozen.as_ref().map(|frozen| archive::folder(frozen, id)),
        permalink: format!("{}/reports/{id}", ctx.app.settings.base_url),
        previous: neighbour(db, run, Side::Before).await?,
        next: neighbour(db, run, Side::After).await?,
        is_written: is_there && files::is_written(db, id).await?,
        template: versions::words(ctx, run.template_id.zip(run.template_version)).await?,
        comment_html: comment.filter(|_| !run.is_held).map(|comment| markdown::to_comment_html(&comment)),
        draft: draft.filter(|_| run.is_held).map(|row| Draft {
            asked: ctx.moment(row.asked_at),
            send_at: row.send_at.map(|at| ctx.moment(at)),
            comment: if seen.is_draft() { row.comment } else { String::new() },
            can_decide: seen.is_draft(),
            goes_to,
            held_back,
        }),
        has_message: is_there && !recipients.is_empty(),
        hidden_recipients: u32::try_from(all).unwrap_or(u32::MAX).saturating_sub(count(&recipients)),
        // After a run was cancelled no round follows that would send its messages.
        can_send: is_there && seen.viewing.can_edit() && run.state != OccurrenceState::Cancelled,
        my_address: me.email,
        recipients: recipients.into_iter().map(|recipient| recipient.shown(ctx)).collect(),
        removed,
        item,
    })
}

/// The files that can be made of a report.
fn offered(frozen: &Snapshot) -> Vec<(AttachmentKind, String)> {
    AttachmentKind::ALL.iter().map(|kind| (*kind, file_name(frozen, *kind))).collect()
}

/// What a tab shows beyond the facts; nothing of a report that was removed.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] where there is none, or the person does not see its project.
pub async fn part(ctx: &Ctx, id: OccurrenceId, tab: Tab) -> AppResult<Part> {
    let seen = Seen::find(ctx, id).await?;
    if seen.run.removed_at.is_some() {
        return Ok(Part::Plain);
    }
    if seen.part.is_some() || seen.is_draft() {
        let written = async || AppResult::Ok(files::made_now(ctx, &seen).await?.map(|(written, _)| written));
        return Ok(match tab {
            Tab::Mail | Tab::Recipients => Part::Plain,
            Tab::Charts => Part::Charts(charts(seen.data.clone()).await?),
            Tab::Tasks => Part::Tasks(tasks::tables(ctx, &seen).await?),
            Tab::Text => Part::Text(written().await?.map(|written| written.text)),
            Tab::Source => Part::Source {
                html: written().await?.map(|written| written.html),
                data: seen.data.clone().unwrap_or_default(),
            },
        });
    }
    let text = async |name: &str| -> AppResult<Option<String>> {
        let query = artifact::Entity::find()
            .filter(artifact::Column::OccurrenceId.eq(id))
            .filter(artifact::Column::Name.eq(name));
        Ok(query.one(ctx.reader()).await?.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()))
    };
    Ok(match tab {
        Tab::Mail | Tab::Recipients => Part::Plain,
        Tab::Charts => Part::Charts(charts(seen.data).await?),
        Tab::Tasks => Part::Tasks(tasks::tables(ctx, &seen).await?),
        Tab::Text => Part::Text(text(files::TEXT).await?),
        Tab::Source => Part::Source { html: text(files::HTML).await?, data: seen.data.unwrap_or_default() },
    })
}

/// The charts of a report as far as the person sees it; none of facts that no report has.
async fn charts(json: Option<String>) -> AppResult<Vec<Chart>> {
    // Some milliseconds of a core, off the runtime.
    let drawn = tokio::task::spawn_blocking(move || {
        let report: Snapshot = json.and_then(|json| Snapshot::from_json(&json).ok())?;
        Some(charts::kinds(&report).iter().map(|kind| charts::figure(*kind, &report)).collect())
    });
    let drawn: Option<Vec<Chart>> =
        drawn.await.map_err(|error| fault::internal("drawing the charts of a report", error))?;
    Ok(drawn.unwrap_or_default())
}

fn count(recipients: &[Recipient]) -> u32 {
    u32::try_from(recipients.len()).unwrap_or(u32::MAX)
}

/// Which neighbour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// The report of the same job that was planned just before or after this one. Removed ones are passed over.
async fn neighbour(db: &impl ConnectionTrait, run: &occurrence::Model, side: Side) -> AppResult<Option<Neighbour>> {
    use occurrence::Column::ScheduledAt;
    let query = of_job(run);
    let query = match side {
        Side::Before => query.filter(ScheduledAt.lt(run.scheduled_at)).order_by_desc(ScheduledAt),
        Side::After => query.filter(ScheduledAt.gt(run.scheduled_at)).order_by_asc(ScheduledAt),
    };
    Ok(query.into_model::<Dated>().one(db).await?.map(Dated::neighbour))
}

/// The reports of a run's job that are still there, without their data.
pub(super) fn of_job(run: &occurrence::Model) -> sea_orm::Select<occurrence::Entity> {
    use occurrence::Column::*;
    occurrence::Entity::find()
        .select_only()
        .columns([Id, Number, PeriodFrom, PeriodTo])
        .filter(ScheduleId.eq(run.schedule_id))
        .filter(SnapshotHash.is_not_null())
        .filter(RemovedAt.is_null())
}

/// A report with its days.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Dated {
    pub id: OccurrenceId,
    /// Which run of its job it is, from 1.
    pub number: i32,
    period_from: Option<chrono::NaiveDate>,
    period_to: Option<chrono::NaiveDate>,
}

impl Dated {
    /// As pages show it.
    pub fn neighbour(self) -> Neighbour {
        let period = self.period_from.zip(self.period_to).map(|(first, last)| Period { first, last }.short_words());
        Neighbour { id: self.id, period: period.unwrap_or_default() }
    }
}

/// A delivery without its bytes.
#[derive(FromQueryResult)]
struct Recipient {
    id: DeliveryId,
    name: String,
    address: String,
    kind: RecipientKind,
    phase: DeliveryPhase,
    reply: Option<String>,
    reason: Option<String>,
    attempts: i32,
    next_try_at: Option<DateTime<Utc>>,
}

impl Recipient {
    fn columns(query: sea_orm::Select<delivery::Entity>) -> sea_orm::Select<delivery::Entity> {
        use delivery::Column::*;
        query.select_only().columns([Id, Name, Address, Kind, Phase, Reply, Reason, Attempts, NextTryAt])
    }

    fn shown(self, ctx: &Ctx) -> RecipientView {
        let reply = self.reply.as_deref().and_then(|json| serde_json::from_str::<SmtpReply>(json).ok());
        RecipientView {
            delivery: self.id,
            name: self.name,
            address: self.address,
            kind: self.kind,
            phase: self.phase,
            answer: reply.map(|reply| reply.to_string()).or(self.reason),
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            next_try: self.next_try_at.filter(|_| self.phase == DeliveryPhase::Deferred).map(|at| ctx.moment(at)),
        }
    }
}
