//! Looking for caught messages, in their small rows alone.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{Caught, row, visible_to};
use crate::{
    domain::outbox::{OutboxQuery, Term},
    entities::outbox_entry::{self, Column},
    error::AppResult,
    platform::{ctx::Ctx, like::holding},
};

/// How many messages a page of the list shows.
pub const PAGE: u64 = 50;

/// A page of the list.
#[derive(Clone, Debug)]
pub struct Page {
    /// At most [`PAGE`].
    pub rows: Vec<Caught>,
    pub has_older: bool,
    pub counts: Counts,
}

/// How many messages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// That the person may see.
    pub all: u64,
    pub unread: u64,
    /// That the search finds.
    pub found: u64,
}

/// The messages that the person may see and that have what is asked for, the newest first.
///
/// # Errors
/// [`AppError::SignedOut`](crate::error::AppError::SignedOut) where nobody is signed in.
pub async fn search(ctx: &Ctx, asked: &OutboxQuery) -> AppResult<Page> {
    let seen = outbox_entry::Entity::find().filter(visible_to(ctx, Column::EnvelopeTo)?);
    let all = seen.clone().count(ctx.reader()).await?;
    let unread = seen.filter(Column::ReadAt.is_null()).count(ctx.reader()).await?;
    if asked.is_narrowed() {
        row::catch_up(ctx).await?;
    }
    let found = if asked.is_narrowed() {
        outbox_entry::Entity::find().filter(condition(ctx, asked)?).count(ctx.reader()).await?
    } else {
        all
    };
    let mut rows = rows(ctx, asked).await?;
    let has_older = rows.len() as u64 > PAGE;
    rows.truncate(PAGE as usize);
    Ok(Page { rows, has_older, counts: Counts { all, unread, found } })
}

/// A page of what is found and one row more if there is one.
pub(super) async fn rows(ctx: &Ctx, asked: &OutboxQuery) -> AppResult<Vec<Caught>> {
    let mut query = outbox_entry::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::EnvelopeTo,
            Column::Sender,
            Column::Subject,
            Column::Size,
            Column::Attachments,
            Column::ReadAt,
            Column::CaughtAt,
        ])
        .filter(condition(ctx, asked)?)
        // Ids are made in the order of time.
        .order_by_desc(Column::Id)
        .limit(PAGE + 1);
    if let Some(before) = asked.before {
        query = query.filter(Column::Id.lt(before));
    }
    Ok(query.into_model().all(ctx.reader()).await?)
}

fn condition(ctx: &Ctx, asked: &OutboxQuery) -> AppResult<Condition> {
    let mut all = visible_to(ctx, Column::EnvelopeTo)?;
    for term in asked.terms() {
        all = all.add(has(term));
    }
    let zone = ctx.zone();
    // A day that cannot be read limits nothing; the page says so beside its field.
    if let Ok(Some(since)) = OutboxQuery::day(&asked.since) {
        all = all.add(Column::CaughtAt.gte(begin_of(zone, since)));
    }
    if let Ok(Some(until)) = OutboxQuery::day(&asked.until) {
        let next = until.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        all = all.add(Column::CaughtAt.lt(begin_of(zone, next)));
    }
    Ok(all)
}

fn has(term: Term) -> Condition {
    let all = Condition::all();
    match term {
        Term::From(words) => all.add(holds(Column::FindSender, &words)),
        Term::To(words) => all.add(holds(Column::FindRecipients, &words)),
        Term::Subject(words) => all.add(holds(Column::FindSubject, &words)),
        Term::Attachment => all.add(Column::Attachments.gt(0)),
        Term::Unread => all.add(Column::ReadAt.is_null()),
        Term::Read => all.add(Column::ReadAt.is_not_null()),
        Term::Anywhere(words) => {
            let columns = [Column::FindSubject, Column::FindSender, Column::FindRecipients, Column::FindText];
            columns.into_iter().fold(Condition::any(), |any, column| any.add(holds(column, &words)))
        }
    }
}

/// Whether a column holds these words as they stand. PostgreSQL takes no text with a NUL.
fn holds(column: Column, words: &str) -> Expr {
    Expr::col(column).like(holding(&words.replace('\0', " ")))
}

/// The first instant of a day in a zone; where the clocks jump over midnight, the first that there is.
fn begin_of(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let hours = (0..24).filter_map(|hour| midnight.checked_add_signed(TimeDelta::hours(hour)));
    let first = hours.filter_map(|local| zone.from_local_datetime(&local).earliest()).next();
    first.map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}
