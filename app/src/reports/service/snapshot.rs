//! Freezes what a report shows: the history of a project, as it stood at an instant.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{
        due::{self, Due, Finish, ViewerClock},
        ids::{ProjectId, TaskId, UserId},
        metrics::{Change, DayCount, Figures, Finding, History, HistoryEvent, Life, StatusCount},
        period::{Period, day_of, day_start},
        report::{DueWords, FORMAT, NEXT_DAYS, ReportProject, Snapshot, TaskLine},
        task::{Category, EventKind, Priority, Status},
    },
    entities::{project, task, task_assignee, task_event, user},
    error::{AppError, AppResult},
    platform::{ctx::Ctx, fault},
    tasks::service::events::Detail,
};

/// Collects a report of a project's `period` as it stood at `as_of`: the planned instant of a
/// planned run (whose period ends the day before), now for one that a person asked for (whose
/// period ends today). Whoever calls has checked that the actor may see the project.
///
/// # Errors
/// [`AppError::NotFound`] without the project.
pub async fn build(ctx: &Ctx, project: ProjectId, period: Period, as_of: DateTime<Utc>) -> AppResult<Snapshot> {
    let db = ctx.reader();
    let project = project::Entity::find_by_id(project).one(db).await?.ok_or(AppError::NotFound)?;
    let zone = zone_of(&project);
    let tasks = tasks(db, project.id).await?;
    let history = history(db, &tasks, project.id, &zone).await?;
    let lives = history.at(as_of);
    let figures = Figures::of(&history, period, as_of, &zone);
    let desk = Desk { key: &project.key, zone, as_of, tasks: &tasks, people: people(db, project.id).await? };
    let lists = Lists::of(&lives, period, &desk);
    Ok(Snapshot {
        format: FORMAT,
        title: if period.days() == 7 { "Weekly report".into() } else { format!("Report of {} days", period.days()) },
        period,
        as_of,
        finding: Finding::of(&figures),
        figures,
        days: DayCount::of(&lives, period, &zone),
        statuses: StatusCount::of_open(&lives),
        finished: lists.finished,
        in_progress: lists.in_progress,
        overdue: lists.overdue,
        due_next: lists.due_next,
        project: ReportProject { id: project.id, key: project.key, name: project.name, zone: project.zone },
    })
}

/// The bytes that are stored, hashed and committed: JSON with a line for each value.
///
/// # Errors
/// Only a fault of the program.
pub fn to_json(snapshot: &Snapshot) -> AppResult<String> {
    serde_json::to_string_pretty(snapshot).map_err(|error| fault::internal("writing a snapshot as JSON", error))
}

/// Reads what [`to_json`] wrote.
///
/// # Errors
/// A fault, where the text is no snapshot.
pub fn from_json(json: &str) -> AppResult<Snapshot> {
    serde_json::from_str(json).map_err(|error| fault::internal("reading a frozen snapshot", error))
}

/// The zone in which a project's days are counted.
pub fn zone_of(project: &project::Model) -> Tz {
    project.zone.parse().unwrap_or(Tz::UTC)
}

/// A task's facts that reports show, without its description.
#[derive(Clone, Debug)]
pub struct TaskFacts {
    pub number: i32,
    pub title: String,
    pub priority: Priority,
    pub category: Category,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// All tasks of a project.
///
/// # Errors
/// Only those of the database.
pub async fn tasks(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<BTreeMap<TaskId, TaskFacts>> {
    type Row = (TaskId, i32, String, Priority, Category, Option<NaiveDate>, Option<DateTime<Utc>>, DateTime<Utc>);
    let rows: Vec<Row> = task::Entity::find()
        .select_only()
        .columns([
            task::Column::Id,
            task::Column::Number,
            task::Column::Title,
            task::Column::Priority,
            task::Column::Category,
            task::Column::DueOn,
            task::Column::DueAt,
            task::Column::CreatedAt,
        ])
        .filter(task::Column::ProjectId.eq(project))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, number, title, priority, category, due_on, due_at, created_at)| {
            (id, TaskFacts { number, title, priority, category, due_on, due_at, created_at })
        })
        .collect())
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
    let kinds = [EventKind::Created, EventKind::Moved, EventKind::Archived, EventKind::Restored, EventKind::Edited];
    let rows: Vec<EventRow> = task_event::Entity::find()
        .select_only()
        .columns([
            task_event::Column::TaskId,
            task_event::Column::At,
            task_event::Column::Kind,
            task_event::Column::ToStatus,
            task_event::Column::Detail,
        ])
        .filter(task_event::Column::ProjectId.eq(project))
        .filter(task_event::Column::Kind.is_in(kinds))
        // Of the edits only those of the due date.
        .filter(
            Condition::any()
                .add(task_event::Column::Kind.ne(EventKind::Edited))
                .add(task_event::Column::Detail.contains("\"field\":\"due\"")),
        )
        .order_by_asc(task_event::Column::At)
        .order_by_asc(task_event::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut dues = Dues::new(tasks, zone);
    let events: Vec<HistoryEvent> = rows
        .into_iter()
        .filter_map(|(task, at, kind, to, detail)| {
            let change = match kind {
                EventKind::Created => Change::Created { status: to? },
                EventKind::Moved => Change::Moved { to: to? },
                EventKind::Archived => Change::Archived,
                EventKind::Restored => Change::Restored,
                EventKind::Edited => dues.edited(task, &detail)?,
                _ => return None,
            };
            Some(HistoryEvent { task, at, change })
        })
        .collect();
    Ok(History::new(dues.first_of_all().chain(events)))
}

