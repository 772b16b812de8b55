//! What a report is: the frozen facts that mail, page, text and commit all show.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    condition::Facts,
    due::DueKey,
    ids::{ProjectId, TaskId},
    metrics::{DayCount, Figures, Finding, StatusCount},
    period::Period,
    task::{Category, Priority, Status},
};

/// The form of [`Snapshot`] as JSON. A change that older readers cannot read raises it.
pub const FORMAT: u32 = 1;

/// Days after the report that count as due next.
pub const NEXT_DAYS: u64 = 7;

/// Everything a report shows, frozen: what is rendered from it later is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub format: u32,
    /// "Weekly report".
    pub title: String,
    pub project: ReportProject,
    pub period: Period,
    /// The instant whose standing it shows.
    pub as_of: DateTime<Utc>,
    pub finding: Finding,
    pub figures: Figures,
    pub days: Vec<DayCount>,
    /// Open tasks, in board order.
    pub statuses: Vec<StatusCount>,
    /// Finished in the period: highlights first, then the latest first.
    pub finished: Vec<TaskLine>,
    /// In Progress or Pending, the oldest work first.
    pub in_progress: Vec<TaskLine>,
    /// Open and late, the longest first.
    pub overdue: Vec<TaskLine>,
    /// Due in the next [`NEXT_DAYS`] days, the nearest first.
    pub due_next: Vec<TaskLine>,
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
    pub finished_on: Option<NaiveDate>,
    /// What its due date meant then.
    pub due: Option<DueWords>,
}

/// A due date in words, and how near it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueWords {
    pub key: DueKey,
    pub words: String,
}

impl Snapshot {
    /// The subject: the finding, the project, the period.
    pub fn subject(&self) -> String {
        format!("{} · {}, {}", self.finding.words(), self.project.name, self.period.words())
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
        format!("{} completed, {} overdue, {} open.", figures.completed.now, figures.overdue.now, figures.open.now)
    }
}
