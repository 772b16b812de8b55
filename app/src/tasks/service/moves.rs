//! Moving a card: the client says what it wants, the server decides the place.
//!
//! One short transaction that holds the project, finds the real neighbours, writes one card row and
//! one event. A vanished neighbour falls back to the other one, then to the end, so a pure move
//! never conflicts.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{
    cards, dependencies,
    events::{self, Detail, Event, Stand, Was},
    find, lanes, limits, recurrence, stream,
};
use crate::{
    domain::{
        ids::{ColumnId, OpId, ProjectId, TaskId},
        lane::Lane,
        live::Change,
        rank::{self, Rank},
        task::{Category, EventKind, Status},
    },
    entities::{board_column, task, task_event},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, db::WriteTx, fault},
    tasks::view::Card,
};

/// Where a card should go.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub task: TaskId,
    pub column: ColumnId,
    /// The card that should stand before it.
    pub after: Option<TaskId>,
    /// The card that should stand behind it.
    pub before: Option<TaskId>,
    /// Makes a repeat do nothing.
    pub op_id: Option<OpId>,
}

/// Whether a move is one of its own, or takes the last one back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    There,
    /// What the last change of status did beside the place is undone: the category, and when the task was completed.
    Back,
}

/// Moves a card and answers with it as it is then.
///
/// # Errors
/// [`AppError::NotFound`] where card or column are not there, [`AppError::Forbidden`] for a viewer,
/// [`AppError::Full`] where the column has a hard limit and no room.
pub async fn move_task(ctx: &Ctx, wish: Move) -> AppResult<Card> {
    move_to_lane(ctx, wish, None).await
}

/// As [`move_task`], on a board with lanes: the card gets what makes it part of its lane.
///
/// # Errors
/// As [`move_task`], and [`AppError::Invalid`] for a lane that the project does not have.
pub async fn move_to_lane(ctx: &Ctx, wish: Move, lane: Option<Lane>) -> AppResult<Card> {
    go(ctx, wish, lane, Way::There).await
}

/// As [`move_to_lane`], for a move that takes the last one back, or does it again.
///
/// # Errors
/// As [`move_to_lane`].
pub async fn move_back(ctx: &Ctx, wish: Move, lane: Option<Lane>) -> AppResult<Card> {
    go(ctx, wish, lane, Way::Back).await
}

async fn go(ctx: &Ctx, wish: Move, lane: Option<Lane>, way: Way) -> AppResult<Card> {
    let tx = ctx.begin().await?;
    // The project is held from here on: nobody else places a card in it meanwhile.
    let (editing, row) = find::for_editing(ctx, &*tx, wish.task).await?;
    let column = column_of(&*tx, editing.project().id, wish.column).await?;
    if row.archived_at.is_some() {
        return Err(AppError::NotFound);
    }
    let row = if events::is_done(&*tx, wish.op_id).await? {
        row
    } else {
        let was_done = row.completed_at.is_some();
        let mut carried = carry(ctx, &tx, row, &column, wish, way).await?;
        if was_done {
            carried = recurrence::take_back(ctx, &tx, carried).await?;
        }
        match lane {
            Some(lane) => lanes::enter(ctx, &tx, carried, lane).await?,
            None => carried,
        }
    };
    let card = cards::one(&*tx, ctx.zone(), row).await?;
    tx.commit().await?;
    Ok(card)
}

/// Puts a task into a column that is locked. Who calls it gives what was completed to [`recurrence::take_back`]
/// when all else is done.
pub(super) async fn carry(
    ctx: &Ctx,
    tx: &WriteTx,
    row: task::Model,
    column: &board_column::Model,
    wish: Move,
    way: Way,
) -> AppResult<task::Model> {
    let gap = gap(&**tx, column.id, row.id, wish.after, wish.before).await?;
    if row.column_id == column.id && gap.holds(&row.rank) {
        return Ok(row);
    }
    if row.column_id != column.id {
        limits::check_room(tx, column, 1).await?;
    }
    let from = stand_of(&**tx, &row).await?;
    let to = Stand { column: column.id, status: column.status };
    let back = match way {
        Way::Back if from.status != to.status => last_change(&**tx, row.id, from.status, to.status).await?,
        Way::Back | Way::There => None,
    };
    let category = category_after(row.category, from.status, to.status, back);
    let rank = rank::between(gap.after.as_ref(), gap.before.as_ref());
    let is_too_long = rank.is_too_long();
    let moved = task::ActiveModel {
        id: Unchanged(row.id),
        column_id: Set(column.id),
        rank: Set(rank.into_string()),
        category: Set(category),
        completed_at: Set(completed_after(ctx, &row, to.status, back)),
        updated_at: Set(ctx.now),
        version: Set(row.version + 1),
        ..Default::default()
    }
    .update(&**tx)
    .await?;
    let was = Was { category: row.category, became: category, completed_at: row.completed_at };
    let was = (from.status != to.status).then_some(was);
    let detail = Detail { rank: Some(row.rank.clone()), was, ..Detail::default() };
    let event = Event { kind: EventKind::Moved, from: Some(from), to: Some(to), detail, op_id: wish.op_id };
    events::record(ctx, &**tx, &moved, event).await?;
    if is_too_long {
        rebalance(&**tx, column.id, row.id).await?;
        // Pages order cards by their ranks, of which many are new now.
        stream::append(ctx, &**tx, row.project_id, None, &Change::Board).await?;
    }
    if (from.status == Status::Done) != (to.status == Status::Done) {
        dependencies::tell_linked(ctx, tx, &moved).await?;
    }
    if from.status != Status::Done && to.status == Status::Done {
        dependencies::note_completion(ctx, tx, &moved).await?;
        return recurrence::go_on(ctx, tx, moved).await;
    }
    Ok(moved)
}

