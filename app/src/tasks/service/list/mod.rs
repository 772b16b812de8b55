//! The list of a project's tasks: one page of rows, found and ordered by the database.

pub mod cell;
pub mod many;
pub mod narrow;
mod order;

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, Statement, sea_query::Expr,
};

use super::{board, cards, find, history::stamp, input::column_choice};
use crate::{
    domain::{
        estimate,
        ids::{TaskId, UserId},
        task_list::{ListQuery, PageAt, Way},
    },
    entities::{board_column, task},
    error::AppResult,
    platform::ctx::Ctx,
    projects::service::{access::Viewing, projects},
    tasks::{
        view::PersonChoice,
        views::{ListRow, TaskList},
    },
};
use order::{Key, Place};

/// One page of a list.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing, query: &ListQuery) -> AppResult<TaskList> {
    let db = ctx.reader();
    let project = viewing.project();
    let (ids, older, newer) = ids(ctx, viewing, query).await?;
    let total = task::Entity::find()
        .filter(task::Column::ProjectId.eq(project.id))
        .filter(task::Column::ArchivedAt.is_null())
        .count(db)
        .await?;
    let shown = match query.filter.is_active() {
        true => task::Entity::find().filter(narrow::condition(ctx, project, &query.filter).await?).count(db).await?,
        false => total,
    };
    let people = projects::people(db, project.id).await?;
    let columns = projects::columns(db, project.id).await?;
    Ok(TaskList {
        key: project.key.clone(),
        name: project.name.clone(),
        can_edit: viewing.can_edit(),
        last_event: project.last_event,
        clock: find::clock(ctx),
        rows: rows(ctx, &ids).await?,
        columns: columns.into_iter().map(column_choice).collect(),
        people: people.into_iter().map(|person| PersonChoice { id: person.id, name: person.name }).collect(),
        labels: board::labels_offered(db, project.id).await?,
        total: u32::try_from(total).unwrap_or(u32::MAX),
        shown: u32::try_from(shown).unwrap_or(u32::MAX),
        older,
        newer,
        query: query.clone(),
    })
}

/// Rows of tasks, in the order of their ids.
///
/// # Errors
/// Only those of the database.
pub async fn rows(ctx: &Ctx, ids: &[TaskId]) -> AppResult<Vec<ListRow>> {
    let db = ctx.reader();
    let zone = ctx.zone();
    let mut found: HashMap<TaskId, task::Model> = task::Entity::find()
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let models: Vec<task::Model> = ids.iter().filter_map(|id| found.remove(id)).collect();
    let mut around = cards::names(db, ids).await?;
    let cards = cards::cards(db, zone, models.clone()).await?;
    Ok(models
        .into_iter()
        .zip(cards)
        .map(|(row, card)| {
            let assignees: Vec<UserId> =
                around.remove(&row.id).unwrap_or_default().people.into_iter().map(|(id, _)| id).collect();
            ListRow {
                card,
                column: row.column_id,
                assignees,
                category: row.category,
                start: row.start_on,
                estimate: row.estimate_minutes.map(estimate::words),
                updated: stamp(row.updated_at, ctx.now, zone),
                created: stamp(row.created_at, ctx.now, zone),
            }
        })
        .collect())
}

/// The tasks of a page, and the places behind and before it where there is more.
async fn ids(
    ctx: &Ctx,
    viewing: &Viewing,
    query: &ListQuery,
) -> AppResult<(Vec<TaskId>, Option<String>, Option<String>)> {
    let db = ctx.reader();
    let key = Key::of(query.sort, query.way, db.get_database_backend());
    let condition = narrow::condition(ctx, viewing.project(), &query.filter).await?;
    let place = match &query.at {
        PageAt::First => None,
        PageAt::After(place) | PageAt::Before(place) => Place::read(place),
    };
    let is_back = place.is_some() && matches!(query.at, PageAt::Before(_));
    let select = select(&key, query, condition, place.as_ref());
    let size = query.size as usize;
    let mut found: Vec<(TaskId, i32, String)> = select.into_tuple().all(db).await?;
    let has_more = found.len() > size;
    found.truncate(size);
    if is_back {
        found.reverse();
    }
    let at = |row: &(TaskId, i32, String)| Place { number: row.1, key: row.2.clone() }.write();
    let older = found.last().filter(|_| is_back || has_more).map(at);
    let newer = found.first().filter(|_| if is_back { has_more } else { place.is_some() }).map(at);
    Ok((found.into_iter().map(|(id, _, _)| id).collect(), older, newer))
}

/// Ids, numbers and places of the rows of a page and one more, from its near end on.
fn select(key: &Key, query: &ListQuery, condition: Condition, place: Option<&Place>) -> Select<task::Entity> {
    let is_back = place.is_some() && matches!(query.at, PageAt::Before(_));
    let way = if is_back { query.way.turned() } else { query.way };
    let order = if way == Way::Up { Order::Asc } else { Order::Desc };
    let mut select = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .column(task::Column::Number)
        .expr_as(key.text(), "place")
        .filter(condition);
    if key.needs_column {
        let to_column = task::Entity::belongs_to(board_column::Entity)
            .from(task::Column::ColumnId)
            .to(board_column::Column::Id)
            .into();
        select = select.join(JoinType::InnerJoin, to_column);
    }
    if let Some(place) = place {
        select = select.filter(key.beyond(place, way));
    }
    select
        .order_by(Expr::cust(key.sql.clone()), order.clone())
        .order_by(task::Column::Number, order)
        .limit(u64::from(query.size) + 1)
}

/// The statement behind a first page, to look at its plan.
///
/// # Errors
/// Only those of the database.
pub async fn statement(ctx: &Ctx, viewing: &Viewing, query: &ListQuery) -> AppResult<Statement> {
    let engine = ctx.reader().get_database_backend();
    let key = Key::of(query.sort, query.way, engine);
    let condition = narrow::condition(ctx, viewing.project(), &query.filter).await?;
    Ok(select(&key, query, condition, None).build(engine))
}