type EventRow = (TaskId, DateTime<Utc>, EventKind, Option<Status>, String);

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

/// The names of the people of each task.
async fn people(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<BTreeMap<TaskId, Vec<String>>> {
    let tasks =
        task_assignee::Entity::belongs_to(task::Entity).from(task_assignee::Column::TaskId).to(task::Column::Id).into();
    let users =
        task_assignee::Entity::belongs_to(user::Entity).from(task_assignee::Column::UserId).to(user::Column::Id).into();
    let rows: Vec<(TaskId, UserId, String)> = task_assignee::Entity::find()
        .select_only()
        .columns([task_assignee::Column::TaskId, task_assignee::Column::UserId])
        .column(user::Column::Name)
        .join(JoinType::InnerJoin, tasks)
        .join(JoinType::InnerJoin, users)
        .filter(task::Column::ProjectId.eq(project))
        .order_by_asc(user::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    let mut people: BTreeMap<TaskId, Vec<String>> = BTreeMap::new();
    for (task, _, name) in rows {
        people.entry(task).or_default().push(name);
    }
    Ok(people)
}

/// What a line of a list is written from.
struct Desk<'a> {
    key: &'a str,
    zone: Tz,
    as_of: DateTime<Utc>,
    tasks: &'a BTreeMap<TaskId, TaskFacts>,
    people: BTreeMap<TaskId, Vec<String>>,
}

impl Desk<'_> {
    fn line(&self, id: TaskId, life: &Life) -> Option<TaskLine> {
        let facts = self.tasks.get(&id)?;
        let day = |at| day_of(at, &self.zone);
        let end = life.finished.unwrap_or(self.as_of);
        let work_days = life.started.and_then(|start| u32::try_from((day(end) - day(start)).num_days() + 1).ok());
        Some(TaskLine {
            id,
            reference: format!("{}-{}", self.key, facts.number),
            title: facts.title.clone(),
            people: self.people.get(&id).cloned().unwrap_or_default(),
            status: life.status,
            priority: facts.priority,
            category: facts.category,
            work_days,
            finished_on: life.finished.map(day),
            due: self.due(facts, life),
        })
    }

    fn due(&self, facts: &TaskFacts, life: &Life) -> Option<DueWords> {
        let local = |instant: DateTime<Utc>| -> NaiveDateTime { instant.with_timezone(&self.zone).naive_local() };
        let on = facts.due_on.map(Due::On);
        let due = facts.due_at.map(|instant| Due::At { instant, local: local(instant) }).or(on);
        let finish = life.finished.map_or(Finish::Open, |at| Finish::Done { instant: at, on: day_of(at, &self.zone) });
        let offset = self.zone.offset_from_utc_datetime(&self.as_of.naive_utc()).fix().local_minus_utc() / 60;
        let clock = ViewerClock { now: self.as_of, utc_offset_minutes: offset };
        due::chip(due, finish, clock).map(|chip| DueWords { key: chip.key, words: chip.words })
    }
}

/// The four lists, sorted.
struct Lists {
    finished: Vec<TaskLine>,
    in_progress: Vec<TaskLine>,
    overdue: Vec<TaskLine>,
    due_next: Vec<TaskLine>,
}

impl Lists {
    fn of(lives: &[(TaskId, Life)], period: Period, desk: &Desk<'_>) -> Self {
        let highlight = |id: &TaskId| desk.tasks.get(id).is_some_and(|facts| facts.category == Category::Highlight);
        let finished_in = |life: &Life| life.finished.filter(|at| period.contains(day_of(*at, &desk.zone)));
        let next = desk.as_of + Days::new(NEXT_DAYS);
        Self {
            finished: list(lives, desk, |id, life| {
                finished_in(life).map(|at| (!highlight(&id), std::cmp::Reverse(at)))
            }),
            in_progress: list(lives, desk, |_, life| {
                let at_work = matches!(life.status, Status::Progress | Status::Pending) && life.is_open();
                at_work.then_some(life.started)
            }),
            overdue: list(lives, desk, |_, life| life.is_overdue(desk.as_of).then_some(life.due)),
            due_next: list(lives, desk, |_, life| {
                let due = life.due.filter(|due| desk.as_of < *due && *due <= next)?;
                life.is_open().then_some(due)
            }),
        }
    }
}

/// The lines of the tasks that have a place, in the order of it, then of their numbers.
fn list<P: Ord>(
    lives: &[(TaskId, Life)],
    desk: &Desk<'_>,
    place: impl Fn(TaskId, &Life) -> Option<P>,
) -> Vec<TaskLine> {
    let mut found: Vec<(P, i32, TaskId, &Life)> = lives
        .iter()
        .filter_map(|(id, life)| Some((place(*id, life)?, desk.tasks.get(id)?.number, *id, life)))
        .collect();
    found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    found.into_iter().filter_map(|(_, _, id, life)| desk.line(id, life)).collect()
}
