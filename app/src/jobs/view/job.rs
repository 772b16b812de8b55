//! A job: in the list, as its filter sees it, and on its own page.

use serde::{Deserialize, Serialize};

use super::{Moment, RunItem, WAITING};
use crate::domain::{
    ids::{OccurrenceId, ScheduleId},
    job::{JobKind, ScheduleState},
    occurrence::OccurrenceState,
    schedule::UpcomingRun,
};

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
    /// What a draft of it does that is asked for by hand, in words; none for other kinds than reports.
    pub draft_now: Option<String>,
    /// The latest runs, oldest first.
    pub runs: Vec<RunItem>,
    pub can_edit: bool,
}

/// Which jobs the list shows; an empty field asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFilter {
    /// Part of the name of a job, a project or a schedule's sentence.
    pub q: String,
    /// Key of a project.
    pub project: String,
    /// A word of [`JobState`].
    pub state: String,
    /// A word of [`LastResult`].
    pub result: String,
}

crate::text_enum!(
    /// Whether a job plans runs.
    JobState {
        On = "on",
        Paused = "paused",
        /// Nothing comes any more.
        Ended = "ended",
    }
);

crate::text_enum!(
    /// How the latest run of a job went.
    LastResult {
        Done = "done",
        Partly = "partly",
        Failed = "failed",
        Skipped = "skipped",
        /// It has not ended.
        Going = "going",
        /// A draft that nobody has decided about.
        Waiting = "waiting",
        None = "none",
    }
);

/// The jobs that fit a filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobList {
    pub items: Vec<JobItem>,
    /// How many there are without a filter.
    pub all: usize,
    /// Key and name of the projects that have jobs.
    pub projects: Vec<(String, String)>,
}

impl JobItem {
    /// Whether it plans runs.
    pub fn standing(&self) -> JobState {
        match (self.state, self.next.is_some()) {
            (ScheduleState::Paused, _) => JobState::Paused,
            (ScheduleState::On, true) => JobState::On,
            (ScheduleState::On, false) => JobState::Ended,
        }
    }

    /// How its latest run went.
    pub fn last_result(&self) -> LastResult {
        use OccurrenceState::*;
        let last = self.runs.last();
        if last.is_some_and(|run| run.draft.is_some()) {
            return LastResult::Waiting;
        }
        match last.map(|run| run.state) {
            None => LastResult::None,
            Some(Done) => LastResult::Done,
            Some(Partly) => LastResult::Partly,
            Some(Failed) => LastResult::Failed,
            Some(Skipped | Cancelled) => LastResult::Skipped,
            Some(Planned | Claimed | Building | Frozen | Sending) => LastResult::Going,
        }
    }
}

impl JobFilter {
    /// Whether a job fits. A word that no choice has fits every job.
    pub fn fits(&self, job: &JobItem) -> bool {
        let words = self.q.trim().to_lowercase();
        [&job.name, &job.project_name, &job.sentence].iter().any(|text| text.to_lowercase().contains(&words))
            && (self.project.is_empty() || self.project.eq_ignore_ascii_case(&job.project_key))
            && self.state.parse().map_or(true, |state: JobState| state == job.standing())
            && self.result.parse().map_or(true, |result: LastResult| result == job.last_result())
    }

    /// Whether it asks for anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl JobState {
    /// The word in the list.
    pub const fn label(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::Paused => "Paused",
            Self::Ended => "Ended",
        }
    }
}

impl LastResult {
    /// The words in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::Partly => "Partly delivered",
            Self::Failed => "Failed",
            Self::Skipped => "Skipped or cancelled",
            Self::Going => "Still going",
            Self::Waiting => WAITING,
            Self::None => "No run yet",
        }
    }
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

/// A job's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobDetail {
    pub job: JobItem,
    pub upcoming: Vec<UpcomingRun>,
    pub recipients: Vec<String>,
    /// What a run by hand does, in words; none for other kinds than reports.
    pub run_now: Option<String>,
    /// What it does beyond its kind, in words.
    pub options: Option<String>,
    /// What its report shows, each with its name, in words; empty for other kinds.
    pub report: Vec<(String, String)>,
    pub account: String,
    /// Version of the compiled time-zone data.
    pub zone_data: String,
    /// Its rules, each with its name, in words.
    pub rules: Vec<(String, String)>,
    /// Latest first.
    pub runs: Vec<RunItem>,
    /// The run behind which there are older ones.
    pub older: Option<OccurrenceId>,
    /// Whether these are the latest.
    pub is_latest: bool,
    /// How many of its runs have not begun.
    pub waiting: usize,
}
