//! The tasks of projects and their history, as metrics need them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domain::{
    ids::{ProjectId, TaskId},
    metrics::{Change, History, HistoryEvent},
    period::day_start,
    task::{Category, EventKind, Priority, Status},
};

/// A task's facts that reports show, without its description.
#[derive(Clone, Debug)]
pub struct TaskFacts {
    pub project: ProjectId,
    pub number: i32,
    pub title: String,
    pub priority: Priority,
    pub category: Category,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub estimate_minutes: Option<i32>,
}

/// A task as it is read, in the order of these: id, project, number, title, priority, category, due day, due instant,
/// creation, estimate in minutes.
type TaskRow = (
    TaskId,
    ProjectId,
    i32,
    String,
    Priority,
    Category,
    Option<NaiveDate>,
    Option<DateTime<Utc>>,
    DateTime<Utc>,
    Option<i32>,
);

/// Reads tasks as the database writes them: arrays of id, project, number, title, priority, category, due day, due
/// instant, creation and estimate in minutes.
///
/// # Errors
/// Where a row is no task.
pub fn tasks(json: &str) -> serde_json::Result<BTreeMap<TaskId, TaskFacts>> {
    let rows: Vec<TaskRow> = serde_json::from_str(json)?;
    let facts = |(id, project, number, title, priority, category, due_on, due_at, created_at, estimate_minutes)| {
        let facts =
            TaskFacts { project, number, title, priority, category, due_on, due_at, created_at, estimate_minutes };
        (id, facts)
    };
    Ok(rows.into_iter().map(facts).collect())
}

/// The events that matter for metrics, as they are stored, those of each task in their order.
#[derive(Debug)]
pub struct Events {
    flow: Vec<FlowRow>,
    dues: Vec<DueRow>,
}

/// A task that came, went to another status, or left.
type FlowRow = (TaskId, DateTime<Utc>, EventKind, Option<Status>);
/// A due date that was set or taken away: what it was and is stands in the detail.
type DueRow = (TaskId, DateTime<Utc>, String);

impl Events {
    /// Reads events as the database writes them: arrays of task, instant, kind and status after it, and, of changed due
    /// dates, of task, instant and detail.
    ///
    /// # Errors
    /// Where a row is no event.
    pub fn read(flow: &str, dues: &str) -> serde_json::Result<Self> {
        Ok(Self { flow: serde_json::from_str(flow)?, dues: serde_json::from_str(dues)? })
    }
}

/// What the detail of an edited field holds of it.
#[derive(Deserialize)]
struct Edit {
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

/// The history that events tell of some tasks; those of others are left out.
pub fn told(Events { flow, dues: edits }: Events, tasks: &BTreeMap<TaskId, TaskFacts>, zone: &Tz) -> History {
    let mut dues = Dues::new(tasks, zone);
    let edited: Vec<HistoryEvent> = edits
        .into_iter()
        .filter(|(task, ..)| tasks.contains_key(task))
        .filter_map(|(task, at, detail)| Some(HistoryEvent { task, at, change: dues.edited(task, &detail)? }))
        .collect();
    let moved = flow.into_iter().filter(|(task, ..)| tasks.contains_key(task)).filter_map(|(task, at, kind, to)| {
        let change = match kind {
            EventKind::Created => Change::Created { status: to? },
            EventKind::Moved | EventKind::Transferred => Change::Moved { to: to? },
            EventKind::Archived => Change::Archived,
            EventKind::Restored => Change::Restored,
            EventKind::Deleted => Change::Deleted,
            EventKind::Undeleted => Change::Undeleted,
            _ => return None,
        };
        Some(HistoryEvent { task, at, change })
    });
    History::new(dues.first_of_all().chain(moved).chain(edited))
}

/// The due dates that tasks began with: what the first edit replaced, or, never edited, today's.
struct Dues<'a> {
    tasks: &'a BTreeMap<TaskId, TaskFacts>,
    zone: &'a Tz,
    replaced: BTreeMap<TaskId, Option<DateTime<Utc>>>,
}

impl<'a> Dues<'a> {
    fn new(tasks: &'a BTreeMap<TaskId, TaskFacts>, zone: &'a Tz) -> Self {
        Self { tasks, zone, replaced: BTreeMap::new() }
    }

    fn edited(&mut self, task: TaskId, detail: &str) -> Option<Change> {
        let detail: Edit = serde_json::from_str(detail).ok()?;
        if detail.field.as_deref() != Some("due") {
            return None;
        }
        let from = overdue_from_words(&detail.from.unwrap_or_default(), self.zone);
        self.replaced.entry(task).or_insert(from);
        Some(Change::Due { to: overdue_from_words(&detail.to.unwrap_or_default(), self.zone) })
    }

    fn first_of_all(self) -> impl Iterator<Item = HistoryEvent> + 'a {
        let Self { tasks, zone, replaced } = self;
        tasks.iter().filter_map(move |(task, facts)| {
            let first = replaced.get(task).copied().unwrap_or_else(|| overdue_from(facts, zone));
            Some(HistoryEvent { task: *task, at: facts.created_at, change: Change::Due { to: Some(first?) } })
        })
    }
}

/// The same from the words of an edit: a day, an instant, or nothing.
fn overdue_from_words(words: &str, zone: &Tz) -> Option<DateTime<Utc>> {
    match words.parse::<NaiveDate>() {
        Ok(day) => day.succ_opt().map(|next| day_start(next, zone)),
        Err(_) => words.parse().ok(),
    }
}

/// The instant from which a task is late: after its day, or at its time.
fn overdue_from(facts: &TaskFacts, zone: &Tz) -> Option<DateTime<Utc>> {
    let after_day = facts.due_on.and_then(|day| day.succ_opt()).map(|next| day_start(next, zone));
    facts.due_at.or(after_day)
}
