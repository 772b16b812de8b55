//! The columns of a board: adding, naming, ordering, limiting and removing them. What happens to
//! the tasks in them is written into their histories, one event each, so that metrics stay true.
//!
//! Every change here first holds the project: nobody places a task meanwhile, and two who change
//! columns at once wait for each other.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    events::Stand,
    limits,
    relocate::{self, Coming},
    stream,
};
use crate::{
    domain::{
        column::{Between, COLUMN_NAME_MAX, COLUMNS_MAX, LIMIT_MAX, Shift, Side},
        ids::ColumnId,
        live::Change,
        task::Status,
    },
    entities::{board_column, column_fold, task},
    error::{AppError, AppResult, Checks, Problem},
    platform::{ctx::Ctx, db::WriteTx, hash::number_of},
    projects::service::{
        access::{self, Editing, Viewing},
        projects,
    },
};

/// What a new column is made of.
#[derive(Clone, Debug)]
pub struct NewColumn {
    pub name: String,
    pub status: Status,
    /// On which side of which column it comes; the last of the board where left out.
    pub beside: Option<(Side, ColumnId)>,
}

/// What can be changed of a column at once.
#[derive(Clone, Debug)]
pub struct ColumnChange {
    pub name: String,
    pub status: Status,
    /// Most tasks that it should hold.
    pub limit: Option<i64>,
    /// Whether it refuses more than that.
    pub limit_is_hard: bool,
}

/// Adds a column.
///
/// # Errors
/// [`AppError::Invalid`] for a bad or taken name or too many columns.
pub async fn add(ctx: &Ctx, editing: &Editing, new: NewColumn) -> AppResult<board_column::Model> {
    let NewColumn { name, status, beside } = new;
    let tx = ctx.begin().await?;
    let columns = lock_all(ctx, &tx, editing).await?;
    let name = checked_name(&name, &columns, None)?;
    if columns.len() >= COLUMNS_MAX {
        return Err(AppError::field("name", Problem::TooMany { max: COLUMNS_MAX as u32 }));
    }
    let at = beside
        .and_then(|(side, beside)| {
            let at = columns.iter().position(|column| column.id == beside)?;
            Some(if side == Side::After { at + 1 } else { at })
        })
        .unwrap_or(columns.len());
    let row = board_column::ActiveModel {
        id: Set(ColumnId(Uuid::now_v7())),
        project_id: Set(editing.project().id),
        name: Set(name),
        status: Set(status),
        position: Set(position(at)),
        wip_limit: Set(None),
        limit_is_hard: Set(false),
        created_at: Set(ctx.now),
    };
    let row = row.insert(&*tx).await?;
    let mut order: Vec<ColumnId> = columns.iter().map(|column| column.id).collect();
    order.insert(at, row.id);
    number(&tx, &columns, &order).await?;
    tell(ctx, &tx, editing).await?;
    tx.commit().await?;
    Ok(row)
}

/// What can be changed of a column as a number that is another one as soon as any of it is.
pub fn version(column: &board_column::Model) -> i64 {
    let board_column::Model { name, status, wip_limit, limit_is_hard, .. } = column;
    number_of(&serde_json::json!([name, status.as_str(), wip_limit, limit_is_hard]).to_string())
}

/// Changes name, status and limit of a column that was `base` when the person began, where that is known. A new status is
/// a move for every task in the column: it is completed now, or no longer.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown column, [`AppError::Invalid`] for bad fields, [`AppError::Conflict`] where
/// somebody else has changed it since.
pub async fn change(
    ctx: &Ctx,
    editing: &Editing,
    id: ColumnId,
    base: Option<i64>,
    change: ColumnChange,
) -> AppResult<()> {
    let ColumnChange { name, status, limit, limit_is_hard } = change;
    let tx = ctx.begin().await?;
    let columns = lock_all(ctx, &tx, editing).await?;
    let column = find(&columns, id)?;
    let limit = checked_limit(limit)?;
    let name = checked_name(&name, &columns, Some(id))?;
    let limit_is_hard = limit.is_some() && limit_is_hard;
    let wanted = board_column::Model { name: name.clone(), status, wip_limit: limit, limit_is_hard, ..column.clone() };
    if version(&wanted) != version(column) && base.is_some_and(|base| base != version(column)) {
        return Err(AppError::conflict("name", name, &column.name, version(column)));
    }
    let fresh = board_column::ActiveModel {
        id: Unchanged(id),
        name: Set(name),
        status: Set(status),
        wip_limit: Set(limit),
        limit_is_hard: Set(limit_is_hard),
        ..Default::default()
    };
    fresh.update(&*tx).await?;
    if column.status != status {
        let rows = tasks_of(&tx, id).await?;
        let (from, to) = (Stand { column: id, status: column.status }, Stand { column: id, status });
        relocate::all(ctx, &tx, rows, Coming { from, to, ranks: Vec::new() }).await?;
    }
    tell(ctx, &tx, editing).await?;
    Ok(tx.commit().await?)
}

