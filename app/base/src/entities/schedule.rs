//! Schedules: what runs when, and by which rules.

use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*, sea_query::SelectStatement};

use crate::domain::{
    delivery::UncertainRule,
    ids::{AccountId, ProjectId, ScheduleId, UserId},
    job::{JobKind, ScheduleState},
    planner::{Misfire, Overlap},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScheduleId,
    pub project_id: ProjectId,
    pub owner_id: Option<UserId>,
    pub name: String,
    pub kind: JobKind,
    /// `domain::job_options::JobOptions` of the kind as JSON; none where there is nothing to choose.
    pub options: Option<String>,
    /// `domain::schedule::ScheduleSpec` as JSON.
    pub spec: String,
    /// The mail account; the default one where none is chosen.
    pub account_id: Option<AccountId>,
    pub state: ScheduleState,
    /// Why it is paused, in words.
    pub pause_note: Option<String>,
    /// None when the schedule has ended.
    pub next_run_at: Option<DateTimeUtc>,
    /// The last instant that the planner has dealt with.
    pub last_planned_at: DateTimeUtc,
    pub misfire: Misfire,
    /// For the misfire rule "all": how many runs.
    pub catch_up_at_most: i32,
    pub catch_up_minutes: i32,
    pub grace_minutes: i32,
    pub overlap: Overlap,
    pub failures_in_row: i32,
    /// Planned runs so far; they count against the number of runs in `spec`.
    pub runs_made: i32,
    /// The number of its latest run; all runs count, also those that were skipped or started by hand.
    pub last_number: i32,
    /// How far the starts of runs are spread.
    pub jitter_seconds: i32,
    /// How long one try may take until its messages are stored.
    pub timeout_minutes: Option<i32>,
    pub tries: i32,
    /// The wait after the first try; it doubles up to the longest.
    pub retry_first_seconds: i32,
    pub retry_longest_seconds: i32,
    /// `domain::condition::Condition` as JSON; none: always.
    pub send_if: Option<String>,
    pub pause_after_failures: i32,
    /// How long a message is tried.
    pub give_up_minutes: i32,
    /// What becomes of a message whose fate is unknown.
    pub uncertain_rule: UncertainRule,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Deleted schedules keep their row: their reports stay.
    pub deleted_at: Option<DateTimeUtc>,
    /// Counts every change by a person; edits carry the one they started from.
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The ids of the jobs whose runs are reports, for `in_subquery`. What is for its reader alone is none: whatever lists,
/// shows, keeps or exports reports asks for this.
pub fn with_reports() -> SelectStatement {
    let kinds = JobKind::ALL.iter().copied().filter(|kind| kind.makes_report());
    Entity::find().select_only().column(Column::Id).filter(Column::Kind.is_in(kinds)).into_query()
}
