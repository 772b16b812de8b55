//! Series: completing a task makes the next one, in the same transaction and exactly once, for the
//! rule goes over to it.

use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::{Deserialize, Serialize};

use super::{
    cards,
    copy::{Along, Like, insert_like},
    create::touched,
    edit,
    events::{self, Detail, Event},
    find,
    moves::End,
};
use crate::{
    domain::{
        ids::{ColumnId, TaskId},
        recurrence::Recurrence,
        task::{EventKind, Status},
    },
    entities::{project, task},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx, fault},
    projects::service::projects,
    tasks::view::Card,
};

/// What the column `task.recurrence` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Series {
    rule: Recurrence,
    /// The column in which the series began, and where the next ones appear.
    column: ColumnId,
}

/// The rule of a task's series.
pub fn rule_of(row: &task::Model) -> Option<Recurrence> {
    row.recurrence.as_deref().and_then(|json| serde_json::from_str::<Series>(json).ok()).map(|series| series.rule)
}

/// Begins, changes or stops a series and answers with the task's card. The next tasks appear in the
/// column in which the task is now.
///
/// # Errors
/// [`AppError::Invalid`] for numbers that make no series, or without the right.
pub async fn set(ctx: &Ctx, id: TaskId, rule: Option<Recurrence>) -> AppResult<Card> {
    if rule.as_ref().is_some_and(|rule| !rule.is_possible()) {
        return Err(AppError::field("every", Problem::NoSeries));
    }
    let tx = ctx.begin().await?;
    let (_, row) = find::for_editing(ctx, &*tx, id).await?;
    let row = edit::lock(ctx, &tx, row).await?;
    let before = rule_of(&row);
    let saved = if before == rule {
        row
    } else {
        let words = |rule: &Option<Recurrence>| rule.as_ref().map(Recurrence::words).unwrap_or_default();
        let detail = Detail {
            field: Some("recurrence".into()),
            from: Some(words(&before)),
            to: Some(words(&rule)),
            ..Detail::default()
        };
        let json = match rule {
            Some(rule) => Some(written(&Series { rule, column: row.column_id })?),
            None => None,
        };
        let mut fresh = touched(ctx, &row);
        fresh.recurrence = Set(json);
        let saved = fresh.update(&*tx).await?;
        events::record(ctx, &*tx, &saved, Event::plain(EventKind::Edited, detail)).await?;
        saved
    };
    let card = cards::one(&*tx, find::zone(ctx), saved).await?;
    tx.commit().await?;
    Ok(card)
}

/// After a task was completed: makes the next one of its series, if it has one. The rule goes over to
/// the next task, so that completing this one again makes nothing.
///
/// # Errors
/// Only those of the database.
pub(super) async fn go_on(ctx: &Ctx, tx: &WriteTx, done: task::Model) -> AppResult<task::Model> {
    let Some(series) = done.recurrence.as_deref().and_then(|json| serde_json::from_str::<Series>(json).ok()) else {
        return Ok(done);
    };
    let project = project::Entity::find_by_id(done.project_id).one(&**tx).await?.ok_or(AppError::NotFound)?;
    let zone: Tz = project.zone.parse().unwrap_or(Tz::UTC);
    let completed = ctx.now.with_timezone(&zone).date_naive();
    let due_local = done.due_at.map(|at| at.with_timezone(&zone).naive_local());
    let last = done.due_on.or(due_local.map(|local| local.date()));
    // Without a due date the series counts from the day of completion.
    let Some(next) = series.rule.next(last.unwrap_or(completed), completed) else { return Ok(done) };
    let due_at = match due_local {
        Some(local) => Some(edit::instant(zone, next, local.time())?),
        None => None,
    };
    let column = column_for(&**tx, &done, series.column).await?;
    let like = Like {
        column,
        end: End::Bottom,
        title: done.title.clone(),
        due_on: if due_at.is_none() { Some(next) } else { None },
        due_at,
        start_on: done.start_on.and_then(|start| moved_along(start, last.unwrap_or(completed), next)),
        recurrence: Some(written(&Series { rule: series.rule, column })?),
        along: Along { checklist: true, comments: false },
        created_by: done.created_by,
        origin: format!("{}-{}", project.key, done.number),
    };
    let made = insert_like(ctx, tx, &done, like).await?;
    let mut fresh = touched(ctx, &done);
    fresh.recurrence = Set(None);
    let done = fresh.update(&**tx).await?;
    let to = format!("{}-{}, due {next}", project.key, made.number);
    let detail = Detail { to: Some(to), ..Detail::default() };
    events::record(ctx, &**tx, &done, Event::plain(EventKind::Recurred, detail)).await?;
    Ok(done)
}

/// A start date keeps its distance from the due date.
fn moved_along(start: NaiveDate, last: NaiveDate, next: NaiveDate) -> Option<NaiveDate> {
    start.checked_add_signed(Duration::days((next - last).num_days()))
}

/// The column of the series, or the first that is not for completed work where it is gone or is one.
async fn column_for(db: &impl ConnectionTrait, done: &task::Model, wanted: ColumnId) -> AppResult<ColumnId> {
    let columns = projects::columns(db, done.project_id).await?;
    let is_open = |status: Status| status != Status::Done;
    let found = columns
        .iter()
        .find(|column| column.id == wanted && is_open(column.status))
        .or_else(|| columns.iter().find(|column| is_open(column.status)));
    Ok(found.map_or(done.column_id, |column| column.id))
}

fn written(series: &Series) -> AppResult<String> {
    serde_json::to_string(series).map_err(|error| fault::internal("writing a series", error))
}
