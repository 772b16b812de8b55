//! Where the lists of the source stand on the board.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::target::{Origin, Target};
use crate::{
    domain::{
        ids::ColumnId,
        import::{
            clean,
            mapping::{Layout, ListTarget},
            plan::{ColumnState, PlannedColumn, PlannedLimit},
            run::ImportChoices,
        },
        rank::Rank,
        task::Status,
    },
    entities::{board_column, task},
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx},
};

/// Longest name of a column, in characters.
const COLUMN_NAME_MAX: u32 = 100;

/// For each list of the source the column that stands for it.
pub struct Board {
    places: HashMap<String, Place>,
    fallback: Place,
    left_out: Vec<String>,
    /// The last rank in each column before the import.
    last_ranks: HashMap<ColumnId, Rank>,
}

/// A column and its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub column: ColumnId,
    pub status: Status,
}

impl Board {
    /// The column for a list.
    pub fn place(&self, source_id: &str) -> Place {
        self.places.get(source_id).copied().unwrap_or(self.fallback)
    }

    /// Whether the source still has a list; cards may have gone through others.
    pub fn has(&self, source_id: &str) -> bool {
        self.places.contains_key(source_id)
    }

    /// Whether the cards of a list stay behind.
    pub fn is_left_out(&self, source_id: &str) -> bool {
        self.left_out.iter().any(|list| list == source_id)
    }

    /// The rank behind which the imported cards of a column begin.
    pub fn last_rank(&self, column: ColumnId) -> Option<&Rank> {
        self.last_ranks.get(&column)
    }
}

/// Makes the columns that are missing and finds one for every list.
pub async fn lay_out(
    ctx: &Ctx,
    tx: &WriteTx,
    target: &Target,
    lists: &[PlannedColumn],
    choices: &ImportChoices,
) -> AppResult<Board> {
    let status_of = |list: &PlannedColumn| match choices.lists.get(&list.source_id) {
        Some(ListTarget::Status(status)) => Some(*status),
        Some(ListTarget::LeaveOut) => None,
        None => Some(list.status),
    };
    let mut columns = match target.origin {
        Origin::Found => locked(ctx, tx, target).await?,
        Origin::Made => Vec::new(),
    };
    let mut own: HashMap<String, Place> = HashMap::new();
    if target.origin == Origin::Made && choices.layout == Layout::KeepLists {
        for list in lists.iter().filter(|list| list.state == ColumnState::Open) {
            let Some(status) = status_of(list) else { continue };
            let made = make(ctx, tx, target, (&list.name, status, list.limit), &columns).await?;
            own.insert(list.source_id.clone(), Place { column: made.id, status });
            columns.push(made);
        }
    }
    // A board needs at least somewhere to begin and somewhere to finish.
    let needed: &[Status] = match (columns.is_empty(), target.origin) {
        (true, _) => Status::ALL,
        (false, Origin::Made) => &[Status::Todo, Status::Done],
        (false, Origin::Found) => &[],
    };
    for status in needed {
        if !columns.iter().any(|column| column.status == *status) {
            columns.push(make(ctx, tx, target, (status.label(), *status, None), &columns).await?);
        }
    }
    if target.origin == Origin::Made && choices.layout == Layout::KeepLists {
        put_added_todo_first(tx, &mut columns, &own).await?;
    }
    let first = &columns[0];
    let fallback = Place { column: first.id, status: first.status };
    let by_status = |status: Status| {
        columns
            .iter()
            .find(|column| column.status == status)
            .map_or(fallback, |column| Place { column: column.id, status })
    };
    let by_name = |list: &PlannedColumn| {
        let name = list.name.to_lowercase();
        let same =
            columns.iter().find(|column| column.name.to_lowercase() == name && Some(column.status) == status_of(list));
        same.filter(|_| choices.layout == Layout::KeepLists)
            .map(|column| Place { column: column.id, status: column.status })
    };
    let places = lists
        .iter()
        .map(|list| {
            let place = own
                .get(&list.source_id)
                .copied()
                .or_else(|| by_name(list))
                .unwrap_or_else(|| by_status(status_of(list).unwrap_or(list.status)));
            (list.source_id.clone(), place)
        })
        .collect();
    let left_out = lists.iter().filter(|list| status_of(list).is_none()).map(|list| list.source_id.clone()).collect();
    let last_ranks = match target.origin {
        Origin::Found => last_ranks(tx, &columns).await?,
        Origin::Made => HashMap::new(),
    };
    Ok(Board { places, fallback, left_out, last_ranks })
}

async fn locked(ctx: &Ctx, tx: &WriteTx, target: &Target) -> AppResult<Vec<board_column::Model>> {
    let query = board_column::Entity::find()
        .filter(board_column::Column::ProjectId.eq(target.project.id))
        .order_by_asc(board_column::Column::Position)
        .order_by_asc(board_column::Column::Id);
    let query = if ctx.db().is_postgres() { query.lock_exclusive() } else { query };
    Ok(query.all(&**tx).await?)
}

async fn make(
    ctx: &Ctx,
    tx: &WriteTx,
    target: &Target,
    (name, status, limit): (&str, Status, Option<PlannedLimit>),
    there: &[board_column::Model],
) -> AppResult<board_column::Model> {
    let row = board_column::ActiveModel {
        id: Set(ColumnId(Uuid::now_v7())),
        project_id: Set(target.project.id),
        name: Set(clean::line(name, COLUMN_NAME_MAX)),
        status: Set(status),
        position: Set(i32::try_from(there.len()).unwrap_or(i32::MAX)),
        wip_limit: Set(limit.map(|limit| limit.most)),
        limit_is_hard: Set(limit.is_some_and(|limit| limit.is_hard)),
        created_at: Set(ctx.now),
    };
    Ok(row.insert(&**tx).await?)
}

/// An added Todo column belongs before the lists that came; a Completed one already stands behind them.
async fn put_added_todo_first(
    tx: &WriteTx,
    columns: &mut [board_column::Model],
    own: &HashMap<String, Place>,
) -> AppResult<()> {
    let is_added = |column: &board_column::Model| {
        column.status == Status::Todo && !own.values().any(|place| place.column == column.id)
    };
    let Some(added) = columns.iter().position(is_added) else { return Ok(()) };
    columns[..=added].rotate_right(1);
    for (position, column) in (0..).zip(columns.iter_mut()) {
        column.position = position;
        let row = board_column::ActiveModel {
            id: sea_orm::ActiveValue::Unchanged(column.id),
            position: Set(position),
            ..Default::default()
        };
        row.update(&**tx).await?;
    }
    Ok(())
}

async fn last_ranks(tx: &WriteTx, columns: &[board_column::Model]) -> AppResult<HashMap<ColumnId, Rank>> {
    let mut ranks = HashMap::new();
    for column in columns {
        let last: Option<String> = task::Entity::find()
            .select_only()
            .column(task::Column::Rank)
            .filter(task::Column::ColumnId.eq(column.id))
            .order_by_desc(task::Column::Rank)
            .into_tuple()
            .one(&**tx)
            .await?;
        ranks.extend(last.as_deref().and_then(Rank::parse).map(|rank| (column.id, rank)));
    }
    Ok(ranks)
}
