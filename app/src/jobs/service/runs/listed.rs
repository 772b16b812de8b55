//! A run as lists show it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{EntityTrait, FromQueryResult, QuerySelect, Select};

use super::words::{moment, seconds};
use crate::{
    alarms::service::people,
    domain::{
        ids::OccurrenceId,
        job::JobKind,
        occurrence::{OccurrenceState, Trigger},
        report::MORE,
    },
    entities::{occurrence, schedule},
    error::AppResult,
    jobs::view::{DraftWait, RunItem},
    platform::ctx::Ctx,
    reports::service::part,
};

/// The columns of a run's row in a list.
#[derive(Debug, FromQueryResult)]
pub struct Listed {
    pub id: OccurrenceId,
    pub number: i32,
    pub scheduled_at: DateTime<Utc>,
    pub trigger: Trigger,
    pub is_backfill: bool,
    pub state: OccurrenceState,
    pub reason: Option<String>,
    pub subject: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub is_held: bool,
    pub next_try_at: Option<DateTime<Utc>>,
}

/// Runs with the columns of [`Listed`].
pub fn listed() -> Select<occurrence::Entity> {
    use occurrence::Column::*;
    occurrence::Entity::find().select_only().columns([
        Id,
        Number,
        ScheduledAt,
        Trigger,
        IsBackfill,
        State,
        Reason,
        Subject,
        StartedAt,
        FinishedAt,
        IsHeld,
        NextTryAt,
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

/// Whom the drafts among the runs of a job wait for, in names; empty where none of them is a draft.
///
/// # Errors
/// Only those of the database.
pub async fn asked(ctx: &Ctx, job: &schedule::Model, rows: &[Listed]) -> AppResult<String> {
    match rows.iter().any(|row| row.is_held) {
        true => people::responsible_names(ctx.reader(), job.project_id, job.owner_id).await,
        false => Ok(String::new()),
    }
}

impl Listed {
    /// In the words of its page; `kind` and `asked` ([`asked`]) are of its job.
    pub fn shown(self, kind: JobKind, zone: Tz, asked: &str) -> RunItem {
        let Listed {
            id,
            number,
            scheduled_at,
            trigger,
            is_backfill,
            state,
            reason,
            subject,
            started_at,
            finished_at,
            is_held,
            next_try_at,
        } = self;
        let took = started_at.zip(finished_at).map(|(start, end)| end - start);
        let draft =
            is_held.then(|| DraftWait { who: asked.to_owned(), until: next_try_at.map(|until| moment(until, zone)) });
        RunItem {
            id,
            kind,
            number,
            scheduled: moment(scheduled_at, zone),
            trigger,
            is_backfill,
            state,
            draft,
            reason,
            subject,
            took: took.map(seconds),
            took_ms: took.map(|took| took.num_milliseconds()),
        }
    }
}
