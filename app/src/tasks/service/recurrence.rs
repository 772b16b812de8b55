//! Series: completing a task makes the next one, in the same transaction and exactly once, for the
//! rule goes over to it. Taking the completion back takes the rule back, and the next one away.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    cards,
    copy::{Along, Like, insert_like},
    create::touched,
    dependencies, edit,
    events::{self, Detail, Event},
    find,
    moves::End,
    trash,
};
use crate::{
    domain::{
        calendar::short_date,
        ids::{ColumnId, TaskId},
        recurrence::{Recurrence, Series, is_same_occurrence},
        task::{EventKind, Status},
    },
    entities::{project, task, task_event},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, db::WriteTx, fault},
    projects::service::projects,
    tasks::view::Card,
};

/// The rule of a task's series.
pub fn rule_of(row: &task::Model) -> Option<Recurrence> {
    row.recurrence.as_deref().and_then(Series::parse).map(|series| series.rule)
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
    let card = cards::one(&*tx, ctx.zone(), saved).await?;
    tx.commit().await?;
    Ok(card)
}

/// After a task was completed: makes the next one of its series, if it has one. The rule goes over to
/// the next task, so that completing this one again makes nothing.
///
/// # Errors
/// Only those of the database.
pub(super) async fn go_on(ctx: &Ctx, tx: &WriteTx, done: task::Model) -> AppResult<task::Model> {
    let Some(series) = done.recurrence.as_deref().and_then(Series::parse) else {
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
        // A series ends with the calendar, which is no reason not to complete its last task.
        Some(local) => match edit::instant(zone, next, local.time()) {
            Ok(at) => Some(at),
            Err(_) => return Ok(done),
        },
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
        op_id: None,
    };
    let made = insert_like(ctx, tx, &done, like).await?;
    let mut fresh = touched(ctx, &done);
    fresh.recurrence = Set(None);
    let done = fresh.update(&**tx).await?;
    let to = format!("{}-{}, due {}", project.key, made.number, short_date(next, completed));
    let detail = Detail { to: Some(to), task: Some(made.id), ..Detail::default() };
    events::record(ctx, &**tx, &done, Event::plain(EventKind::Recurred, detail)).await?;
    Ok(done)
}

/// After a change of a task that was completed: where that took its completion back, the next one that the
/// completion made goes into the trash, and the series comes back here. A next one that somebody has worked with
/// stays and keeps the series, so that completing this task again makes nothing.
///
/// # Errors
/// Only those of the database.
pub(super) async fn take_back(ctx: &Ctx, tx: &WriteTx, open: task::Model) -> AppResult<task::Model> {
    let has_own_series = open.recurrence.is_some();
    if open.completed_at.is_some() || open.archived_at.is_some() || has_own_series {
        return Ok(open);
    }
    let project = project::Entity::find_by_id(open.project_id).one(&**tx).await?.ok_or(AppError::NotFound)?;
    let zone: Tz = project.zone.parse().unwrap_or(Tz::UTC);
    let Some(next) = untouched_next(ctx, tx, &open, zone).await? else { return Ok(open) };
    let series = next.recurrence.clone();
    let reference = |row: &task::Model| format!("{}-{}", project.key, row.number);
    // Whoever takes it out of the trash gets one task, not a second series.
    let mut alone = touched(ctx, &next);
    alone.recurrence = Set(None);
    let next = alone.update(&**tx).await?;
    let reason = Detail { from: Some(reference(&open)), ..Detail::default() };
    let next = trash::put_because(ctx, tx, next, reason, None).await?;
    let mut fresh = touched(ctx, &open);
    fresh.recurrence = Set(series);
    let open = fresh.update(&**tx).await?;
    let detail = Detail { field: Some("series_back".into()), to: Some(reference(&next)), ..Detail::default() };
    events::record(ctx, &**tx, &open, Event::plain(EventKind::Edited, detail)).await?;
    Ok(open)
}

/// The task that a completion made, if it is as it was made, holds the series, and its time has not passed.
async fn untouched_next(ctx: &Ctx, tx: &WriteTx, open: &task::Model, zone: Tz) -> AppResult<Option<task::Model>> {
    let made = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(open.id))
        .filter(task_event::Column::Kind.eq(EventKind::Recurred))
        .order_by_desc(task_event::Column::At)
        .order_by_desc(task_event::Column::Id)
        .one(&**tx)
        .await?;
    let Some(made) = made else { return Ok(None) };
    let detail: Detail = serde_json::from_str(&made.detail).unwrap_or_default();
    let Some(id) = detail.task else { return Ok(None) };
    let found = task::Entity::find_by_id(id).one(&**tx).await?;
    let Some(next) = found.filter(|next| holds_series(next, open)) else { return Ok(None) };
    let next = edit::lock(ctx, tx, next).await?;
    let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let is_current =
        next.due_on.or(next.due_at.map(date)).is_some_and(|due| is_same_occurrence(due, date(made.at), date(ctx.now)));
    Ok(if is_current && !is_worked_with(tx, &next).await? { Some(next) } else { None })
}

/// Whether the series goes on from this task: it is open, and on the board of the one before it.
fn holds_series(next: &task::Model, open: &task::Model) -> bool {
    next.project_id == open.project_id
        && next.recurrence.is_some()
        && next.completed_at.is_none()
        && next.archived_at.is_none()
}

/// Whether anybody has done anything with a task since it was made, or another one waits for it. What automatic
/// rules do to a new task is nobody's work.
async fn is_worked_with(tx: &WriteTx, row: &task::Model) -> AppResult<bool> {
    let since = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(row.id))
        .filter(task_event::Column::Kind.ne(EventKind::Created))
        .all(&**tx)
        .await?;
    let is_by_rule = |event: &task_event::Model| {
        serde_json::from_str::<Detail>(&event.detail).is_ok_and(|detail| detail.generation.is_some())
    };
    if !since.iter().all(is_by_rule) {
        return Ok(true);
    }
    // What it blocks stands in the history of the others.
    dependencies::is_waited_for(tx, row.id, None).await
}

/// A start date keeps its distance from the due date.
fn moved_along(start: NaiveDate, last: NaiveDate, next: NaiveDate) -> Option<NaiveDate> {
    start.checked_add_signed(Duration::days((next - last).num_days())).filter(|start| start.year() <= edit::LAST_YEAR)
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
    series.to_json().map_err(|error| fault::internal("writing a series", error))
}
