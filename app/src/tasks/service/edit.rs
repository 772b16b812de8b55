//! Changing a task's fields. Texts carry the version they started from: different fields merge,
//! the same field answers 409 with both texts.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType,
};

use super::{
    cards,
    create::touched,
    events::{self, Detail, Event},
    find,
    stamps::user_name,
};
use crate::{
    domain::{
        estimate,
        ids::{OpId, TaskId},
        task::{Category, DESCRIPTION_MAX, EventKind, Priority, TITLE_MAX},
    },
    entities::{task, task_event},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, db::WriteTx},
    tasks::view::Card,
};

pub use crate::domain::due::DueInput;

/// No date of a task lies after this year.
pub(super) const LAST_YEAR: i32 = 9_999;

/// One field with its new value.
#[derive(Clone, Debug)]
pub enum Change {
    Title(String),
    Description(String),
    Priority(Priority),
    Category(Category),
    Due(Option<DueInput>),
    /// Due at an instant, also at the second of two that a clock shows alike.
    DueAt(DateTime<Utc>),
    /// The day work should begin.
    Start(Option<NaiveDate>),
    /// Minutes.
    Estimate(Option<i32>),
}

impl Change {
    /// The word of the field in history and errors.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Description(_) => "description",
            Self::Priority(_) => "priority",
            Self::Category(_) => "category",
            Self::Due(_) | Self::DueAt(_) => "due",
            Self::Start(_) => "start",
            Self::Estimate(_) => "estimate",
        }
    }

    /// Whether two people's values must be kept apart; choices are simply made again.
    const fn is_text(&self) -> bool {
        matches!(self, Self::Title(_) | Self::Description(_))
    }
}

/// Changes one field and answers with the task as it is then.
///
/// # Errors
/// [`AppError::Invalid`] for a bad value, [`AppError::Conflict`] where somebody changed the same
/// text since `base_version`, [`AppError::NotFound`] and [`AppError::Forbidden`] without the right.
pub async fn change(ctx: &Ctx, id: TaskId, base_version: i64, change: Change, op_id: Option<OpId>) -> AppResult<Card> {
    let change = checked(change)?;
    let tx = ctx.begin().await?;
    let (_, row) = find::for_editing(ctx, &*tx, id).await?;
    let row = lock(ctx, &tx, row).await?;
    let row = if events::is_done(&*tx, op_id).await? {
        row
    } else {
        apply(ctx, &tx, row, base_version, change, op_id).await?
    };
    let card = cards::one(&*tx, ctx.zone(), row).await?;
    tx.commit().await?;
    Ok(card)
}

/// The task's row, held until the transaction ends.
pub(super) async fn lock(ctx: &Ctx, tx: &WriteTx, row: task::Model) -> AppResult<task::Model> {
    if !ctx.db().is_postgres() {
        return Ok(row);
    }
    task::Entity::find_by_id(row.id).lock(LockType::NoKeyUpdate).one(&**tx).await?.ok_or(AppError::NotFound)
}

/// The change with its text checked.
pub(super) fn checked(change: Change) -> AppResult<Change> {
    let mut checks = Checks::default();
    let change = match change {
        Change::Title(title) => Change::Title(checks.line("title", &title, TITLE_MAX)),
        Change::Description(text) => Change::Description(checks.text("description", &text, DESCRIPTION_MAX)),
        other => other,
    };
    checks.done()?;
    Ok(change)
}

/// Changes a field of a row that is locked.
pub(super) async fn apply(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    base: i64,
    change: Change,
    op_id: Option<OpId>,
) -> AppResult<task::Model> {
    let zone = ctx.zone();
    let field = change.field();
    let mut fresh = touched(ctx, &row);
    let (from, to) = match &change {
        Change::Title(title) => {
            fresh.title = Set(title.clone());
            (row.title.clone(), title.clone())
        }
        Change::Description(text) => {
            fresh.description = Set(text.clone());
            (row.description.clone(), text.clone())
        }
        Change::Priority(priority) => {
            fresh.priority = Set(*priority);
            (row.priority.to_string(), priority.to_string())
        }
        Change::Category(category) => {
            fresh.category = Set(*category);
            (row.category.to_string(), category.to_string())
        }
        Change::Start(start) => {
            fresh.start_on = Set(*start);
            let words = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
            (words(row.start_on), words(*start))
        }
        Change::Estimate(minutes) => {
            fresh.estimate_minutes = Set(*minutes);
            let words = |minutes: Option<i32>| minutes.map(estimate::words).unwrap_or_default();
            (words(row.estimate_minutes), words(*minutes))
        }
        Change::Due(due) => set_due(&mut fresh, &row, zone, due_columns(ctx, *due)?),
        Change::DueAt(at) => set_due(&mut fresh, &row, zone, (None, Some(*at))),
    };
    if from == to {
        return Ok(row);
    }
    if change.is_text()
        && base != row.version
        && let Some(by) = changed_since(tx, &row, field, base).await?
    {
        return Err(AppError::conflict(field, to, from, row.version).changed_by(by));
    }
    let saved = fresh.update(&**tx).await?;
    let detail = Detail {
        field: Some(field.into()),
        from: Some(from),
        to: Some(to),
        version: Some(saved.version),
        ..Detail::default()
    };
    events::record(ctx, &**tx, &saved, Event::plain(EventKind::Edited, detail).with_op(op_id)).await?;
    Ok(saved)
}