/// What the last change of status did to a task, if going from one status to another takes it back.
async fn last_change(db: &impl ConnectionTrait, id: TaskId, from: Status, to: Status) -> AppResult<Option<Was>> {
    let last = task_event::Entity::find()
        .filter(task_event::Column::TaskId.eq(id))
        .filter(task_event::Column::Kind.is_in([EventKind::Moved, EventKind::Transferred]))
        .filter(Expr::col(task_event::Column::FromStatus).ne(Expr::col(task_event::Column::ToStatus)))
        .order_by_desc(task_event::Column::At)
        .order_by_desc(task_event::Column::Id)
        .limit(1)
        .one(db)
        .await?;
    let last = last.filter(|event| event.from_status == Some(to) && event.to_status == Some(from));
    Ok(last.and_then(|event| serde_json::from_str::<Detail>(&event.detail).ok()).and_then(|detail| detail.was))
}

/// The category of a task that goes from one status to another: where that takes a move back, the one of before it,
/// unless somebody has set another one since.
pub(super) fn category_after(now: Category, from: Status, to: Status, back: Option<Was>) -> Category {
    match back {
        Some(was) if was.became == now => was.category,
        _ if from == to => now,
        _ => now.after_move(to),
    }
}

/// As [`completed_at`], also where that takes a move back: then as before it.
pub(super) fn completed_after(
    ctx: &Ctx,
    row: &task::Model,
    to: Status,
    back: Option<Was>,
) -> Option<chrono::DateTime<chrono::Utc>> {
    let before = back.and_then(|was| was.completed_at).filter(|_| to == Status::Done);
    before.or_else(|| completed_at(ctx, row, to))
}

/// When a task was completed, after it came to a status.
pub fn completed_at(ctx: &Ctx, row: &task::Model, to: Status) -> Option<chrono::DateTime<chrono::Utc>> {
    match to {
        Status::Done => Some(row.completed_at.unwrap_or(ctx.now)),
        Status::Todo | Status::Progress | Status::Pending => None,
    }
}

/// A column of a project, which is held until the transaction ends: nobody else places a card in it
/// meanwhile.
///
/// # Errors
/// [`AppError::NotFound`] where the project has no such column.
pub async fn lock_column(
    ctx: &Ctx,
    tx: &WriteTx,
    project: ProjectId,
    column: ColumnId,
) -> AppResult<board_column::Model> {
    stream::lock(ctx, &**tx, project).await?;
    column_of(&**tx, project, column).await
}

pub(super) async fn column_of(
    db: &impl ConnectionTrait,
    project: ProjectId,
    column: ColumnId,
) -> AppResult<board_column::Model> {
    let query = board_column::Entity::find_by_id(column).filter(board_column::Column::ProjectId.eq(project));
    query.one(db).await?.ok_or(AppError::NotFound)
}

/// The column and status a task is in.
async fn stand_of(db: &impl ConnectionTrait, row: &task::Model) -> AppResult<Stand> {
    let column = board_column::Entity::find_by_id(row.column_id).one(db).await?;
    let column = column.ok_or_else(|| fault::internal("finding a task's column", row.column_id))?;
    Ok(Stand { column: column.id, status: column.status })
}

/// The place between two cards that are really there.
struct Gap {
    after: Option<Rank>,
    before: Option<Rank>,
}

impl Gap {
    /// Whether a rank already is in this place.
    fn holds(&self, rank: &str) -> bool {
        self.after.as_ref().is_none_or(|after| after.as_str() < rank)
            && self.before.as_ref().is_none_or(|before| rank < before.as_str())
    }
}

