//! What a report is: the frozen facts that mail, page, text and commit all show.

mod chart_table;
mod day_text;
mod folded;
#[cfg(feature = "ssr")]
pub mod making;
mod period_choice;
#[cfg(feature = "ssr")]
mod rows;
pub mod spec;

pub use chart_table::{Table, chart_table};
use folded::Stored;
pub use folded::{Entry, Folded};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    condition::Facts,
    due::DueKey,
    ids::{ProjectId, TaskId, UserId},
    metrics::{
        Ageing, CycleTimes, DayCount, Figures, Finding, FlowDay, Forecast, LateBuckets, PriorityShare, Shares,
        StatusCount,
    },
    period::Period,
    task::{Category, Priority, Status},
    thousands::grouped,
};

/// The form of [`Snapshot`] as JSON. A change that older readers cannot read raises it; what a newer form has beside an
/// older one is empty where an older one is read.
pub const FORMAT: u32 = 3;

/// Days after the report that count as due next.
pub const NEXT_DAYS: u32 = 7;

/// Days before the end of the period from which cycle times, bands of age and forecasts are taken.
pub const HISTORY_DAYS: u32 = 90;

/// Fewest days of cumulative flow: less shows no flow.
pub const FLOW_DAYS: u32 = 30;

/// What stands above the comment of a report's owner, in every form of the report.
pub const COMMENT_HEADING: &str = "From the sender";

/// What the subject of a report of several projects holds: such a run is found by it, without its facts being read.
pub const MORE: &str = " more project";

/// Everything a report shows, frozen: what is rendered from it later is the same. Its lists hold the tasks themselves;
/// as it is stored, they name them ([`Folded`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(serialize = "L: Serialize + Stored", deserialize = "L: Deserialize<'de> + Stored"))]
pub struct Snapshot<L = TaskLine> {
    pub format: u32,
    /// "Weekly report".
    pub title: String,
    /// What the lists name, in the order of their ids; empty where they hold it themselves.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskLine>,
    /// The project of the schedule, whose zone counts the days.
    pub project: ReportProject,
    /// All projects whose tasks are in it, that of the schedule first; empty in format 1, where it was the only one.
    #[serde(default)]
    pub projects: Vec<ReportProject>,
    /// What it was narrowed to, in words; empty where it tells of all tasks of one project.
    #[serde(default)]
    pub scope: String,
    pub period: Period,
    /// The instant whose standing it shows.
    pub as_of: DateTime<Utc>,
    pub finding: Finding,
    /// Sentences by rule, the biggest change first.
    #[serde(default)]
    pub summary: Vec<String>,
    pub figures: Figures,
    pub days: Vec<DayCount>,
    /// Open tasks, in board order.
    pub statuses: Vec<StatusCount>,
    /// The days up to the end of the period, at least [`FLOW_DAYS`].
    #[serde(default)]
    pub cumulative: Vec<FlowDay>,
    /// Of the last [`HISTORY_DAYS`] days, or of the period where that is longer.
    #[serde(default)]
    pub cycle: CycleTimes,
    #[serde(default)]
    pub ageing: Ageing,
    #[serde(default)]
    pub forecast: Forecast,
    #[serde(default)]
    pub people: Shares,
    #[serde(default)]
    pub labels: Shares,
    #[serde(default)]
    pub priorities: PriorityShare,
    #[serde(default)]
    pub late: LateBuckets,
    /// Finished in the period: highlights first, then the latest first.
    pub finished: Vec<L>,
    /// In Progress or Pending, the oldest work first.
    pub in_progress: Vec<L>,
    /// Open and late, the longest first.
    pub overdue: Vec<L>,
    /// Due in the next [`NEXT_DAYS`] days, the nearest first.
    pub due_next: Vec<L>,
    /// Finished in the period and no highlights, the latest first.
    #[serde(default = "Vec::new")]
    pub accomplishments: Vec<L>,
    /// Highlights that were finished in the period or are being worked on: finished ones first, the latest first.
    #[serde(default = "Vec::new")]
    pub highlights: Vec<L>,
    /// Open, and Pending or behind a task that is not finished: the longest waiting first.
    #[serde(default = "Vec::new")]
    pub blocked: Vec<L>,
    /// In another status than when the period began, the latest move first.
    #[serde(default = "Vec::new")]
    pub moved: Vec<L>,
    /// Taken out of Completed in the period and open, the latest first.
    #[serde(default = "Vec::new")]
    pub reopened: Vec<L>,
    /// Created in the period, the latest first.
    #[serde(default = "Vec::new")]
    pub created: Vec<L>,
    /// What the work notes of the period say, the latest day first.
    #[serde(default)]
    pub notes: Vec<NoteLine>,
    /// The same report for readers who do not see all of its projects; see [`Snapshot::seen_by`].
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Snapshot<L>>,
}

/// The project as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportProject {
    pub id: ProjectId,
    pub key: String,
    pub name: String,
    /// IANA zone in which its days are counted.
    pub zone: String,
}

/// A task in a list of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLine {
    pub id: TaskId,
    /// "T-219".
    pub reference: String,
    pub title: String,
    /// Names of the people it is assigned to.
    pub people: Vec<String>,
    pub status: Status,
    pub priority: Priority,
    pub category: Category,
    /// Days of work so far or in all, both ends counted; none before it was started.
    pub work_days: Option<u32>,
    #[serde(serialize_with = "day_text::optional")]
    pub finished_on: Option<NaiveDate>,
    /// What its due date meant then.
    pub due: Option<DueWords>,
    /// In a list of moves: the status it had when the period began, or was created in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<Status>,
    /// In a list of what is blocked: the references of the open tasks before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
    /// What templates say of it beside; nothing in reports from before there was any.
    #[serde(default, skip_serializing_if = "TaskDetails::is_empty")]
    pub details: TaskDetails,
}