/// Sets the two columns of a due date; the words of what it was and of what it is.
fn set_due(
    fresh: &mut task::ActiveModel,
    row: &task::Model,
    zone: chrono_tz::Tz,
    (due_on, due_at): (Option<NaiveDate>, Option<DateTime<Utc>>),
) -> (String, String) {
    fresh.due_on = Set(due_on);
    fresh.due_at = Set(due_at);
    let after = task::Model { due_on, due_at, ..row.clone() };
    let words = |row: &task::Model| cards::due(row, zone).map(|due| due.machine()).unwrap_or_default();
    (words(row), words(&after))
}

/// Whether a field was edited after a version, and by whom the last time, where that has a name. The history knows.
async fn changed_since(tx: &WriteTx, row: &task::Model, field: &str, base: i64) -> AppResult<Option<Option<String>>> {
    let events = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(row.id))
        .filter(task_event::Column::Kind.eq(EventKind::Edited))
        .all(&**tx)
        .await?;
    let last = events
        .into_iter()
        .filter_map(|event| Some((event.actor_id, serde_json::from_str::<Detail>(&event.detail).ok()?)))
        .filter(|(_, detail)| detail.field.as_deref() == Some(field) && detail.version > Some(base))
        .max_by_key(|(_, detail)| detail.version);
    let Some((actor, detail)) = last else { return Ok(None) };
    let name = match actor {
        Some(actor) => user_name(tx, actor).await?,
        None => None,
    };
    Ok(Some(name.or(detail.by)))
}

/// A wall-clock time in a zone: the first of two where it exists twice, the end of the gap where it
/// does not exist. None lies after the year 9999 of UTC either, where times would not stand in their order any more.
///
/// # Errors
/// [`AppError::Invalid`] at `due_on` or `due_time`.
pub(super) fn instant(zone: chrono_tz::Tz, date: NaiveDate, time: NaiveTime) -> AppResult<DateTime<Utc>> {
    let mut local = date.and_time(time);
    for _ in 0..=180 {
        if let Some(instant) = zone.from_local_datetime(&local).earliest() {
            let instant = instant.with_timezone(&Utc);
            let is_kept = (0..=LAST_YEAR).contains(&instant.year());
            return if is_kept { Ok(instant) } else { Err(AppError::field("due_on", Problem::DateTooFar)) };
        }
        local += chrono::TimeDelta::minutes(1);
    }
    Err(AppError::field("due_time", Problem::NotATime))
}

/// Reads a due date out of the two fields of a form; an empty date is none.
///
/// # Errors
/// [`AppError::Invalid`] at `due_on` or `due_time`.
pub fn read_due(date: &str, time: &str) -> AppResult<Option<DueInput>> {
    let (date, time) = (date.trim(), time.trim());
    if date.is_empty() {
        return if time.is_empty() { Ok(None) } else { Err(AppError::field("due_on", Problem::DateOfTime)) };
    }
    let date = read_day("due_on", date)?.ok_or_else(|| AppError::field("due_on", Problem::Required))?;
    let time = match time {
        "" => None,
        time => Some(
            NaiveTime::parse_from_str(time, "%H:%M")
                .or_else(|_| NaiveTime::parse_from_str(time, "%H:%M:%S"))
                .map_err(|_| AppError::field("due_time", Problem::NotATime))?,
        ),
    };
    Ok(Some(DueInput { date, time }))
}

/// Reads a day out of a field of a form; an empty one is none. No day lies after the year 9999.
///
/// # Errors
/// [`AppError::Invalid`] at the field.
pub fn read_day(field: &str, date: &str) -> AppResult<Option<NaiveDate>> {
    if date.trim().is_empty() {
        return Ok(None);
    }
    NaiveDate::parse_from_str(date.trim(), "%Y-%m-%d")
        .ok()
        .filter(|date| (1..=LAST_YEAR).contains(&date.year()))
        .map(Some)
        .ok_or_else(|| AppError::field(field, Problem::NotADate))
}

/// Reads an estimate out of a field of a form; an empty one is none.
///
/// # Errors
/// [`AppError::Invalid`] at `estimate`.
pub fn read_estimate(text: &str) -> AppResult<Option<i32>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    estimate::parse(text).map(Some).ok_or_else(|| AppError::field("estimate", Problem::NotADuration))
}

/// A due date as the two columns of a row, in the person's zone.
///
/// # Errors
/// [`AppError::Invalid`] where the time cannot be placed.
pub fn due_columns(ctx: &Ctx, due: Option<DueInput>) -> AppResult<(Option<NaiveDate>, Option<DateTime<Utc>>)> {
    Ok(match due {
        None => (None, None),
        Some(DueInput { date, time: None }) => (Some(date), None),
        Some(DueInput { date, time: Some(time) }) => (None, Some(instant(ctx.zone(), date, time)?)),
    })
}