/// Moves a column along the board. At an end of it nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown column.
pub async fn shift(ctx: &Ctx, editing: &Editing, id: ColumnId, shift: Shift) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let columns = lock_all(ctx, &tx, editing).await?;
    let mut order: Vec<ColumnId> = columns.iter().map(|column| column.id).collect();
    let at = order.iter().position(|column| *column == id).ok_or(AppError::NotFound)?;
    let moved = order.remove(at);
    order.insert(shift.target(at, columns.len()), moved);
    number(&tx, &columns, &order).await?;
    tell(ctx, &tx, editing).await?;
    Ok(tx.commit().await?)
}

/// Puts a column between two others, as far as they are still there. Where it stands there already nothing happens,
/// so that a repeat tells nobody.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown column.
pub async fn place(ctx: &Ctx, editing: &Editing, id: ColumnId, between: Between) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let columns = lock_all(ctx, &tx, editing).await?;
    find(&columns, id)?;
    let before: Vec<ColumnId> = columns.iter().map(|column| column.id).collect();
    let order = between.place(id, &before);
    if order != before {
        number(&tx, &columns, &order).await?;
        tell(ctx, &tx, editing).await?;
    }
    Ok(tx.commit().await?)
}

/// Removes a column. Its tasks, archived and trashed ones too, go to the end of another column in
/// their order.
///
/// # Errors
/// [`AppError::NotFound`] for unknown columns, [`AppError::Invalid`] for the last column or where
/// the tasks would go nowhere, [`AppError::Full`] where the other one has a hard limit and no room.
pub async fn remove(ctx: &Ctx, editing: &Editing, id: ColumnId, heir: ColumnId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let columns = lock_all(ctx, &tx, editing).await?;
    let (column, to) = (find(&columns, id)?, find(&columns, heir)?);
    if column.id == to.id {
        return Err(AppError::field("heir", Problem::NotAllowed));
    }
    limits::check_room(&tx, to, limits::on_board(&*tx, id).await?).await?;
    let rows = tasks_of(&tx, id).await?;
    let coming = Coming {
        from: Stand { column: id, status: column.status },
        to: Stand { column: heir, status: to.status },
        ranks: relocate::ranks_behind(&tx, heir, rows.len()).await?,
    };
    relocate::all(ctx, &tx, rows, coming).await?;
    board_column::Entity::delete_by_id(id).exec(&*tx).await?;
    let order: Vec<ColumnId> = columns.iter().map(|column| column.id).filter(|other| *other != id).collect();
    number(&tx, &columns, &order).await?;
    tell(ctx, &tx, editing).await?;
    Ok(tx.commit().await?)
}

/// Collapses a column for the person who asks, or opens it again. Twice is the same as once.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown column.
pub async fn fold(ctx: &Ctx, viewing: &Viewing, id: ColumnId, is_folded: bool) -> AppResult<()> {
    let me = ctx.me()?;
    let tx = ctx.begin().await?;
    let is_there = board_column::Entity::find_by_id(id)
        .filter(board_column::Column::ProjectId.eq(viewing.project().id))
        .count(&*tx)
        .await?;
    if is_there == 0 {
        return Err(AppError::NotFound);
    }
    if is_folded {
        let row = column_fold::ActiveModel { user_id: Set(me.id), column_id: Set(id) };
        let once =
            OnConflict::columns([column_fold::Column::UserId, column_fold::Column::ColumnId]).do_nothing().to_owned();
        column_fold::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await?;
    } else {
        column_fold::Entity::delete_by_id((me.id, id)).exec(&*tx).await?;
    }
    Ok(tx.commit().await?)
}

/// The columns of a project that the person has collapsed.
///
/// # Errors
/// Only those of the database.
pub async fn folded(ctx: &Ctx, columns: &[board_column::Model]) -> AppResult<HashSet<ColumnId>> {
    let Ok(me) = ctx.me() else { return Ok(HashSet::new()) };
    let rows = column_fold::Entity::find()
        .filter(column_fold::Column::UserId.eq(me.id))
        .filter(column_fold::Column::ColumnId.is_in(columns.iter().map(|column| column.id)))
        .all(ctx.reader())
        .await?;
    Ok(rows.into_iter().map(|row| row.column_id).collect())
}