/// What is known of a task beside what every report shows. Days are those of the schedule's zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDetails {
    /// Name of its project.
    #[serde(default)]
    pub project: String,
    /// The accounts of [`TaskLine::people`], in their order, which tell two of one name apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub person_ids: Vec<UserId>,
    /// Names of its labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "day_text::optional")]
    pub due_on: Option<NaiveDate>,
    /// The instant where it is due at a time; none where it is due all day, and in reports from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "day_text::optional")]
    pub created_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "day_text::optional")]
    pub started_on: Option<NaiveDate>,
    /// Minutes of work that it was thought to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<u32>,
}

impl TaskDetails {
    /// Whether nothing is known: so it is in reports from before there were any.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the work notes of a person say about a task on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteLine {
    pub task: TaskId,
    /// "T-219".
    pub reference: String,
    pub title: String,
    pub day: NaiveDate,
    /// Name of whoever wrote them; none where the account is gone.
    pub author: Option<String>,
    /// Markdown, cut at [`NOTE_CHARS`] characters.
    pub issue: Option<String>,
    pub progress: Option<String>,
    pub resolution: Option<String>,
}

/// Characters of a work note in a report.
pub const NOTE_CHARS: usize = 1_000;
/// Most lines of notes that a report keeps.
pub const NOTES_KEPT: usize = 200;

/// A due date in words, and how near it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueWords {
    pub key: DueKey,
    pub words: String,
}

/// What a report of these days is called.
pub fn title(period: Period) -> String {
    let Period { first, last } = period;
    let next = last.succ_opt().unwrap_or(last);
    let is_whole = first.day() == 1 && next.day() == 1;
    let months = (next.year() - first.year()) * 12 + next.month().cast_signed() - first.month().cast_signed();
    match (is_whole, months, period.days()) {
        (true, 1, _) => "Monthly report".into(),
        (true, 3, _) if first.month0().is_multiple_of(3) => "Quarterly report".into(),
        (true, 12, _) if first.month() == 1 => "Yearly report".into(),
        (_, _, 1) => "Daily report".into(),
        (_, _, 7) => "Weekly report".into(),
        (_, _, days) => format!("Report of {days} days"),
    }
}

impl Snapshot {
    /// A report of a project without tasks.
    pub fn empty(project: ReportProject, period: Period, as_of: DateTime<Utc>) -> Self {
        let figures = Figures::default();
        Self {
            format: FORMAT,
            title: title(period),
            tasks: Vec::new(),
            projects: vec![project.clone()],
            project,
            scope: String::new(),
            period,
            as_of,
            finding: Finding::of(&figures),
            summary: Vec::new(),
            figures,
            days: Vec::new(),
            statuses: Vec::new(),
            cumulative: Vec::new(),
            cycle: CycleTimes::default(),
            ageing: Ageing::default(),
            forecast: Forecast::default(),
            people: Shares::default(),
            labels: Shares::default(),
            priorities: PriorityShare::default(),
            late: LateBuckets::default(),
            finished: Vec::new(),
            in_progress: Vec::new(),
            overdue: Vec::new(),
            due_next: Vec::new(),
            accomplishments: Vec::new(),
            highlights: Vec::new(),
            blocked: Vec::new(),
            moved: Vec::new(),
            reopened: Vec::new(),
            created: Vec::new(),
            notes: Vec::new(),
            variants: Vec::new(),
        }
    }
}

impl<L> Snapshot<L> {
    /// The ids of all projects whose tasks are in it.
    pub fn project_ids(&self) -> impl Iterator<Item = ProjectId> {
        // Format 1 has no list.
        let first = self.project.id;
        let others = self.projects.iter().map(|project| project.id).filter(move |id| *id != first);
        std::iter::once(first).chain(others)
    }

    /// The report for a reader who sees some projects: itself where they see all of it, else the variant with the most
    /// projects that has none they do not see; none where they do not see the project of the schedule.
    pub fn seen_by(&self, sees: impl Fn(ProjectId) -> bool) -> Option<&Self> {
        let sees_all = |report: &Self| report.project_ids().all(&sees);
        if sees_all(self) {
            return Some(self);
        }
        self.variants.iter().filter(|report| sees_all(report)).max_by_key(|report| report.projects.len())
    }

    /// The subject: the finding, the project, the period. Other projects are counted and not named: not everybody who
    /// sees the subject sees them.
    pub fn subject(&self) -> String {
        self.subject_of(&self.period.words())
    }

    /// The same, with the period as the reader's language writes it.
    pub fn subject_of(&self, period: &str) -> String {
        let more = match self.project_ids().count() - 1 {
            0 => String::new(),
            1 => format!(" and 1{MORE}"),
            more => format!(" and {more}{MORE}s"),
        };
        format!("{} · {}{more}, {period}", self.finding.words(), self.project.name)
    }

    /// What a condition on sending looks at.
    pub fn facts(&self) -> Facts {
        let Figures { created, completed, open, overdue, cycle_days } = &self.figures;
        let lists = [&self.finished, &self.in_progress, &self.overdue, &self.due_next];
        Facts {
            is_empty: lists.iter().all(|list| list.is_empty()),
            created: created.now,
            completed: completed.now,
            open: open.now,
            overdue: overdue.now,
            cycle_days: cycle_days.now,
        }
    }

    /// The three figures that a mail program shows beside the subject.
    pub fn preview(&self) -> String {
        let figures = &self.figures;
        let [completed, overdue, open] = [figures.completed, figures.overdue, figures.open].map(|one| grouped(one.now));
        format!("{completed} completed, {overdue} overdue, {open} open.")
    }
}

#[cfg(test)]
mod tests;
