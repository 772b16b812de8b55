//! Finds reports again: the list, one report, its mail. A report is a run whose facts were frozen.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{archive, snapshot};
use crate::{
    domain::{
        delivery::DeliveryPhase,
        ids::{DeliveryId, OccurrenceId},
        period::Period,
        project::MemberRole,
        smtp_reply::SmtpReply,
    },
    entities::{artifact, delivery, occurrence, project, schedule},
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    projects::service::{access, projects},
    reports::view::{Moment, RecipientView, ReportDetail, ReportItem, ReportList},
    tasks::service::find,
};

/// Reports on a page of the list.
const PAGE: u64 = 50;
/// How much of a message's source the page shows, in bytes; the download has all of it.
const SOURCE_BYTES: usize = 64 * 1024;

/// The reports of the projects that the person sees, the latest first, behind `before`.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in.
pub async fn list(ctx: &Ctx, before: Option<OccurrenceId>) -> AppResult<ReportList> {
    let db = ctx.reader();
    let mine = projects::list(ctx).await?;
    let mut query = occurrence::Entity::find()
        .filter(occurrence::Column::ProjectId.is_in(mine.iter().map(|project| project.id)))
        .filter(occurrence::Column::Snapshot.is_not_null())
        // Ids count up with time.
        .order_by_desc(occurrence::Column::Id)
        .limit(PAGE + 1);
    if let Some(before) = before {
        query = query.filter(occurrence::Column::Id.lt(before));
    }
    let mut rows: Vec<Row> = query.into_partial_model().all(db).await?;
    let has_older = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let sent = sent(db, rows.iter().map(|row| row.id)).await?;
    let jobs = jobs(db, &rows).await?;
    let older = rows.last().map(|row| row.id).filter(|_| has_older);
    let items = rows.into_iter().map(|row| {
        let project = mine.iter().find(|project| project.id == row.project_id);
        item(row, project, &jobs, &sent)
    });
    Ok(ReportList { items: items.collect(), older })
}

/// One report with its recipients, its text, its data and its source.
///
/// # Errors
/// [`AppError::NotFound`] where there is none, or the person does not see its project.
pub async fn read(ctx: &Ctx, id: OccurrenceId) -> AppResult<ReportDetail> {
    let db = ctx.reader();
    let (run, viewing) = find_run(ctx, id).await?;
    let project = viewing.project().clone();
    let data = run.snapshot.clone().ok_or(AppError::NotFound)?;
    let frozen = snapshot::from_json(&data)?;
    let deliveries = deliveries(db, id).await?;
    let row = Row {
        id,
        project_id: run.project_id,
        schedule_id: run.schedule_id,
        state: run.state,
        finding: run.finding.clone(),
        period_from: run.period_from,
        period_to: run.period_to,
        commit_id: run.commit_id.clone(),
    };
    let (sent, jobs) = (sent(db, [id].into_iter()).await?, jobs(db, std::slice::from_ref(&row)).await?);
    Ok(ReportDetail {
        item: item(row, Some(&project), &jobs, &sent),
        subject: run.subject.clone().unwrap_or_else(|| frozen.subject()),
        reason: run.reason,
        frozen: run.started_at.map(|at| moment(ctx, at)),
        text: file(db, id, "report.txt").await?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        source: deliveries.iter().find(|row| may_read(ctx, &viewing, row)).map(|row| beginning(&row.mime)),
        recipients: deliveries.iter().map(|delivery| recipient(ctx, &viewing, delivery)).collect(),
        data_hash: run.snapshot_hash,
        folder: archive::folder(&frozen, id),
        data,
    })
}

/// The HTML of a report's mail with its pictures written into it, for a frame of its own.
///
/// # Errors
/// [`AppError::NotFound`] before it was written, or where the person does not see it.
pub async fn framed_html(ctx: &Ctx, id: OccurrenceId) -> AppResult<String> {
    find_report(ctx, id).await?;
    let files = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(id)).all(ctx.reader()).await?;
    let html = files.iter().find(|file| file.name == "report.html").ok_or(AppError::NotFound)?;
    let html = String::from_utf8_lossy(&html.bytes).into_owned();
    Ok(files.iter().fold(html, |html, file| match file.name.strip_suffix(".png") {
        Some(cid) => {
            let data = format!("\"data:image/png;base64,{}\"", STANDARD.encode(&file.bytes));
            html.replace(&format!("\"cid:{cid}\""), &data)
        }
        None => html,
    }))
}

/// The message to a recipient as it went over the wire; to the first one that the person may read where none is named.
///
/// # Errors
/// [`AppError::NotFound`] where there is none, or the person does not see the report; [`AppError::Forbidden`] for a
/// viewer of the project who is not its recipient.
pub async fn message(ctx: &Ctx, id: OccurrenceId, to: Option<DeliveryId>) -> AppResult<Vec<u8>> {
    let (_, viewing) = find_run(ctx, id).await?;
    let rows = deliveries(ctx.reader(), id).await?;
    let found = match to {
        Some(to) => rows.into_iter().find(|row| row.id == to),
        None => {
            let place = rows.iter().position(|row| may_read(ctx, &viewing, row)).unwrap_or_default();
            rows.into_iter().nth(place)
        }
    };
    let row = found.ok_or(AppError::NotFound)?;
    if may_read(ctx, &viewing, &row) { Ok(row.mime) } else { Err(AppError::Forbidden) }
}

