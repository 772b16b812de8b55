//! A run as lists show it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{EntityTrait, FromQueryResult, QuerySelect, Select};

use super::words::{moment, seconds};
use crate::{
    domain::{
        ids::OccurrenceId,
        occurrence::{OccurrenceState, Trigger},
        report::MORE,
    },
    entities::occurrence,
    error::AppResult,
    jobs::view::RunItem,
    platform::ctx::Ctx,
    reports::service::part,
};

/// The columns of a run's row in a list.
#[derive(Debug, FromQueryResult)]
pub struct Listed {
    pub id: OccurrenceId,
    pub scheduled_at: DateTime<Utc>,
    pub trigger: Trigger,
    pub is_backfill: bool,
    pub state: OccurrenceState,
    pub reason: Option<String>,
    pub subject: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Runs with the columns of [`Listed`].
pub fn listed() -> Select<occurrence::Entity> {
    use occurrence::Column::*;
    occurrence::Entity::find().select_only().columns([
        Id,
        ScheduledAt,
        Trigger,
        IsBackfill,
        State,
        Reason,
        Subject,
        StartedAt,
        FinishedAt,
    ])
}

/// Puts the subject of a person's part in the place of the subject of a report of which they do not see all projects.
///
/// # Errors
/// Only those of the database.
pub async fn as_seen(ctx: &Ctx, rows: &mut [Listed]) -> AppResult<()> {
    let of_several = |row: &&Listed| row.subject.as_deref().is_some_and(|subject| subject.contains(MORE));
    let runs: Vec<OccurrenceId> = rows.iter().filter(of_several).map(|row| row.id).collect();
    if runs.is_empty() {
        return Ok(());
    }
    let mut parts = part::partly_seen(ctx, runs).await?;
    for row in rows {
        if let Some(part) = parts.remove(&row.id) {
            row.subject = part.subject;
        }
    }
    Ok(())
}

impl Listed {
    /// In the words of its page.
    pub fn shown(self, zone: Tz) -> RunItem {
        let Listed { id, scheduled_at, trigger, is_backfill, state, reason, subject, started_at, finished_at } = self;
        let took = started_at.zip(finished_at).map(|(start, end)| end - start);
        RunItem {
            id,
            scheduled: moment(scheduled_at, zone),
            trigger,
            is_backfill,
            state,
            reason,
            subject,
            took: took.map(seconds),
            took_ms: took.map(|took| took.num_milliseconds()),
        }
    }
}
