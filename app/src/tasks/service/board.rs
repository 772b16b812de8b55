//! Reading a board: the first cards of each list, and more on demand.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{cards, find};
use crate::{
    domain::{
        board_filter::{BoardFilter, Facts},
        due,
        ids::{ColumnId, ProjectId, TaskId, UserId},
        task::CARDS_FIRST,
    },
    entities::task,
    error::AppResult,
    platform::ctx::Ctx,
    projects::service::{access::Viewing, projects},
    tasks::view::{Board, Card, Column, Cursor, MoreCards},
};

/// Most cards that one answer carries of a list.
const CARDS_MOST: u64 = 1_000;

/// A board with the first cards of each list; `longer` asks for more of one of them.
///
/// # Errors
/// Only those of the database.
pub async fn read(
    ctx: &Ctx,
    viewing: &Viewing,
    filter: &BoardFilter,
    longer: Option<(ColumnId, u64)>,
) -> AppResult<Board> {
    let db = ctx.reader();
    let project = viewing.project();
    let columns = projects::columns(db, project.id).await?;
    let totals = totals(db, project.id).await?;
    let filtered = if filter.is_active() { Some(filtered(ctx, project, filter).await?) } else { None };
    let limit_of = |column: ColumnId| match longer {
        Some((id, count)) if id == column => count.clamp(CARDS_FIRST, CARDS_MOST),
        _ => CARDS_FIRST,
    };

    // The rows of all lists first, so that labels, people and counters come in one go.
    let mut rows = Vec::new();
    let mut parts = Vec::new();
    for column in columns {
        let limit = limit_of(column.id) as usize;
        let total = totals.get(&column.id).copied().unwrap_or(0);
        let (shown, of_column) = match &filtered {
            Some(found) => {
                let all = found.get(&column.id).map(Vec::as_slice).unwrap_or_default();
                (all.len(), all.iter().take(limit).cloned().collect())
            }
            None => (total as usize, first_rows(db, column.id, None, limit as u64).await?),
        };
        parts.push((column, total, shown, of_column.len()));
        rows.extend(of_column);
    }
    let ranks: Vec<String> = rows.iter().map(|row| row.rank.clone()).collect();
    let mut all_cards = cards::cards(db, find::zone(ctx), rows).await?.into_iter();
    let mut at = 0;
    let columns = parts
        .into_iter()
        .map(|(column, total, shown, len)| {
            let cards: Vec<Card> = all_cards.by_ref().take(len).collect();
            at += len;
            let next = (len > 0 && len < shown).then(|| Cursor(ranks[at - 1].clone()));
            Column {
                id: column.id,
                name: column.name,
                status: column.status,
                limit: column.wip_limit.and_then(|limit| u32::try_from(limit).ok()),
                total,
                shown: u32::try_from(shown).unwrap_or(u32::MAX),
                cards,
                next,
            }
        })
        .collect();
    Ok(Board {
        project: project.id,
        key: project.key.clone(),
        name: project.name.clone(),
        can_edit: viewing.can_edit(),
        // Read before everything else here: what happens meanwhile comes once more with the stream.
        number: project.last_event,
        read_only: viewing.read_only(),
        clock: find::clock(ctx),
        overdue: overdue(ctx, project.id).await?,
        columns,
    })
}

/// The cards of one list behind a place in it.
///
/// # Errors
/// Only those of the database.
pub async fn more(
    ctx: &Ctx,
    viewing: &Viewing,
    column: ColumnId,
    filter: &BoardFilter,
    cursor: &Cursor,
) -> AppResult<MoreCards> {
    let db = ctx.reader();
    let project = viewing.project();
    let limit = CARDS_FIRST as usize;
    let mut rows = if filter.is_active() {
        let found = filtered(ctx, project, filter).await?.remove(&column).unwrap_or_default();
        found.into_iter().filter(|row| row.rank > cursor.0).take(limit + 1).collect()
    } else {
        let rows = first_rows(db, column, Some(&cursor.0), CARDS_FIRST + 1).await?;
        rows.into_iter().filter(|row| row.project_id == project.id).collect::<Vec<_>>()
    };
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = if has_more { rows.last().map(|row| Cursor(row.rank.clone())) } else { None };
    Ok(MoreCards { cards: cards::cards(db, find::zone(ctx), rows).await?, next })
}