/// A message holds the address by which its recipient stops the mails: whoever has it, stops them. So a message is for
/// its recipient, and for those who may take people off the list anyway.
fn may_read(ctx: &Ctx, viewing: &access::Viewing, row: &delivery::Model) -> bool {
    let is_own = row.user_id.is_some() && row.user_id == ctx.actor_id();
    is_own || viewing.role() >= MemberRole::Editor
}

async fn find_report(ctx: &Ctx, id: OccurrenceId) -> AppResult<(occurrence::Model, project::Model)> {
    let (run, viewing) = find_run(ctx, id).await?;
    Ok((run, viewing.project().clone()))
}

async fn find_run(ctx: &Ctx, id: OccurrenceId) -> AppResult<(occurrence::Model, access::Viewing)> {
    let run = occurrence::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let viewing = access::by_id(ctx, ctx.reader(), run.project_id).await?;
    Ok((run, viewing))
}

/// The columns of a run that the list shows.
#[derive(sea_orm::DerivePartialModel)]
#[sea_orm(entity = "occurrence::Entity")]
struct Row {
    id: OccurrenceId,
    project_id: crate::domain::ids::ProjectId,
    schedule_id: crate::domain::ids::ScheduleId,
    state: crate::domain::occurrence::OccurrenceState,
    finding: Option<String>,
    period_from: Option<chrono::NaiveDate>,
    period_to: Option<chrono::NaiveDate>,
    commit_id: Option<String>,
}

type Sent = BTreeMap<OccurrenceId, (u32, u32)>;
type Jobs = BTreeMap<crate::domain::ids::ScheduleId, String>;

fn item(row: Row, project: Option<&project::Model>, jobs: &Jobs, sent: &Sent) -> ReportItem {
    let period = row.period_from.zip(row.period_to).map(|(first, last)| Period { first, last });
    ReportItem {
        id: row.id,
        month: period.map(|period| period.last.format("%B %Y").to_string()).unwrap_or_default(),
        finding: row.finding.unwrap_or_default(),
        job: jobs.get(&row.schedule_id).cloned().unwrap_or_default(),
        project: project.map(|project| project.name.clone()).unwrap_or_default(),
        period: period.map(|period| period.short_words()).unwrap_or_default(),
        sent: sent.get(&row.id).copied().unwrap_or_default(),
        state: row.state,
        commit: row.commit_id,
    }
}

/// How many messages of each run were accepted, and how many there are.
async fn sent(db: &impl ConnectionTrait, runs: impl Iterator<Item = OccurrenceId>) -> AppResult<Sent> {
    let rows: Vec<(OccurrenceId, DeliveryPhase)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::OccurrenceId, delivery::Column::Phase])
        .filter(delivery::Column::OccurrenceId.is_in(runs))
        .into_tuple()
        .all(db)
        .await?;
    let mut sent = Sent::new();
    for (run, phase) in rows {
        let (accepted, all) = sent.entry(run).or_default();
        *all += 1;
        *accepted += u32::from(phase == DeliveryPhase::Accepted);
    }
    Ok(sent)
}

async fn jobs(db: &impl ConnectionTrait, rows: &[Row]) -> AppResult<Jobs> {
    let names: Vec<(crate::domain::ids::ScheduleId, String)> = schedule::Entity::find()
        .select_only()
        .columns([schedule::Column::Id, schedule::Column::Name])
        .filter(schedule::Column::Id.is_in(rows.iter().map(|row| row.schedule_id)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(names.into_iter().collect())
}

async fn deliveries(db: &impl ConnectionTrait, run: OccurrenceId) -> AppResult<Vec<delivery::Model>> {
    let query = delivery::Entity::find().filter(delivery::Column::OccurrenceId.eq(run));
    Ok(query.order_by_asc(delivery::Column::Position).all(db).await?)
}

async fn file(db: &impl ConnectionTrait, run: OccurrenceId, name: &str) -> AppResult<Option<Vec<u8>>> {
    let query =
        artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(run)).filter(artifact::Column::Name.eq(name));
    Ok(query.one(db).await?.map(|file| file.bytes))
}

fn recipient(ctx: &Ctx, viewing: &access::Viewing, row: &delivery::Model) -> RecipientView {
    let reply = row.reply.as_deref().and_then(|json| serde_json::from_str::<SmtpReply>(json).ok());
    RecipientView {
        delivery: row.id,
        has_file: may_read(ctx, viewing, row),
        name: row.name.clone(),
        address: row.address.clone(),
        phase: row.phase,
        answer: reply.map(|reply| reply.to_string()).or_else(|| row.reason.clone()),
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        next_try: row.next_try_at.filter(|_| row.phase == DeliveryPhase::Deferred).map(|at| moment(ctx, at)),
    }
}

fn beginning(mime: &[u8]) -> String {
    String::from_utf8_lossy(&mime[..mime.len().min(SOURCE_BYTES)]).into_owned()
}

fn moment(ctx: &Ctx, at: DateTime<Utc>) -> Moment {
    let local = at.with_timezone(&find::zone(ctx));
    Moment { words: local.format("%-d %b %Y, %H:%M").to_string(), machine: at.to_rfc3339() }
}
