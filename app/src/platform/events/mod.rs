//! The numbered stream of changes of each project: written in the transaction of the change, told
//! to the pages that are open.
//!
//! Numbers count up in their project without a gap, in the order of commits: they are given out
//! under the project's row lock, which is held until the transaction ends. So that no two writers
//! ever wait for each other in a circle there is one order of locks, everywhere: **the project's
//! row first ([`lock`]), then columns, then tasks, then everything else**; of several projects the
//! one with the smaller id first. On SQLite there is one writer at a time, and nothing to order.

mod hub;
mod listener;
mod presence;

pub use hub::{Hub, News, Room, Told};
pub use listener::start as listen;
pub use presence::{Guest, open_task};

use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Statement,
    sea_query::{Expr, ExprTrait, LockType},
};

use super::{ctx::Ctx, fault};
use crate::{
    domain::{
        ids::{OpId, ProjectId},
        live::Change,
    },
    entities::{event_stream, project},
    error::{AppError, AppResult},
};

/// The channel on which instances on one PostgreSQL tell each other.
const CHANNEL: &str = "autoreport_live";
/// Changes older than this are no longer told to a page that comes back: it reads the board again.
const KEPT: TimeDelta = TimeDelta::days(1);
/// Changes of one project beyond these are not kept either.
const KEPT_MOST: i64 = 10_000;

/// Takes the project's row before anything else of it is locked. Reading is not held up, nor are
/// rows that refer to it.
///
/// # Errors
/// [`AppError::NotFound`] where it is not there.
pub async fn lock(ctx: &Ctx, tx: &impl ConnectionTrait, id: ProjectId) -> AppResult<()> {
    if !ctx.db().is_postgres() {
        return Ok(());
    }
    let query = project::Entity::find_by_id(id).select_only().column(project::Column::Id).lock(LockType::NoKeyUpdate);
    query.into_tuple::<ProjectId>().one(tx).await?.map(drop).ok_or(AppError::NotFound)
}

/// Writes a change of a project into its stream, in the transaction of the change. Pages that are
/// open hear of it when the transaction is committed.
///
/// # Errors
/// [`AppError::NotFound`] where the project is not there; otherwise those of the database.
pub async fn append(
    ctx: &Ctx,
    tx: &impl ConnectionTrait,
    id: ProjectId,
    op_id: Option<OpId>,
    change: &Change,
) -> AppResult<()> {
    let payload = serde_json::to_string(change).map_err(|error| fault::internal("writing a change", error))?;
    let counted = project::Entity::update_many()
        .col_expr(project::Column::LastEvent, Expr::col(project::Column::LastEvent).add(1))
        .filter(project::Column::Id.eq(id))
        .exec_with_returning(tx)
        .await?;
    let number = counted.first().ok_or(AppError::NotFound)?.last_event;
    let row = event_stream::ActiveModel {
        project_id: Set(id),
        number: Set(number),
        at: Set(ctx.now),
        actor_id: Set(ctx.actor_id()),
        op_id: Set(op_id),
        payload: Set(payload),
    };
    event_stream::Entity::insert(row).exec_without_returning(tx).await?;
    announce(ctx, tx, id).await
}

/// Has open pages look at a project once the transaction is committed; [`append`] does it. Alone it
/// is for a project that is deleted, stream and all.
///
/// # Errors
/// Only those of the database.
pub async fn announce(ctx: &Ctx, tx: &impl ConnectionTrait, id: ProjectId) -> AppResult<()> {
    if !ctx.db().is_postgres() {
        ctx.db().hub().mark(id);
        return Ok(());
    }
    // The same words twice in one transaction are sent once, so the number stays out of them.
    notify(tx, &listener::words_of_change(id)).await
}

async fn notify(db: &impl ConnectionTrait, words: &str) -> AppResult<()> {
    let sql = "SELECT pg_notify($1, $2)";
    db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [CHANNEL.into(), words.into()])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Range {
    project_id: ProjectId,
    last: i64,
    first: i64,
}

/// Forgets changes that are older than a day, and those beyond the last ten thousand of a project.
///
/// # Errors
/// Only those of the database.
pub async fn prune(ctx: &Ctx) -> AppResult<u64> {
    let tx = ctx.begin().await?;
    let old =
        event_stream::Entity::delete_many().filter(event_stream::Column::At.lt(ctx.now - KEPT)).exec(&*tx).await?;
    let mut gone = old.rows_affected;
    let ranges = event_stream::Entity::find()
        .select_only()
        .column(event_stream::Column::ProjectId)
        .column_as(event_stream::Column::Number.max(), "last")
        .column_as(event_stream::Column::Number.min(), "first")
        .group_by(event_stream::Column::ProjectId)
        .into_model::<Range>()
        .all(&*tx)
        .await?;
    for Range { project_id, last, .. } in ranges.into_iter().filter(|range| range.last - range.first >= KEPT_MOST) {
        let beyond = event_stream::Entity::delete_many()
            .filter(event_stream::Column::ProjectId.eq(project_id))
            .filter(event_stream::Column::Number.lte(last - KEPT_MOST))
            .exec(&*tx)
            .await?;
        gone += beyond.rows_affected;
    }
    tx.commit().await?;
    Ok(gone)
}
