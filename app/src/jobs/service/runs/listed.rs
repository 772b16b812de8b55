//! A run as lists show it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{EntityTrait, FromQueryResult, QuerySelect, Select};

use super::words::{moment, seconds};
use crate::{
    domain::{
        ids::OccurrenceId,
        occurrence::{OccurrenceState, Trigger},
    },
    entities::occurrence,
    jobs::view::RunItem,
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
