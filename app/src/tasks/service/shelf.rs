//! What was put away, a page at a time: archived tasks, and those in the trash with the day they are gone.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{cards, find, history::stamp, list::narrow, trash};
use crate::{
    domain::{
        ids::TaskId,
        shelf::{ShelfQuery, TRASH_DAYS},
    },
    entities::task,
    error::{AppError, AppResult, Problem},
    platform::ctx::Ctx,
    projects::service::{access::Viewing, projects},
    tasks::views::{Shelf, ShelfRow},
};

/// Tasks on a page.
const PAGE: u64 = 50;

/// Where tasks are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Archive,
    Trash,
}

impl Place {
    const fn column(self) -> task::Column {
        match self {
            Self::Archive => task::Column::ArchivedAt,
            Self::Trash => task::Column::DeletedAt,
        }
    }

    fn since(self, row: &task::Model) -> Option<DateTime<Utc>> {
        match self {
            Self::Archive => row.archived_at,
            Self::Trash => row.deleted_at,
        }
    }
}

/// One page of what was put away, the latest first.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing, place: Place, query: ShelfQuery) -> AppResult<Shelf> {
    let db = ctx.reader();
    let project = viewing.project();
    let mut wanted = Condition::all()
        .add(task::Column::ProjectId.eq(project.id))
        .add(place.column().is_not_null())
        .add(narrow::words(ctx, project, &query.text).await?);
    if place == Place::Archive {
        wanted = wanted.add(task::Column::DeletedAt.is_null());
    }
    let total = task::Entity::find().filter(wanted.clone()).count(db).await?;
    if let Some(number) = query.after {
        let before = task::Entity::find()
            .filter(task::Column::ProjectId.eq(project.id))
            .filter(task::Column::Number.eq(number))
            .one(db)
            .await?;
        if let Some(since) = before.as_ref().and_then(|row| place.since(row)) {
            let same = Condition::all().add(place.column().eq(since)).add(task::Column::Number.lt(number));
            wanted = wanted.add(Condition::any().add(place.column().lt(since)).add(same));
        }
    }
    let mut rows = task::Entity::find()
        .filter(wanted)
        .order_by_desc(place.column())
        .order_by_desc(task::Column::Number)
        .limit(PAGE + 1)
        .all(db)
        .await?;
    let has_more = rows.len() as u64 > PAGE;
    rows.truncate(PAGE as usize);
    let next = rows.last().map(|row| row.number).filter(|_| has_more);
    let columns = projects::columns(db, project.id).await?;
    let zone = ctx.zone();
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let cards = cards::cards(db, zone, rows.clone()).await?;
    let rows = rows.into_iter().zip(cards).map(|(row, card)| {
        let since = place.since(&row).unwrap_or(ctx.now);
        let gone = since + TimeDelta::days(TRASH_DAYS);
        ShelfRow {
            card,
            column: columns.iter().find(|column| column.id == row.column_id).map(|column| column.name.clone()),
            since: stamp(since, ctx.now, zone),
            gone: (place == Place::Trash).then(|| stamp(gone, ctx.now, zone)),
            days_left: (day(gone) - day(ctx.now)).num_days().max(0),
        }
    });
    Ok(Shelf {
        key: project.key.clone(),
        name: project.name.clone(),
        can_edit: viewing.can_edit(),
        is_owner: viewing.is_owner(),
        rows: rows.collect(),
        total: u32::try_from(total).unwrap_or(u32::MAX),
        next,
        query,
    })
}

/// Deletes a task that is in the trash, for good. Its number confirms it: nothing takes this back.
///
/// # Errors
/// [`AppError::Invalid`] for another number, [`AppError::Forbidden`] for everybody but an owner,
/// [`AppError::NotFound`] where it is not in the trash.
pub async fn delete_forever(ctx: &Ctx, id: TaskId, confirm: &str) -> AppResult<()> {
    let (viewing, row) = find::by_id(ctx, ctx.reader(), id).await?;
    let reference = format!("{}-{}", viewing.project().key, row.number);
    viewing.owning()?;
    if !confirm.trim().eq_ignore_ascii_case(&reference) {
        return Err(AppError::field("confirm", Problem::NotTheName));
    }
    trash::delete(ctx, id).await
}
