//! Many tasks that change their column or its status together: a few statements, one event each.

use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, Func},
};

use super::{
    events::{Detail, Event, Stand},
    many::{self, CHUNK},
    moves::{self, End},
};
use crate::{
    domain::{
        ids::ColumnId,
        rank::{self, Rank},
        task::{Category, EventKind, Status},
    },
    entities::task,
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx},
};

/// Where tasks come from and go to.
pub struct Coming {
    pub from: Stand,
    pub to: Stand,
    /// One rank for each task in its new column; empty where they stay in their column.
    pub ranks: Vec<Rank>,
}

/// So many ranks behind the last task of a column, archived ones counted.
///
/// # Errors
/// Only those of the database.
pub async fn ranks_behind(tx: &WriteTx, column: ColumnId, count: usize) -> AppResult<Vec<Rank>> {
    let Some(rest) = count.checked_sub(1) else { return Ok(Vec::new()) };
    let first = moves::end_rank(&**tx, column, End::Bottom).await?;
    let others = rank::spread(rest, Some(&first), None);
    Ok(std::iter::once(first).chain(others).collect())
}

/// Takes tasks to a column or a status, and writes it into their histories. The caller holds both
/// columns.
///
/// # Errors
/// Only those of the database.
pub async fn all(ctx: &Ctx, tx: &WriteTx, rows: Vec<task::Model>, coming: Coming) -> AppResult<()> {
    let Coming { from, to, ranks } = coming;
    let Some(project) = rows.first().map(|row| row.project_id) else { return Ok(()) };
    let moved =
        Event { kind: EventKind::Moved, from: Some(from), to: Some(to), detail: Detail::default(), op_id: None };
    let happened: Vec<_> = rows.iter().map(|row| (row.id, moved.clone())).collect();
    many::record(ctx, tx, project, &happened).await?;
    for (number, chunk) in rows.chunks(CHUNK).enumerate() {
        let mut fresh = task::Entity::update_many()
            .col_expr(task::Column::ColumnId, Expr::value(to.column))
            .col_expr(task::Column::UpdatedAt, Expr::value(ctx.now))
            .col_expr(task::Column::Version, Expr::col(task::Column::Version).add(1))
            .col_expr(task::Column::Category, category(to.status))
            .col_expr(task::Column::CompletedAt, completed(ctx, to.status))
            .filter(task::Column::Id.is_in(chunk.iter().map(|row| row.id)));
        if !ranks.is_empty() {
            let ranks = ranks.iter().skip(number * CHUNK);
            let by_task = chunk.iter().zip(ranks).fold(CaseStatement::new(), |case, (row, rank)| {
                case.case(Expr::col(task::Column::Id).eq(row.id), Expr::value(rank.as_str()))
            });
            fresh = fresh.col_expr(task::Column::Rank, by_task.finally(Expr::col(task::Column::Rank)).into());
        }
        fresh.exec(&**tx).await?;
    }
    Ok(())
}

/// As [`Category::after_move`], in SQL.
fn category(to: Status) -> Expr {
    Category::ALL
        .iter()
        .fold(CaseStatement::new(), |case, category| {
            case.case(Expr::col(task::Column::Category).eq(*category), Expr::value(category.after_move(to)))
        })
        .finally(Expr::col(task::Column::Category))
        .into()
}

/// As [`moves::completed_at`], in SQL.
fn completed(ctx: &Ctx, to: Status) -> Expr {
    match to {
        Status::Done => Func::coalesce([Expr::col(task::Column::CompletedAt), Expr::value(ctx.now)]).into(),
        Status::Todo | Status::Progress | Status::Pending => Expr::value(Option::<chrono::DateTime<chrono::Utc>>::None),
    }
}
