//! Keeps reports in the Git archive, as they were written.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, NullOrdering},
};

use super::{
    LOOK,
    written::{HTML, Report, TEXT},
};
use crate::{
    domain::{crash_point::CrashPoint, ids::ScheduleId, job::LogLevel, occurrence::OccurrenceState, report::Snapshot},
    entities::{artifact, occurrence, schedule},
    error::{AppError, AppResult},
    jobs::service::{book, ledger, pen::Unwritten, sending::Hold},
    platform::{ctx::Ctx, fault, state::AppState},
    reports::service::{
        archive::{self, Kept},
        files::{self, File},
        render::{Image, Written},
        snapshot,
    },
};

/// Commits the report to the archive, unless it is there. The archive finds its own commits again, so a crash between
/// the commit and the note of it makes no second one.
///
/// # Errors
/// Those of the archive and of the database.
pub(super) async fn keep(app: &AppState, schedule: ScheduleId, hold: Hold) -> AppResult<()> {
    let ctx = Ctx::system(app);
    let query = occurrence::Entity::find_by_id(hold.run).select_only().column(occurrence::Column::CommitId);
    let known: Option<Option<String>> = query.into_tuple().one(ctx.reader()).await?;
    if known.flatten().is_some() {
        return Ok(());
    }
    let run = ledger::read(ctx.reader(), hold.run).await?;
    let report = Stored::load(&ctx, schedule, hold).await?;
    let frozen_at = run.started_at.unwrap_or(run.created_at);
    let kept = Kept {
        occurrence: hold.run,
        planned_at: run.scheduled_at.min(frozen_at),
        frozen_at,
        snapshot: &report.frozen,
        json: &report.json,
        written: &report.written,
        images: &report.images,
        attachments: &report.attachments,
    };
    let commit = archive::commit(&ctx, kept).await?;
    app.crash.reach(CrashPoint::Committed);
    let tx = ctx.begin().await?;
    let row =
        occurrence::ActiveModel { id: Unchanged(hold.run), commit_id: Set(Some(commit.clone())), ..Default::default() };
    row.update(&*tx).await?;
    let short: String = commit.chars().take(10).collect();
    book::note(&ctx, &*tx, hold.run, LogLevel::Info, format!("Kept in the archive as commit {short}.")).await?;
    Ok(tx.commit().await?)
}

/// Reports whose commit did not succeed while they were sent: tried again, a few at a time.
///
/// # Errors
/// Only those of the database.
pub async fn keep_missing(app: &AppState) -> AppResult<()> {
    use OccurrenceState::*;
    let query = ledger::run_columns()
        .filter(occurrence::Column::State.is_in([Done, Partly, Failed]))
        .filter(occurrence::Column::SnapshotHash.is_not_null())
        .filter(occurrence::Column::CommitId.is_null())
        // What failed because of its template cannot be written.
        .filter(
            Condition::any()
                .add(occurrence::Column::TemplateId.is_null())
                .add(occurrence::Column::SendingAt.is_not_null()),
        )
        // What the retention has removed cannot be rendered again.
        .filter(occurrence::Column::RemovedAt.is_null())
        .filter(occurrence::Column::ScheduleId.in_subquery(schedule::with_reports()))
        // What has failed goes to the end of the row: however much of it there is, the others have their turn.
        .order_by_with_nulls(occurrence::Column::KeepTriedAt, Order::Asc, NullOrdering::First)
        .order_by_desc(occurrence::Column::ScheduledAt)
        .limit(LOOK);
    let rows: Vec<ledger::RunRow> = query.into_model().all(app.reader()).await?;
    for row in rows {
        // What is wrong may be wrong with this one alone: its words are in the log, and the others have their turn.
        if let Err(error) = keep(app, row.schedule_id, Hold { run: row.id, fence: row.fence }).await {
            tracing::warn!("the report of run {} is not in the archive: {error}", row.id);
            let ctx = Ctx::system(app);
            let tx = ctx.begin().await?;
            occurrence::Entity::update_many()
                .col_expr(occurrence::Column::KeepTriedAt, Expr::value(ctx.now))
                .filter(occurrence::Column::Id.eq(row.id))
                .exec(&*tx)
                .await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// A report as it was written, for the archive. One that failed before its messages were there is written now.
struct Stored {
    json: String,
    frozen: Snapshot,
    written: Written,
    images: Vec<Image>,
    attachments: Vec<File>,
}

impl Stored {
    async fn load(ctx: &Ctx, schedule: ScheduleId, hold: Hold) -> AppResult<Stored> {
        let rows = artifact::Entity::find().filter(artifact::Column::OccurrenceId.eq(hold.run)).all(ctx.reader());
        let rows = rows.await?;
        let text = |name: &str| {
            let file = rows.iter().find(|file| file.name == name);
            file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
        };
        let (Some(html), Some(text)) = (text(HTML), text(TEXT)) else {
            return match Report::load(ctx, schedule, hold).await {
                Ok(Report { json, frozen, written, pen, attachments, .. }) => {
                    Ok(Stored { json, frozen, written, images: pen.images().to_vec(), attachments })
                }
                Err(Unwritten::Error(error)) => Err(error),
                Err(Unwritten::Template(words)) => Err(fault::internal("writing a report for the archive", words)),
            };
        };
        let query = occurrence::Entity::find_by_id(hold.run).select_only().column(occurrence::Column::Subject);
        let subject: Option<Option<String>> = query.into_tuple().one(ctx.reader()).await?;
        let json = snapshot::stored(ctx.reader(), hold.run).await?.ok_or(AppError::NotFound)?;
        let image = |file: &artifact::Model| {
            Some(Image { name: file.name.strip_suffix(".png")?.to_owned(), png: file.bytes.clone() })
        };
        Ok(Stored {
            frozen: snapshot::from_json(&json)?,
            json,
            written: Written { subject: subject.flatten().unwrap_or_default(), html, text },
            images: rows.iter().filter_map(image).collect(),
            attachments: files::stored(rows),
        })
    }
}
