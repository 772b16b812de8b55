//! What pages know of jobs and runs. Times come in two forms: the instant for machines, and words in the zone of the
//! schedule for people.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::form::JobForm;
use crate::domain::{
    delivery::DeliveryPhase,
    ids::{DeliveryId, OccurrenceId, ScheduleId},
    job::{JobKind, LogLevel, RecipientKind, ScheduleState},
    occurrence::{OccurrenceState, Trigger},
    recipient::Known,
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

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunItem {
    pub id: OccurrenceId,
    /// Which run of its job it is, from 1.
    pub number: i32,
    pub scheduled: Moment,
    pub trigger: Trigger,
    /// A person asked for it after its time, or ahead of it.
    pub is_backfill: bool,
    pub state: OccurrenceState,
    /// It waits for a word of its owner.
    pub draft: Option<DraftWait>,
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
}

/// What a run is called that waits for a word of its owner.
pub const WAITING: &str = "Waiting for approval";

/// Whom a draft waits for, and how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftWait {
    /// Names of those who were asked.
    pub who: String,
    /// When it goes out without an answer; none: never.
    pub until: Option<Moment>,
}

impl DraftWait {
    /// "By Mina Kovač until Mon 23 Nov 2026, 08:00; then it goes out as it is."
    pub fn words(&self) -> String {
        let Self { who, until } = self;
        match until {
            Some(until) => format!("By {who} until {}; then it goes out as it is.", until.words),
            None => format!("By {who}; it goes out only then."),
        }
    }
}

impl RunItem {
    /// The word on the page: a draft does nothing until somebody decides.
    pub fn label(&self) -> &'static str {
        match self.draft {
            Some(_) => WAITING,
            None => self.state.label(),
        }
    }
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
    /// "Weekly status, version 3", where it is written with a template.
    pub template: Option<String>,
    /// Nobody works on it, and it has not ended.
    pub is_waiting: bool,
    pub next_try: Option<Moment>,
    /// How often it was begun before its messages existed, and how often that may be.
    pub attempts: u32,
    pub tries: u32,
    /// Empty before it was begun.
    pub steps: Vec<StepItem>,
    pub deliveries: Vec<DeliveryItem>,
    /// Why nothing goes over its mail account for now.
    pub blocked: Option<String>,
    pub log: Vec<LogLine>,
    /// The line before which there are older ones.
    pub older_log: Option<Uuid>,
    /// Whether these are the last lines.
    pub is_latest_log: bool,
    pub can_edit: bool,
}

crate::text_enum!(
    /// What a run does, one after the other.
    RunStep { Collect = "collect", Write = "write", Send = "send" }
);

crate::text_enum!(
    /// How far a step has come.
    StepState {
        /// It comes, or never came.
        NotReached = "not_reached",
        Going = "going",
        /// It goes on at the next try.
        Waiting = "waiting",
        Done = "done",
        /// The run ended here, or not all of it arrived.
        Failed = "failed",
        Stopped = "stopped",
    }
);

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepItem {
    pub step: RunStep,
    pub state: StepState,
    /// How long it took, in words and in milliseconds; none while it has not ended.
    pub took: Option<String>,
    pub took_ms: Option<i64>,
}

impl RunStep {
    /// The words on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Collect => "Collect data",
            Self::Write => "Draw and write",
            Self::Send => "Send",
        }
    }
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
    /// Rises with time.
    pub id: Uuid,
    /// Local time to the millisecond.
    pub time: String,
    pub level: LogLevel,
    pub words: String,
}

/// Some lines of a run's log, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    pub lines: Vec<LogLine>,
    /// The line before which there are older ones.
    pub older: Option<Uuid>,
    /// Whether these are the last ones.
    pub is_latest: bool,
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> JobItem {
        JobItem {
            id: ScheduleId(Uuid::nil()),
            kind: JobKind::WeeklyReport,
            name: "Weekly report".into(),
            project_key: "REP".into(),
            project_name: "Reporting".into(),
            sentence: "Mondays at 07:00, UTC".into(),
            state: ScheduleState::On,
            pause_note: None,
            next: None,
            next_in: None,
            runs: Vec::new(),
            can_edit: true,
        }
    }

    fn fits(q: &str, project: &str, state: &str, result: &str) -> bool {
        let [q, project, state, result] = [q, project, state, result].map(str::to_owned);
        JobFilter { q, project, state, result }.fits(&job())
    }

    fn run(draft: Option<DraftWait>) -> RunItem {
        RunItem {
            id: OccurrenceId(Uuid::nil()),
            number: 12,
            scheduled: Moment { at: DateTime::UNIX_EPOCH, words: "Thu 1 Jan 1970, 00:00".into() },
            trigger: Trigger::Schedule,
            is_backfill: false,
            state: OccurrenceState::Frozen,
            draft,
            reason: None,
            subject: None,
            took: None,
            took_ms: None,
        }
    }

    #[test]
    fn a_draft_is_said_to_wait_and_for_whom() {
        let until = Moment { at: DateTime::UNIX_EPOCH, words: "Mon 23 Nov 2026, 08:00".into() };
        let wait = DraftWait { who: "Mina Kovač".into(), until: Some(until) };
        assert_eq!(wait.words(), "By Mina Kovač until Mon 23 Nov 2026, 08:00; then it goes out as it is.");
        assert_eq!(run(None).label(), "Writing messages");
        assert_eq!(run(Some(wait.clone())).label(), "Waiting for approval");
        let with = |run| JobItem { runs: vec![run], ..job() }.last_result();
        assert_eq!((with(run(None)), with(run(Some(wait)))), (LastResult::Going, LastResult::Waiting));
    }

    #[test]
    fn a_filter_asks_for_what_its_fields_say_and_for_nothing_else() {
        assert!(fits("", "", "", "") && JobFilter::default().is_empty());
        assert!(fits("MONDAYS", "rep", "ended", "none"));
        assert!(!fits("tuesdays", "", "", "") && !fits("", "OPS", "", ""));
        assert!(!fits("", "", "on", "") && !fits("", "", "", "failed"));
        assert!(fits("", "", "no such word", "nor this"));
    }
}
