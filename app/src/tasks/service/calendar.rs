//! Tasks by the day they are due, and the days before from which on they are worked on.

use chrono::{DateTime, Days, Utc, Weekday};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{board, cards, find, list::narrow};
use crate::{
    domain::{board_filter::BoardFilter, calendar_span::CalendarSpan},
    entities::task,
    error::AppResult,
    platform::ctx::Ctx,
    projects::service::{access::Viewing, projects},
    tasks::{
        view::PersonChoice,
        views::{Calendar, CalendarItem},
    },
};

/// Most tasks that one calendar shows.
const MOST: u64 = 1_500;
/// The last second that is written with four digits of year.
const LAST_MOMENT: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(moment) => moment,
    None => DateTime::<Utc>::MAX_UTC,
};

/// The tasks of a span, whose weeks begin on `first_day`.
///
/// # Errors
/// Only those of the database.
pub async fn read(
    ctx: &Ctx,
    viewing: &Viewing,
    filter: &BoardFilter,
    span: CalendarSpan,
    first_day: Weekday,
) -> AppResult<Calendar> {
    let db = ctx.reader();
    let (zone, project) = (ctx.zone(), viewing.project());
    let (first, last) = span.bounds(first_day);
    // SQLite compares dates as text, and one with five digits of year comes before all others.
    let last = last.min(LAST_MOMENT.date_naive());
    let behind = last.checked_add_days(Days::new(1)).unwrap_or(last);
    let (from, until) = (narrow::day_start(zone, first), narrow::day_start(zone, behind).min(LAST_MOMENT));
    let is_due = Condition::any()
        .add(task::Column::DueOn.between(first, last))
        .add(Condition::all().add(task::Column::DueAt.gte(from)).add(task::Column::DueAt.lt(until)));
    let is_under_way = Condition::all()
        .add(task::Column::StartOn.lte(last))
        .add(Condition::any().add(task::Column::DueOn.gt(last)).add(task::Column::DueAt.gte(until)));
    let rows = task::Entity::find()
        .filter(narrow::condition(ctx, project, filter).await?)
        .filter(Condition::any().add(is_due).add(is_under_way))
        .order_by_asc(task::Column::Number)
        .limit(MOST + 1)
        .all(db)
        .await?;
    let is_cut = rows.len() as u64 > MOST;
    let has_dates = !rows.is_empty()
        || task::Entity::find()
            .filter(task::Column::ProjectId.eq(project.id))
            .filter(task::Column::ArchivedAt.is_null())
            .filter(Condition::any().add(task::Column::DueOn.is_not_null()).add(task::Column::DueAt.is_not_null()))
            .limit(1)
            .count(db)
            .await?
            > 0;
    let mut items: Vec<CalendarItem> = rows
        .into_iter()
        .take(MOST as usize)
        .filter_map(|row| {
            Some(CalendarItem {
                id: row.id,
                number: row.number,
                due: cards::due(&row, zone)?,
                finish: cards::finish(&row, zone),
                priority: row.priority,
                start: row.start_on,
                title: row.title,
            })
        })
        .collect();
    items.sort_by_key(|item| (std::cmp::Reverse(item.priority), item.number));
    let people = projects::people(db, project.id).await?;
    Ok(Calendar {
        key: project.key.clone(),
        name: project.name.clone(),
        can_edit: viewing.can_edit(),
        last_event: project.last_event,
        clock: find::clock(ctx),
        filter: filter.clone(),
        span,
        first_day,
        people: people.into_iter().map(|person| PersonChoice { id: person.id, name: person.name }).collect(),
        labels: board::labels_offered(db, project.id).await?,
        items,
        has_dates,
        is_cut,
    })
}
