//! Reads the tasks of projects and their history, as metrics need them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    domain::{
        ids::{ProjectId, TaskId},
        metrics::History,
        report::making::facts::{self as making, Events, LaterRow, TaskFacts},
        task::EventKind,
    },
    entities::{task, task_event},
    error::AppResult,
    platform::rows::{self, Cell},
};

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
    let cells = [
        Cell::Id("id"),
        Cell::Plain("number"),
        Cell::Plain("title"),
        Cell::Plain("priority"),
        Cell::Plain("category"),
        Cell::Plain("due_on"),
        Cell::Plain("due_at"),
        Cell::Plain("created_at"),
        Cell::Plain("estimate_minutes"),
    ];
    let mut tasks = BTreeMap::new();
    // One after the other: they are few, and their tasks many.
    for project in projects.iter().copied() {
        let query = task::Entity::find()
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
                task::Column::EstimateMinutes,
            ])
            .filter(task::Column::ProjectId.eq(project))
            .into_query();
        tasks.append(&mut rows::read(db, &query, &cells, move |json| making::tasks(project, json)).await?);
    }
    Ok(tasks)
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
    Ok(making::told(events(db, &[project]).await?, tasks, zone))
}

/// What the index of these events was made for, in its words: of values that are bound SQLite would not know it.
const IS_FLOW: &str = "kind IN ('created', 'moved', 'transferred', 'archived', 'restored', 'deleted', 'undeleted')";

/// The same for edits, among which are those of due dates.
const IS_EDIT: &str = "kind = 'edited'";

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
        .filter(Expr::cust(IS_EDIT))
        .filter(Detail.contains("\"field\":\"due\""))
        .order_by_asc(At)
        .order_by_asc(Id)
        .into_query();
    let of_due = [Cell::Id("task_id"), Cell::Plain("at"), Cell::Plain("detail")];
    let (flow, dues) = tokio::try_join!(rows::json(db, &flow, &of_flow), rows::json(db, &dues, &of_due))?;
    rows::beside(flow.len() + dues.len(), move || Events::read(&flow, &dues)).await
}

/// What happened after an instant to the category or the priority of tasks.
///
/// # Errors
/// Only those of the database.
pub(super) async fn later(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
    instant: DateTime<Utc>,
) -> AppResult<Vec<LaterRow>> {
    use task_event::Column::{At, Detail, FromStatus, Id, Kind, ProjectId, TaskId, ToStatus};
    let is_edit = Condition::all().add(Kind.eq(EventKind::Edited)).add(
        Condition::any().add(Detail.contains("\"field\":\"category\"")).add(Detail.contains("\"field\":\"priority\"")),
    );
    let is_move = Condition::all()
        .add(Kind.is_in([EventKind::Moved, EventKind::Transferred]))
        .add(Expr::col(FromStatus).ne(Expr::col(ToStatus)));
    let query = task_event::Entity::find()
        .select_only()
        .columns([TaskId, Kind, FromStatus, Detail])
        .filter(ProjectId.is_in(projects.iter().copied()))
        .filter(At.gt(instant))
        .filter(Condition::any().add(is_edit).add(is_move))
        .order_by_asc(At)
        .order_by_asc(Id)
        .into_query();
    let cells = [Cell::Id("task_id"), Cell::Plain("kind"), Cell::Plain("from_status"), Cell::Plain("detail")];
    rows::read(db, &query, &cells, |json| making::later(json)).await
}
