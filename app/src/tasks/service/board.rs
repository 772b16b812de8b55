//! Reading a board: the first cards of each list, and more on demand.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, Iterable, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::{
    cards, columns, find, labels, saved_views,
    sift::{self, Sieve},
};
use crate::{
    domain::{
        board_filter::BoardFilter,
        board_look::{BoardLook, Density},
        ids::{ColumnId, ProjectId, TaskId},
        lane::Lane,
        project::MemberRole,
        task::{CARDS_FIRST, Status},
    },
    entities::{board_column, task},
    error::AppResult,
    platform::ctx::Ctx,
    projects::service::{access::Viewing, projects},
    tasks::{
        saved::api::ViewItem,
        view::{Board, BoardTools, Card, Column, Cursor, LaneView, MoreCards, PersonChoice},
    },
};

/// Most cards that one answer carries of a list.
const CARDS_MOST: u64 = 1_000;
/// Most cards of a list in one lane; a link leads to the others.
const CARDS_IN_LANE: usize = 20;
/// Most labels that a menu offers.
const LABELS_OFFERED: usize = 100;

/// The rows that are shown of a column, and what is said about it.
struct Part {
    column: board_column::Model,
    shown: usize,
    older: u32,
    rows: Vec<task::Model>,
    /// Whether there is more behind the rows.
    has_more: bool,
}

/// A board with the first cards of each list; `longer` asks for more of one of them.
///
/// # Errors
/// Only those of the database.
pub async fn read(
    ctx: &Ctx,
    viewing: &Viewing,
    filter: &BoardFilter,
    look: BoardLook,
    longer: Option<(ColumnId, u64)>,
) -> AppResult<Board> {
    let db = ctx.reader();
    let project = viewing.project();
    let columns = projects::columns(db, project.id).await?;
    let folded = columns::folded(ctx, &columns).await?;
    let totals = totals(db, project.id).await?;
    let total_of = |column: ColumnId| totals.get(&column).copied().unwrap_or(0);
    let limit_of = |column: ColumnId| match longer {
        Some((id, count)) if id == column => count.clamp(CARDS_FIRST, CARDS_MOST),
        _ => CARDS_FIRST,
    };
    let mut lanes = Vec::new();
    let parts = if sift::is_needed(filter, look) {
        let sieve = sift::sift(ctx, project, &columns, filter, look).await?;
        lanes = lane_views(&sieve, &columns);
        sifted_parts(db, columns, sieve, |column| limit_of(column) as usize).await?
    } else {
        let mut parts = Vec::with_capacity(columns.len());
        for column in columns {
            let limit = limit_of(column.id);
            parts.push(plain_part(ctx, column, look, total_of, limit).await?);
        }
        parts
    };

    // The rows of all lists together, so that labels, people and counters come in one go.
    let mut rows = Vec::new();
    let mut shapes = Vec::with_capacity(parts.len());
    for Part { column, shown, older, rows: of_column, has_more } in parts {
        let next = of_column.last().filter(|_| has_more).map(|row| cursor(row, filter, look));
        shapes.push((column, shown, older, of_column.len(), next));
        rows.extend(of_column);
    }
    let mut all_cards = cards::cards(db, ctx.zone(), rows).await?.into_iter();
    let columns = shapes
        .into_iter()
        .map(|(column, shown, older, len, next)| {
            let cards: Vec<Card> = all_cards.by_ref().take(len).collect();
            Column {
                id: column.id,
                status: column.status,
                limit: column.wip_limit.and_then(|limit| u32::try_from(limit).ok()),
                limit_is_hard: column.limit_is_hard,
                is_folded: folded.contains(&column.id),
                total: total_of(column.id),
                name: column.name,
                shown: u32::try_from(shown).unwrap_or(u32::MAX),
                older,
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
        lanes,
        is_compact: is_compact(ctx, look),
        tools: tools(ctx, viewing).await?,
    })
}

/// The first rows of a column in the order of the hand.
async fn plain_part(
    ctx: &Ctx,
    column: board_column::Model,
    look: BoardLook,
    total_of: impl Fn(ColumnId) -> u32,
    limit: u64,
) -> AppResult<Part> {
    let total = total_of(column.id);
    let since = since(ctx, &column, look, total).await?;
    let shown = match since {
        Some(since) => completed_since(ctx.reader(), column.id, since).await?,
        None => total,
    };
    let rows = first_rows(ctx.reader(), column.id, None, since, limit).await?;
    let has_more = rows.len() < shown as usize && !rows.is_empty();
    Ok(Part { older: total.saturating_sub(shown), shown: shown as usize, rows, has_more, column })
}

/// From when on a column shows what was completed; `None` where it shows everything.
async fn since(
    ctx: &Ctx,
    column: &board_column::Model,
    look: BoardLook,
    total: u32,
) -> AppResult<Option<DateTime<Utc>>> {
    if column.status != Status::Done || look.shows_older || (total as usize) < sift::SHOWN_LATEST {
        return Ok(None);
    }
    sift::column_shown_since(ctx.reader(), ctx.now, column.id).await
}

async fn completed_since(db: &impl ConnectionTrait, column: ColumnId, since: DateTime<Utc>) -> AppResult<u32> {
    let many = task::Entity::find()
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::CompletedAt.gte(since))
        .count(db)
        .await?;
    Ok(u32::try_from(many).unwrap_or(u32::MAX))
}

