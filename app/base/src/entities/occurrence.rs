//! Runs: one row per instant that a schedule named, and per "Run now". A run that froze its data is a report.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{AccountId, OccurrenceId, ProjectId, ScheduleId, TemplateId},
    occurrence::{OccurrenceState, Trigger},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "occurrence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OccurrenceId,
    pub schedule_id: ScheduleId,
    pub project_id: ProjectId,
    /// Counts the runs of its schedule from 1, in the order in which they were made.
    pub number: i32,
    /// The instant it was meant for; unique in its schedule.
    pub scheduled_at: DateTimeUtc,
    pub trigger: Trigger,
    pub state: OccurrenceState,
    /// Why it stands where it stands, in words.
    pub reason: Option<String>,
    /// Raised by each claim; every write of a worker carries it.
    pub fence: i64,
    /// Which instance holds it, for people.
    pub lease_owner: Option<String>,
    pub lease_until: Option<DateTimeUtc>,
    pub attempts: i32,
    /// How often in a row sending broke off for another reason than its messages.
    pub rests: i32,
    pub next_try_at: Option<DateTimeUtc>,
    /// Until when the try that is going on must have stored its messages.
    pub deadline: Option<DateTimeUtc>,
    /// Its owner is to read the draft first.
    pub is_held: bool,
    /// Some of its messages have reached no mail server yet.
    pub waits_for_account: bool,
    /// Whoever started it by hand wants to read it before it is sent.
    pub wants_draft: bool,
    /// The template and the version of it that its messages are written with; none where that is the built-in mail.
    pub template_id: Option<TemplateId>,
    pub template_version: Option<i32>,
    /// A person asked for it after its time.
    pub is_backfill: bool,
    /// First local day that the report covers.
    pub period_from: Option<Date>,
    /// Last local day that the report covers.
    pub period_to: Option<Date>,
    pub subject: Option<String>,
    pub finding: Option<String>,
    /// SHA-256 of its frozen data (`occurrence_snapshot`), in hex; none before they are frozen. It stays when they are
    /// removed.
    pub snapshot_hash: Option<String>,
    /// What the report shows and which files it has, as the options of the schedule said when the data were frozen; none
    /// for other kinds, and for runs from before this was kept.
    pub report_spec: Option<String>,
    /// The commit in the archive, in hex.
    pub commit_id: Option<String>,
    /// The account that its messages were written for; there may be none of that id any more.
    pub mail_account_id: Option<AccountId>,
    /// The sender of their envelopes.
    pub mail_sender: Option<String>,
    /// When the archive last failed to take it.
    pub keep_tried_at: Option<DateTimeUtc>,
    pub started_at: Option<DateTimeUtc>,
    /// When the latest try began to collect its data.
    pub building_at: Option<DateTimeUtc>,
    pub frozen_at: Option<DateTimeUtc>,
    /// When its messages were stored, for the first time.
    pub sending_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    /// When its data, files and messages were removed.
    pub removed_at: Option<DateTimeUtc>,
    /// The retention that removed them, in months.
    pub removed_after_months: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
