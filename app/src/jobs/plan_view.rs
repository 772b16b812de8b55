//! What the pages of backfill and dry run show.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::ScheduleId,
        job::{JobKind, RecipientKind},
        schedule::RunNote,
    },
    error::AppError,
};

/// The job that a page is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobHead {
    pub id: ScheduleId,
    pub kind: JobKind,
    pub name: String,
    pub sentence: String,
    /// In which the times of its forms are meant.
    pub zone: String,
    pub is_paused: bool,
}

/// The fields of a backfill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfillForm {
    pub from: String,
    pub to: String,
    /// A word of `Overlap`.
    pub overlap: String,
}

/// The page of a backfill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfillPage {
    pub job: JobHead,
    pub form: BackfillForm,
    /// What would be made, or why nothing would; none before it is asked for.
    pub plan: Option<Result<BackfillPlan, AppError>>,
}

/// What a backfill would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfillPlan {
    pub runs: usize,
    /// By its overlap policy.
    pub skipped: usize,
    /// Instants that have run, or are about to.
    pub already: usize,
    /// Instants that are still to come; of more than can be counted at once, so many.
    pub ahead: usize,
    /// The first of the instants that have not run.
    pub shown: Vec<BackfillLine>,
    /// How many more there are.
    pub more: usize,
}

/// One instant of a backfill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfillLine {
    /// Its local time.
    pub words: String,
    pub note: Option<RunNote>,
    /// Why it does not run; none where it does.
    pub skipped: Option<String>,
}

/// The page of a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunPage {
    pub job: JobHead,
    /// The local time in its field.
    pub at: String,
    /// The field asks for seconds, because the schedule names some.
    pub has_seconds: bool,
    /// What a run would do, or why it cannot be said; none before it is asked for.
    pub shown: Option<Result<DryRunShown, AppError>>,
}

/// What a run would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DryRunShown {
    Report(Box<DryRunReport>),
    /// Of a job that makes no report.
    Other(Box<DryRunOutlook>),
}

/// When a run would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunTime {
    /// The local time of the run.
    pub words: String,
    pub note: Option<RunNote>,
    /// Whether the schedule names this time.
    pub is_named: bool,
    /// When the run would begin, where that is later.
    pub begins: Option<String>,
    /// The local time of the run before it.
    pub previous: Option<String>,
    /// It lies ahead, so its data are those of now.
    pub is_ahead: bool,
}

/// The report that a run would send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunReport {
    pub time: DryRunTime,
    pub period: String,
    /// Why it would not be sent; none where it would.
    pub unmet: Option<String>,
    pub subject: String,
    pub account: String,
    pub people: Vec<DryRunPerson>,
    /// What the log would say of the list of recipients.
    pub notes: Vec<String>,
    pub text: String,
    /// Where its HTML is.
    pub frame: String,
    pub files: Vec<DryRunFile>,
}

/// A file that the job asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunFile {
    pub name: String,
    /// "12 kB".
    pub size: String,
    /// Where it is.
    pub href: String,
    /// It travels with the message; what is too big does not.
    pub travels: bool,
}

/// Somebody who would get the report, or would not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunPerson {
    pub address: String,
    pub name: String,
    pub kind: RecipientKind,
    /// The group through which they are on the list.
    pub via: Option<String>,
    /// Why they would get nothing.
    pub held_back: Option<String>,
}

/// What the run of a job that makes no report would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunOutlook {
    pub time: DryRunTime,
    /// In a sentence.
    pub words: String,
    /// Those who would get a mail.
    pub readers: Vec<DryRunReader>,
    /// What the log would say of the others.
    pub notes: Vec<String>,
    /// The mail of whoever looks, where one would come: those of the others are nobody else's.
    pub mine: Option<DryRunMail>,
    /// The first of the tasks that would be archived: "T-2 Finish the report".
    pub tasks: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

/// Somebody who would get a mail of their own: how much would stand in it, and nothing of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunReader {
    pub address: String,
    pub name: String,
    pub kind: RecipientKind,
    /// The group through which they are on the list.
    pub via: Option<String>,
    pub tasks: usize,
}

/// A mail that a run would send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunMail {
    pub subject: String,
    pub text: String,
    /// Where its HTML is.
    pub frame: String,
}
