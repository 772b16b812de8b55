//! What pages know of jobs and runs. Times come in two forms: the instant for machines, and words in the zone of the
//! schedule for people.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::form::JobForm;
use crate::domain::{
    delivery::DeliveryPhase,
    ids::{DeliveryId, OccurrenceId, ScheduleId},
    job::{JobKind, LogLevel, RecipientKind, ScheduleState},
    occurrence::{OccurrenceState, Trigger},
    schedule::UpcomingRun,
};
use crate::error::Problem;

/// An instant and how a page says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: DateTime<Utc>,
    pub words: String,
}

/// A job in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobItem {
    pub id: ScheduleId,
    pub kind: JobKind,
    pub name: String,
    pub project_key: String,
    pub project_name: String,
    /// "Mondays at 07:00, Europe/Ljubljana".
    pub sentence: String,
    pub state: ScheduleState,
    pub pause_note: Option<String>,
    pub next: Option<Moment>,
    /// How long until the next run, such as "10 h".
    pub next_in: Option<String>,
    /// The latest runs, oldest first.
    pub runs: Vec<RunItem>,
    pub can_edit: bool,
}

/// The next run of a job, for the dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextRun {
    pub id: ScheduleId,
    pub name: String,
    pub sentence: String,
    pub next: Moment,
    pub next_in: String,
}

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunItem {
    pub id: OccurrenceId,
    pub scheduled: Moment,
    pub trigger: Trigger,
    pub state: OccurrenceState,
    pub reason: Option<String>,
    pub subject: Option<String>,
    /// From its start to its end, in words; none while it has not ended.
    pub took: Option<String>,
    /// The same in milliseconds.
    pub took_ms: Option<i64>,
}

/// A job's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobDetail {
    pub job: JobItem,
    pub upcoming: Vec<UpcomingRun>,
    pub recipients: Vec<String>,
    /// What it does beyond its kind, in words.
    pub options: Option<String>,
    pub account: String,
    /// Version of the compiled time-zone data.
    pub zone_data: String,
    /// Latest first.
    pub runs: Vec<RunItem>,
}

/// A run's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDetail {
    pub run: RunItem,
    pub kind: JobKind,
    pub job_id: ScheduleId,
    pub job_name: String,
    /// The job has been deleted since.
    pub job_is_gone: bool,
    /// Days that the report covers, in words.
    pub period: Option<String>,
    pub commit: Option<String>,
    pub snapshot_hash: Option<String>,
    pub has_report: bool,
    pub next_try: Option<Moment>,
    pub deliveries: Vec<DeliveryItem>,
    /// Why nothing goes over its mail account for now.
    pub blocked: Option<String>,
    pub log: Vec<LogLine>,
    pub can_edit: bool,
}

/// A recipient of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryItem {
    pub id: DeliveryId,
    pub address: String,
    pub name: String,
    pub kind: RecipientKind,
    /// The group through which they are on the list.
    pub via: Option<String>,
    pub phase: DeliveryPhase,
    /// The server's own words, or why there are none.
    pub said: String,
    pub attempts: i32,
    pub next_try: Option<Moment>,
}

/// A line of a run's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Local time to the millisecond.
    pub time: String,
    pub level: LogLevel,
    pub words: String,
}

/// What the editor needs beside the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditorData {
    pub id: Option<ScheduleId>,
    pub version: i64,
    pub form: JobForm,
    /// The kinds that the person may make.
    pub kinds: Vec<JobKind>,
    /// Key and name of the projects that can have jobs.
    pub projects: Vec<(String, String)>,
    /// Id and name of the mail accounts; the first is the default.
    pub accounts: Vec<(String, String)>,
    /// The groups that can be named as recipients.
    pub groups: Vec<String>,
}

/// The sentence and next runs of a form, or why there are none. Half a form is no error: it is being typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preview {
    Runs {
        sentence: String,
        runs: Vec<UpcomingRun>,
        /// Version of the compiled time-zone data.
        zone_data: String,
    },
    NotYet(Vec<Problem>),
}
