//! A run: in a list, and on its own page with its steps, recipients and log.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Moment;
use crate::domain::{
    delivery::DeliveryPhase,
    ids::{AccountId, DeliveryId, OccurrenceId, ScheduleId},
    job::{JobKind, LogLevel, RecipientKind},
    occurrence::{OccurrenceState, Trigger},
};

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunItem {
    pub id: OccurrenceId,
    /// What its job does: the words for its states are of that.
    pub kind: JobKind,
    /// Which run of its job it is, from 1.
    pub number: i32,
    pub scheduled: Moment,
    pub trigger: Trigger,
    /// A person asked for it after its time.
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
        use OccurrenceState::{Building, Frozen, Sending};
        match (self.kind, self.state) {
            _ if self.draft.is_some() => WAITING,
            (JobKind::GitPush, Building | Frozen | Sending) => "Pushing",
            (JobKind::ArchiveTasks, Building) => "Finding tasks",
            (JobKind::ArchiveTasks, Frozen | Sending) => "Archiving",
            (_, state) => state.label(),
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
    /// Its messages are kept in the outbox of this program.
    pub is_in_outbox: bool,
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
    pub recipients: RecipientPage,
    /// Why its messages wait for its mail account.
    pub trouble: Option<AccountTrouble>,
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
    /// The words on the page; none where a job of this kind does nothing in this step.
    pub const fn label(self, kind: JobKind) -> Option<&'static str> {
        match (kind, self) {
            (JobKind::GitPush, Self::Write) => Some("Push"),
            (JobKind::ArchiveTasks, Self::Collect) => Some("Find tasks"),
            (JobKind::ArchiveTasks, Self::Write) => Some("Archive"),
            (JobKind::GitPush | JobKind::ArchiveTasks, _) => None,
            (_, Self::Collect) => Some("Collect data"),
            (_, Self::Write) => Some("Draw and write"),
            (_, Self::Send) => Some("Send"),
        }
    }
}

crate::text_enum!(
    /// Recipients of a run by what became of their messages, in the order in which somebody has to look at them.
    RecipientGroup {
        Unknown = "unknown",
        Failed = "failed",
        Waiting = "waiting",
        HeldBack = "held-back",
        Delivered = "delivered",
    }
);

impl RecipientGroup {
    /// Where a message belongs.
    pub const fn of(phase: DeliveryPhase) -> Self {
        use DeliveryPhase::*;
        match phase {
            Uncertain => Self::Unknown,
            Failed => Self::Failed,
            Queued | Connecting | Envelope | DataSent | Deferred => Self::Waiting,
            Withheld => Self::HeldBack,
            Accepted => Self::Delivered,
        }
    }

    /// The words on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Failed => "Not delivered",
            Self::Waiting => "Not sent yet",
            Self::HeldBack => "Held back",
            Self::Delivered => "Delivered",
        }
    }
}

/// Recipients of a run, as many as a page shows: those whose messages want a decision first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientPage {
    pub shown: Vec<DeliveryItem>,
    /// How many there are in each group that has any.
    pub groups: Vec<(RecipientGroup, usize)>,
    /// Only these are shown; none: all.
    pub group: Option<RecipientGroup>,
    /// From 1.
    pub page: usize,
    pub pages: usize,
}

impl RecipientPage {
    /// How many there are in a group.
    pub fn count(&self, group: RecipientGroup) -> usize {
        self.groups.iter().find(|(one, _)| *one == group).map_or(0, |(_, count)| *count)
    }

    /// How many there are in all.
    pub fn total(&self) -> usize {
        self.groups.iter().map(|(_, count)| count).sum()
    }
}

/// What of the recipients and the log of a run is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLook {
    /// Only the log before this line.
    pub line: Option<Uuid>,
    pub group: Option<RecipientGroup>,
    /// Of the recipients, from 1; 0 is the first as well.
    pub page: usize,
}

/// Why the messages of a run wait for their mail account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTrouble {
    pub name: String,
    /// For those who may change it.
    pub account: Option<AccountId>,
    pub what: Trouble,
}

/// What keeps messages from leaving over an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// It does not work, as the last message found out.
    Blocked { words: String },
    /// Its server cannot be reached, or answers nothing, as the last message found out.
    Unreachable { words: String },
    /// Its server has asked for less.
    Slowed,
    /// It may send so many messages a minute.
    Paced { per_minute: u32 },
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