/// All columns from the left, with the project held until the transaction ends.
async fn lock_all(ctx: &Ctx, tx: &WriteTx, editing: &Editing) -> AppResult<Vec<board_column::Model>> {
    stream::lock(ctx, &**tx, editing.project().id).await?;
    projects::columns(&**tx, editing.project().id).await
}

fn find(columns: &[board_column::Model], id: ColumnId) -> AppResult<&board_column::Model> {
    columns.iter().find(|column| column.id == id).ok_or(AppError::NotFound)
}

fn checked_name(name: &str, columns: &[board_column::Model], own: Option<ColumnId>) -> AppResult<String> {
    let mut checks = Checks::default();
    let name = checks.line("name", name, COLUMN_NAME_MAX);
    let is_same = |column: &board_column::Model| column.name.to_lowercase() == name.to_lowercase();
    if columns.iter().any(|column| Some(column.id) != own && is_same(column)) {
        checks.add("name", Problem::Taken);
    }
    checks.done()?;
    Ok(name)
}

fn checked_limit(limit: Option<i64>) -> AppResult<Option<i32>> {
    let Some(limit) = limit else { return Ok(None) };
    let fits = i32::try_from(limit).ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    let range = Problem::OutOfRange { min: 1, max: i64::from(LIMIT_MAX) };
    fits.map(Some).ok_or_else(|| AppError::field("limit", range))
}

/// Tasks of a column, archived ones too, in their order.
async fn tasks_of(tx: &WriteTx, column: ColumnId) -> AppResult<Vec<task::Model>> {
    let rows = task::Entity::find().filter(task::Column::ColumnId.eq(column)).order_by_asc(task::Column::Rank);
    Ok(rows.all(&**tx).await?)
}

/// Writes the positions that differ from the order; a board has few columns.
async fn number(tx: &WriteTx, before: &[board_column::Model], order: &[ColumnId]) -> AppResult<()> {
    for (at, id) in order.iter().enumerate() {
        let is_there = before.iter().any(|column| column.id == *id && column.position == position(at));
        if !is_there {
            let fresh =
                board_column::ActiveModel { id: Unchanged(*id), position: Set(position(at)), ..Default::default() };
            fresh.update(&**tx).await?;
        }
    }
    Ok(())
}

fn position(at: usize) -> i32 {
    i32::try_from(at).unwrap_or(i32::MAX)
}

/// Tells open pages that the columns are other ones.
async fn tell(ctx: &Ctx, tx: &WriteTx, editing: &Editing) -> AppResult<()> {
    stream::append(ctx, &**tx, editing.project().id, None, &Change::Columns).await
}

/// The right to see the project of a column.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there or not visible.
pub async fn project_of(ctx: &Ctx, id: ColumnId) -> AppResult<Viewing> {
    let column = board_column::Entity::find_by_id(id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    access::by_id(ctx, ctx.reader(), column.project_id).await
}

/// A column and its tasks, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub column: board_column::Model,
    /// Tasks on the board.
    pub on_board: u32,
    /// Tasks in the archive or the trash.
    pub put_away: u32,
}

#[derive(FromQueryResult)]
struct CountRow {
    column_id: ColumnId,
    many: i64,
    away: i64,
}

/// The columns of a project from the left, with their tasks counted.
///
/// # Errors
/// Only those of the database.
pub async fn list(ctx: &Ctx, viewing: &Viewing) -> AppResult<Vec<Counted>> {
    let project = viewing.project().id;
    let rows = task::Entity::find()
        .select_only()
        .column(task::Column::ColumnId)
        .column_as(task::Column::Id.count(), "many")
        .column_as(task::Column::ArchivedAt.count(), "away")
        .filter(task::Column::ProjectId.eq(project))
        .group_by(task::Column::ColumnId)
        .into_model::<CountRow>()
        .all(ctx.reader())
        .await?;
    let counts: HashMap<ColumnId, (i64, i64)> =
        rows.into_iter().map(|row| (row.column_id, (row.many, row.away))).collect();
    let count = |many: i64| u32::try_from(many).unwrap_or(0);
    let columns = projects::columns(ctx.reader(), project).await?;
    Ok(columns
        .into_iter()
        .map(|column| {
            let (many, away) = counts.get(&column.id).copied().unwrap_or_default();
            Counted { on_board: count(many - away), put_away: count(away), column }
        })
        .collect())
}
