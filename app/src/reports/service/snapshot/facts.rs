//! The tasks of projects and their history, as metrics need them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    domain::{
        ids::{ProjectId, TaskId},
        metrics::{Change, History, HistoryEvent},
        period::day_start,
        task::{Category, EventKind, Priority, Status},
    },
    entities::{task, task_event},
    error::AppResult,
    platform::rows::{self, Cell, Word},
    tasks::service::events::Detail,
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

/// All tasks of a project.
///
/// # Errors
/// Only those of the database.
pub async fn tasks(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<BTreeMap<TaskId, TaskFacts>> {
    of_projects(db, &[project]).await
}

/// As [`tasks`], of several projects.
///
/// # Errors
/// Only those of the database.
pub(super) async fn of_projects(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
) -> AppResult<BTreeMap<TaskId, TaskFacts>> {
    type Row = (
        TaskId,
        ProjectId,
        i32,
        String,
        Word<Priority>,
        Word<Category>,
        Option<NaiveDate>,
        Option<DateTime<Utc>>,
        DateTime<Utc>,
        Option<i32>,
    );
    let cells = [
        Cell::Id("id"),
        Cell::Id("project_id"),
        Cell::Plain("number"),
        Cell::Plain("title"),
        Cell::Plain("priority"),
        Cell::Plain("category"),
        Cell::Plain("due_on"),
        Cell::Plain("due_at"),
        Cell::Plain("created_at"),
        Cell::Plain("estimate_minutes"),
    ];
    let query = task::Entity::find()
        .select_only()
        .columns([
            task::Column::Id,
            task::Column::ProjectId,
            task::Column::Number,
            task::Column::Title,
            task::Column::Priority,
            task::Column::Category,
            task::Column::DueOn,
            task::Column::DueAt,
            task::Column::CreatedAt,
            task::Column::EstimateMinutes,
        ])
        .filter(task::Column::ProjectId.is_in(projects.iter().copied()))
        .into_query();
    let facts = |row: Row| {
        let (id, project, number, title, Word(priority), Word(category), due_on, due_at, created_at, estimate_minutes) =
            row;
        let facts =
            TaskFacts { project, number, title, priority, category, due_on, due_at, created_at, estimate_minutes };
        (id, facts)
    };
    Ok(rows::all(db, &query, &cells).await?.into_iter().map(facts).collect())
}

/// The history of all tasks of a project, from its events.
///
/// # Errors
/// Only those of the database.
pub async fn history(
    db: &impl ConnectionTrait,
    tasks: &BTreeMap<TaskId, TaskFacts>,
    project: ProjectId,
    zone: &Tz,
) -> AppResult<History> {
    Ok(told(events(db, &[project]).await?, tasks, zone))
}

/// The events that matter for metrics, as they are stored, those of each task in their order.
pub(super) struct Events {
    flow: Vec<FlowRow>,
    dues: Vec<DueRow>,
}

/// A task that came, went to another status, or left.
type FlowRow = (TaskId, DateTime<Utc>, Word<EventKind>, Option<Word<Status>>);
/// A due date that was set or taken away: what it was and is stands in the detail.
type DueRow = (TaskId, DateTime<Utc>, String);

/// What the index of these events was made for, in its words: of values that are bound SQLite would not know it.
const IS_FLOW: &str = "kind IN ('created', 'moved', 'transferred', 'archived', 'restored', 'deleted', 'undeleted')";

/// The events of some projects that matter for metrics.
///
/// # Errors
/// Only those of the database.
pub(super) async fn events(db: &impl ConnectionTrait, projects: &[ProjectId]) -> AppResult<Events> {
    use task_event::Column::{At, Detail, FromStatus, Id, Kind, ProjectId, TaskId, ToStatus};
    // Of the moves, which are most of a history, only those to another status.
    let is_elsewhere = Condition::any()
        .add(Kind.ne(EventKind::Moved))
        .add(FromStatus.is_null())
        .add(Expr::col(FromStatus).ne(Expr::col(ToStatus)));
    let flow = task_event::Entity::find()
        .select_only()
        .columns([TaskId, At, Kind, ToStatus])
        .filter(ProjectId.is_in(projects.iter().copied()))
        .filter(Expr::cust(IS_FLOW))
        .filter(is_elsewhere)
        .order_by_asc(TaskId)
        .order_by_asc(At)
        .order_by_asc(Id)
        .into_query();
    let of_flow = [Cell::Id("task_id"), Cell::Plain("at"), Cell::Plain("kind"), Cell::Plain("to_status")];
    let dues = task_event::Entity::find()
        .select_only()
        .columns([TaskId, At, Detail])
        .filter(ProjectId.is_in(projects.iter().copied()))
        .filter(Kind.eq(EventKind::Edited))
        .filter(Detail.contains("\"field\":\"due\""))
        .order_by_asc(At)
        .order_by_asc(Id)
        .into_query();
    let of_due = [Cell::Id("task_id"), Cell::Plain("at"), Cell::Plain("detail")];
    let (flow, dues) = tokio::try_join!(rows::all(db, &flow, &of_flow), rows::all(db, &dues, &of_due))?;
    Ok(Events { flow, dues })
}

/// The history that events tell of some tasks; those of others are left out.
pub(super) fn told(Events { flow, dues: edits }: Events, tasks: &BTreeMap<TaskId, TaskFacts>, zone: &Tz) -> History {
    let mut dues = Dues::new(tasks, zone);
    let edited: Vec<HistoryEvent> = edits
        .into_iter()
        .filter(|(task, ..)| tasks.contains_key(task))
        .filter_map(|(task, at, detail)| Some(HistoryEvent { task, at, change: dues.edited(task, &detail)? }))
        .collect();
    let moved =
        flow.into_iter().filter(|(task, ..)| tasks.contains_key(task)).filter_map(|(task, at, Word(kind), to)| {
            let to = to.map(|Word(to)| to);
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
        let detail: Detail = serde_json::from_str(detail).ok()?;
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
