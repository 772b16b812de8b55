//! What pages know of jobs and runs. Times come in two forms: the instant for machines, and words in the zone of the
//! schedule for people.

mod editor;
mod job;
mod run;

pub use editor::{EditorData, Preview, ReportChoices, TestEnd, TestOutcome};
pub use job::{JobDetail, JobFilter, JobItem, JobList, JobState, LastResult, NextRun};
pub use run::{
    AccountTrouble, DeliveryItem, DraftWait, LogLine, LogPage, RecipientGroup, RecipientPage, RunDetail, RunItem,
    RunLook, RunStep, StepItem, StepState, Trouble, WAITING,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An instant and how a page says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: DateTime<Utc>,
    pub words: String,
}

#[cfg(test)]
mod tests;