/// The first card of a list, other than a given one.
///
/// # Errors
/// Only those of the database.
pub async fn first_of(ctx: &Ctx, other_than: TaskId, column: ColumnId) -> AppResult<Option<TaskId>> {
    let rows = first_rows(ctx.reader(), column, None, 2).await?;
    Ok(rows.into_iter().map(|row| row.id).find(|id| *id != other_than))
}

async fn first_rows(
    db: &impl ConnectionTrait,
    column: ColumnId,
    after: Option<&str>,
    limit: u64,
) -> AppResult<Vec<task::Model>> {
    let mut query = task::Entity::find()
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::ArchivedAt.is_null())
        .order_by_asc(task::Column::Rank)
        .limit(limit);
    if let Some(rank) = after {
        query = query.filter(task::Column::Rank.gt(rank));
    }
    Ok(query.all(db).await?)
}

#[derive(FromQueryResult)]
struct TotalRow {
    column_id: ColumnId,
    many: i64,
}

async fn totals(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<HashMap<ColumnId, u32>> {
    let rows = task::Entity::find()
        .select_only()
        .column(task::Column::ColumnId)
        .column_as(task::Column::Id.count(), "many")
        .filter(task::Column::ProjectId.eq(project))
        .filter(task::Column::ArchivedAt.is_null())
        .group_by(task::Column::ColumnId)
        .into_model::<TotalRow>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.column_id, u32::try_from(row.many).unwrap_or(u32::MAX))).collect())
}

/// Open tasks whose due date is past for the person.
async fn overdue(ctx: &Ctx, project: ProjectId) -> AppResult<u32> {
    let past =
        Condition::any().add(task::Column::DueAt.lt(ctx.now)).add(task::Column::DueOn.lt(find::clock(ctx).today()));
    let many = task::Entity::find()
        .filter(task::Column::ProjectId.eq(project))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.is_null())
        .filter(past)
        .count(ctx.reader())
        .await?;
    Ok(u32::try_from(many).unwrap_or(u32::MAX))
}

/// All tasks that the filter lets through, by list, in order. The rule is the browser's own, so it
/// runs here over the rows rather than a second time in SQL.
async fn filtered(
    ctx: &Ctx,
    project: &crate::entities::project::Model,
    filter: &BoardFilter,
) -> AppResult<HashMap<ColumnId, Vec<task::Model>>> {
    let db = ctx.reader();
    let (zone, clock) = (find::zone(ctx), find::clock(ctx));
    let viewer = ctx.me().map_or(UserId(uuid::Uuid::nil()), |me| me.id);
    let rows = task::Entity::find()
        .filter(task::Column::ProjectId.eq(project.id))
        .filter(task::Column::ArchivedAt.is_null())
        .order_by_asc(task::Column::Rank)
        .all(db)
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut around = cards::names(db, &ids).await?;
    let mut found: HashMap<ColumnId, Vec<task::Model>> = HashMap::new();
    for row in rows {
        let around = around.remove(&row.id).unwrap_or_default();
        let labels: Vec<&str> = around.labels.iter().map(|label| label.name.as_str()).collect();
        let people: Vec<(UserId, &str)> = around.people.iter().map(|(id, name)| (*id, name.as_str())).collect();
        let due = cards::due(&row, zone);
        let facts = Facts {
            title: &row.title,
            key: &format!("{}-{}", project.key, row.number),
            labels: &labels,
            people: &people,
            priority: row.priority,
            due: due::chip(due, cards::finish(&row, zone), clock).map(|chip| chip.key),
            days_left: due.map(|due| (due.date() - clock.today()).num_days()),
        };
        if filter.lets_through(&facts, viewer) {
            found.entry(row.column_id).or_default().push(row);
        }
    }
    Ok(found)
}