async fn gap(
    db: &impl ConnectionTrait,
    column: ColumnId,
    moving: TaskId,
    after: Option<TaskId>,
    before: Option<TaskId>,
) -> AppResult<Gap> {
    if let Some(rank) = rank_of(db, column, moving, after).await? {
        let next = neighbour(db, column, moving, Side::Behind(&rank)).await?;
        return Ok(Gap { after: Some(rank), before: next });
    }
    if let Some(rank) = rank_of(db, column, moving, before).await? {
        let previous = neighbour(db, column, moving, Side::Before(&rank)).await?;
        return Ok(Gap { after: previous, before: Some(rank) });
    }
    Ok(Gap { after: neighbour(db, column, moving, Side::End).await?, before: None })
}

/// The rank of a neighbour that is still where the client saw it.
async fn rank_of(
    db: &impl ConnectionTrait,
    column: ColumnId,
    moving: TaskId,
    neighbour: Option<TaskId>,
) -> AppResult<Option<Rank>> {
    let Some(id) = neighbour.filter(|id| *id != moving) else { return Ok(None) };
    let row = task::Entity::find_by_id(id)
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::ArchivedAt.is_null())
        .one(db)
        .await?;
    Ok(row.and_then(|row| Rank::parse(&row.rank)))
}

enum Side<'a> {
    Behind(&'a Rank),
    Before(&'a Rank),
    End,
}

/// The nearest rank on a side. Archived cards keep theirs, so they count here.
async fn neighbour(
    db: &impl ConnectionTrait,
    column: ColumnId,
    moving: TaskId,
    side: Side<'_>,
) -> AppResult<Option<Rank>> {
    let query = task::Entity::find()
        .select_only()
        .column(task::Column::Rank)
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::Id.ne(moving))
        .limit(1);
    let query = match side {
        Side::Behind(rank) => query.filter(task::Column::Rank.gt(rank.as_str())).order_by_asc(task::Column::Rank),
        Side::Before(rank) => query.filter(task::Column::Rank.lt(rank.as_str())).order_by_desc(task::Column::Rank),
        Side::End => query.order_by_desc(task::Column::Rank),
    };
    let rank: Option<String> = query.into_tuple().one(db).await?;
    Ok(rank.as_deref().and_then(Rank::parse))
}

/// The card that stands next above a rank in a column, other than a given one.
pub(super) async fn above(
    db: &impl ConnectionTrait,
    column: ColumnId,
    other_than: TaskId,
    rank: &str,
) -> AppResult<Option<TaskId>> {
    let found = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::ColumnId.eq(column))
        .filter(task::Column::ArchivedAt.is_null())
        .filter(task::Column::Id.ne(other_than))
        .filter(task::Column::Rank.lt(rank))
        .order_by_desc(task::Column::Rank)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found)
}

/// The rank of a new task in a column.
///
/// # Errors
/// Only those of the database.
pub async fn end_rank(db: &impl ConnectionTrait, column: ColumnId, end: End) -> AppResult<Rank> {
    let query = task::Entity::find()
        .select_only()
        .column(task::Column::Rank)
        .filter(task::Column::ColumnId.eq(column))
        .limit(1);
    let query = match end {
        End::Top => query.order_by_asc(task::Column::Rank),
        End::Bottom => query.order_by_desc(task::Column::Rank),
        End::Behind(other) => {
            let gap = gap(db, column, TaskId(uuid::Uuid::nil()), Some(other), None).await?;
            return Ok(rank::between(gap.after.as_ref(), gap.before.as_ref()));
        }
    };
    let rank: Option<String> = query.into_tuple().one(db).await?;
    let rank = rank.as_deref().and_then(Rank::parse);
    Ok(match end {
        End::Top => rank::between(None, rank.as_ref()),
        End::Bottom | End::Behind(_) => rank::between(rank.as_ref(), None),
    })
}

/// Where in a column a new task goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Top,
    Bottom,
    /// Behind a task that is there, else to the end.
    Behind(TaskId),
}

/// Shortens the ranks around a card, in the same lock.
async fn rebalance(db: &impl ConnectionTrait, column: ColumnId, around: TaskId) -> AppResult<()> {
    let rows: Vec<(TaskId, String)> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .column(task::Column::Rank)
        .filter(task::Column::ColumnId.eq(column))
        .order_by_asc(task::Column::Rank)
        .into_tuple()
        .all(db)
        .await?;
    let Some(at) = rows.iter().position(|(id, _)| *id == around) else { return Ok(()) };
    let ranks: Option<Vec<Rank>> = rows.iter().map(|(_, rank)| Rank::parse(rank)).collect();
    let ranks = ranks.ok_or_else(|| fault::internal("rebalancing a column", "a stored rank is none"))?;
    let (window, fresh) = rank::rebalance(&ranks, at);
    for ((id, _), rank) in rows[window].iter().zip(fresh) {
        task::ActiveModel { id: Unchanged(*id), rank: Set(rank.into_string()), ..Default::default() }
            .update(db)
            .await?;
    }
    Ok(())
}