/// The rows behind what the sieve left, of all columns in one query.
async fn sifted_parts(
    db: &impl ConnectionTrait,
    columns: Vec<board_column::Model>,
    mut sieve: Sieve,
    limit_of: impl Fn(ColumnId) -> usize,
) -> AppResult<Vec<Part>> {
    let has_lanes = !sieve.lanes.is_empty();
    let mut chosen: Vec<(board_column::Model, usize, Vec<TaskId>)> = Vec::with_capacity(columns.len());
    for column in columns {
        let all = sieve.columns.remove(&column.id).unwrap_or_default();
        let mut in_lane: HashMap<Option<Lane>, usize> = HashMap::new();
        let first: Vec<TaskId> = if has_lanes {
            let has_room = |card: &&sift::Sifted| {
                let many = in_lane.entry(card.lane).or_default();
                *many += 1;
                *many <= CARDS_IN_LANE
            };
            all.iter().filter(has_room).map(|card| card.id).collect()
        } else {
            all.iter().take(limit_of(column.id)).map(|card| card.id).collect()
        };
        chosen.push((column, all.len(), first));
    }
    let mut rows = rows_of(db, chosen.iter().flat_map(|(_, _, ids)| ids.iter().copied()).collect()).await?;
    Ok(chosen
        .into_iter()
        .map(|(column, shown, ids)| {
            let rows: Vec<_> = ids.iter().filter_map(|id| rows.remove(id)).collect();
            let has_more = !has_lanes && rows.len() < shown && !rows.is_empty();
            Part { older: sieve.older.get(&column.id).copied().unwrap_or(0), column, shown, rows, has_more }
        })
        .collect())
}

async fn rows_of(db: &impl ConnectionTrait, ids: Vec<TaskId>) -> AppResult<HashMap<TaskId, task::Model>> {
    let mut rows = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(cards::CHUNK) {
        let found = light(task::Entity::find().filter(task::Column::Id.is_in(chunk.iter().copied())));
        rows.extend(found.into_model::<task::Model>().all(db).await?.into_iter().map(|row| (row.id, row)));
    }
    Ok(rows)
}

fn lane_views(sieve: &Sieve, columns: &[board_column::Model]) -> Vec<LaneView> {
    let count = |column: &board_column::Model, lane: Lane| {
        let cards = sieve.columns.get(&column.id).map(Vec::as_slice).unwrap_or_default();
        u32::try_from(cards.iter().filter(|card| card.lane == Some(lane)).count()).unwrap_or(u32::MAX)
    };
    let view = |(lane, title): &(Lane, String)| LaneView {
        lane: *lane,
        title: title.clone(),
        counts: columns.iter().map(|column| count(column, *lane)).collect(),
    };
    sieve.lanes.iter().map(view).collect()
}

