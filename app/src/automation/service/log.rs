//! What rules did, line by line.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::{
    domain::ids::{RuleId, RuleLogId, TaskId},
    entities::rule_log,
    error::AppResult,
    platform::ctx::Ctx,
};

/// Longest line, in characters.
const LINE_MAX: usize = 500;

/// Whether a line tells of something done or of something that could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Done,
    Error,
}

/// Writes a line.
///
/// # Errors
/// Only those of the database.
pub async fn note(
    ctx: &Ctx,
    tx: &impl ConnectionTrait,
    rule: RuleId,
    task: Option<TaskId>,
    tone: Tone,
    words: &str,
) -> AppResult<()> {
    let row = rule_log::ActiveModel {
        id: Set(RuleLogId(Uuid::now_v7())),
        rule_id: Set(rule),
        task_id: Set(task),
        at: Set(ctx.now),
        is_error: Set(tone == Tone::Error),
        words: Set(words.chars().take(LINE_MAX).collect()),
    };
    rule_log::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
