//! The form of a job: what it can be chosen of, and what it comes to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{ids::ScheduleId, job::JobKind, recipient::Known, schedule::UpcomingRun},
    error::Problem,
    jobs::form::JobForm,
};

/// What became of a test mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOutcome {
    pub end: TestEnd,
    pub to: String,
    /// The mail server's words, or why there are none.
    pub words: String,
    pub at: DateTime<Utc>,
}

/// How a test mail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestEnd {
    Sent,
    /// It could not be written, or the mail server did not take it.
    NotSent,
    /// There was nothing to send: a run of this moment would have no mail for the person either.
    Nothing,
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
    /// The people and groups of the project that the form proposes as recipients; none for a job that sends no mail.
    pub known: Vec<Known>,
    /// What the report of a job can be chosen of.
    pub report: ReportChoices,
    /// What came of the test that was sent from this form.
    pub tested: Option<TestOutcome>,
}

/// What a report can be chosen of: ids, and what they are called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportChoices {
    /// Other projects that the person sees.
    pub projects: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    pub people: Vec<(String, String)>,
    /// Those that are published.
    pub templates: Vec<(String, String)>,
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