/// Where a list goes on behind a row: its rank, or where others decide the order the task itself.
fn cursor(row: &task::Model, filter: &BoardFilter, look: BoardLook) -> Cursor {
    Cursor(if sift::is_needed(filter, look) { row.id.to_string() } else { row.rank.clone() })
}

/// As the address says, else as the person has chosen.
fn is_compact(ctx: &Ctx, look: BoardLook) -> bool {
    let chosen = ctx.me().is_ok_and(|me| me.is_compact);
    look.density.map_or(chosen, |density| density == Density::Compact)
}

/// The labels that the menu of a filter offers; none where they are too many for it.
///
/// # Errors
/// Only those of the database.
pub async fn labels_offered(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Option<Vec<String>>> {
    let names = labels::first_names(db, project, LABELS_OFFERED + 1).await?;
    Ok((names.len() <= LABELS_OFFERED).then_some(names))
}

/// What the menus above the board offer.
async fn tools(ctx: &Ctx, viewing: &Viewing) -> AppResult<BoardTools> {
    let project = viewing.project().id;
    let people = projects::people(ctx.reader(), project).await?;
    let labels = labels_offered(ctx.reader(), project).await?;
    let is_owner = viewing.role() >= MemberRole::Owner;
    let views = match ctx.me() {
        Ok(me) => saved_views::list(ctx, viewing)
            .await?
            .into_iter()
            .map(|row| ViewItem {
                is_mine: row.owner_id == me.id,
                can_remove: row.owner_id == me.id || is_owner,
                id: row.id,
                name: row.name,
                query: row.query,
                is_shared: row.is_shared,
            })
            .collect(),
        Err(_) => Vec::new(),
    };
    Ok(BoardTools {
        people: people.into_iter().map(|row| PersonChoice { id: row.id, name: row.name }).collect(),
        labels,
        views,
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
    look: BoardLook,
    cursor: &Cursor,
) -> AppResult<MoreCards> {
    let db = ctx.reader();
    let project = viewing.project();
    let columns = projects::columns(db, project.id).await?;
    let Some(column) = columns.iter().find(|own| own.id == column) else {
        return Ok(MoreCards { cards: Vec::new(), next: None });
    };
    let limit = CARDS_FIRST as usize;
    let (rows, has_more) = if sift::is_needed(filter, look) {
        let all =
            sift::sift(ctx, project, &columns, filter, look).await?.columns.remove(&column.id).unwrap_or_default();
        let behind = all.iter().position(|card| card.id.to_string() == cursor.0).map_or(0, |at| at + 1);
        let ids: Vec<TaskId> = all.iter().skip(behind).take(limit).map(|card| card.id).collect();
        let mut rows = rows_of(db, ids.clone()).await?;
        (ids.iter().filter_map(|id| rows.remove(id)).collect::<Vec<_>>(), behind + limit < all.len())
    } else {
        let since = since(ctx, column, look, u32::MAX).await?;
        let mut rows = first_rows(db, column.id, Some(&cursor.0), since, CARDS_FIRST + 1).await?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        (rows, has_more)
    };
    let next = rows.last().filter(|_| has_more).map(|row| self::cursor(row, filter, look));
    Ok(MoreCards { cards: cards::cards(db, ctx.zone(), rows).await?, next })
}

/// The first card of a list, other than a given one.
///
/// # Errors
/// Only those of the database.
pub async fn first_of(ctx: &Ctx, other_than: TaskId, column: ColumnId) -> AppResult<Option<TaskId>> {
    let rows = first_rows(ctx.reader(), column, None, None, 2).await?;
    Ok(rows.into_iter().map(|row| row.id).find(|id| *id != other_than))
}

/// Without the description, which can be long and stands on no card.
fn light(query: Select<task::Entity>) -> Select<task::Entity> {
    let columns = task::Column::iter().filter(|column| !matches!(column, task::Column::Description));
    query.select_only().columns(columns).expr_as(Expr::value(""), "description")
}

async fn first_rows(
    db: &impl ConnectionTrait,
    column: ColumnId,
    after: Option<&str>,
    since: Option<DateTime<Utc>>,
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
    if let Some(since) = since {
        query = query.filter(task::Column::CompletedAt.gte(since));
    }
    Ok(light(query).into_model::<task::Model>().all(db).await?)
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
