//! The log of a run: what happened, line by line, for people.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::{
    domain::{ids::OccurrenceId, job::LogLevel},
    entities::occurrence_log,
    error::AppResult,
    platform::ctx::Ctx,
};

/// Adds a line to a run's log.
///
/// # Errors
/// Only those of the database.
pub async fn note(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    run: OccurrenceId,
    level: LogLevel,
    words: impl Into<String>,
) -> AppResult<()> {
    occurrence_log::Entity::insert(line(ctx, run, level, words)).exec_without_returning(db).await?;
    Ok(())
}

/// A line of a run's log that is not stored yet.
pub fn line(ctx: &Ctx, run: OccurrenceId, level: LogLevel, words: impl Into<String>) -> occurrence_log::ActiveModel {
    occurrence_log::ActiveModel {
        id: Set(Uuid::now_v7()),
        occurrence_id: Set(run),
        at: Set(ctx.now),
        level: Set(level),
        words: Set(words.into()),
    }
}
