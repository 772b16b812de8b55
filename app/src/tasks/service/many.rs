//! The histories of many tasks at once: one statement for hundreds of events.

use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::events::Event;
use crate::{
    domain::ids::{EventId, ProjectId, TaskId},
    entities::task_event,
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx, fault},
};

/// Rows in one statement: each takes a dozen parameters, of which both engines allow over 30,000.
pub const CHUNK: usize = 500;

/// Writes an event for each task, now, by whoever asks.
///
/// # Errors
/// Only those of the database.
pub async fn record(ctx: &Ctx, tx: &WriteTx, project: ProjectId, happened: &[(TaskId, Event)]) -> AppResult<()> {
    for chunk in happened.chunks(CHUNK) {
        let mut rows = Vec::with_capacity(chunk.len());
        for (task, event) in chunk {
            let Event { kind, from, to, detail, op_id } = event;
            let detail = serde_json::to_string(detail).map_err(|error| fault::internal("writing an event", error))?;
            rows.push(task_event::ActiveModel {
                id: Set(EventId(Uuid::now_v7())),
                project_id: Set(project),
                task_id: Set(*task),
                at: Set(ctx.now),
                actor_id: Set(ctx.actor_id()),
                kind: Set(*kind),
                from_column_id: Set(from.map(|stand| stand.column)),
                to_column_id: Set(to.map(|stand| stand.column)),
                from_status: Set(from.map(|stand| stand.status)),
                to_status: Set(to.map(|stand| stand.status)),
                detail: Set(detail),
                op_id: Set(*op_id),
            });
        }
        task_event::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}
