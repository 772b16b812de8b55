//! Reads what stands around tasks: people, labels, the tasks before them, work notes, and what a report is narrowed
//! to. One query each, for all projects of the report.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use crate::{
    domain::{
        ids::{LabelId, ProjectId, TaskId, UserId, WorkNoteId},
        period::Period,
        report::{
            making::around::{self as making, Blocker, Blockers, Labels, Narrowed, Note, NotePlace, People},
            spec::Scope,
        },
        work_note::NoteKind,
    },
    entities::{label, project, task, task_assignee, task_dependency, task_label, user, work_note},
    error::AppResult,
    platform::rows::{self, Cell},
    projects::service::access,
    tasks::service::labels,
};

/// Notes that one query reads.
const NOTES_AT_ONCE: usize = 1_000;

/// The ids of the tasks of some projects, for `in_subquery`.
fn tasks_of(projects: &[ProjectId]) -> SelectStatement {
    task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::ProjectId.is_in(projects.iter().copied()))
        .into_query()
}

/// Who the tasks of some projects are assigned to.
///
/// # Errors
/// Only those of the database.
pub async fn people(db: &impl ConnectionTrait, projects: &[ProjectId]) -> AppResult<People> {
    let to_task =
        task_assignee::Entity::belongs_to(task::Entity).from(task_assignee::Column::TaskId).to(task::Column::Id).into();
    let query = task_assignee::Entity::find()
        .select_only()
        .columns([task_assignee::Column::TaskId, task_assignee::Column::UserId])
        .join(JoinType::InnerJoin, to_task)
        .filter(task::Column::ProjectId.is_in(projects.iter().copied()))
        .into_query();
    let cells = [Cell::Id("task_id"), Cell::Id("user_id")];
    let rows = rows::read(db, &query, &cells, making::people_of).await?;
    // The names once: there are far fewer of them than of tasks.
    let ids: BTreeSet<UserId> = rows.iter().map(|(_, user)| *user).collect();
    let names: Vec<(UserId, String)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .filter(user::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(making::people_by_task(rows, names))
}

/// Which labels the tasks of some projects have.
///
/// # Errors
/// Only those of the database.
pub async fn labels(db: &impl ConnectionTrait, projects: &[ProjectId]) -> AppResult<Labels> {
    let query = task_label::Entity::find()
        .select_only()
        .columns([task_label::Column::TaskId, task_label::Column::LabelId])
        .filter(task_label::Column::ProjectId.is_in(projects.iter().copied()))
        .into_query();
    let cells = [Cell::Id("task_id"), Cell::Id("label_id")];
    let rows = rows::read(db, &query, &cells, making::labels_of).await?;
    let names: Vec<(LabelId, String)> = label::Entity::find()
        .select_only()
        .columns([label::Column::Id, label::Column::Name])
        .filter(label::Column::ProjectId.is_in(projects.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(making::labels_by_task(rows, names))
}

/// What stood before the tasks of some projects at an instant.
///
/// # Errors
/// Only those of the database.
pub async fn blockers(db: &impl ConnectionTrait, projects: &[ProjectId], as_of: DateTime<Utc>) -> AppResult<Blockers> {
    type Row = (TaskId, TaskId, i32, String, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let to_blocker = task_dependency::Entity::belongs_to(task::Entity)
        .from(task_dependency::Column::BlockerId)
        .to(task::Column::Id)
        .into();
    let to_project =
        task::Entity::belongs_to(project::Entity).from(task::Column::ProjectId).to(project::Column::Id).into();
    let rows: Vec<Row> = task_dependency::Entity::find()
        .select_only()
        .columns([task_dependency::Column::BlockedId, task_dependency::Column::BlockerId])
        .column(task::Column::Number)
        .column(project::Column::Key)
        .columns([task::Column::CompletedAt, task::Column::ArchivedAt])
        .join(JoinType::InnerJoin, to_blocker)
        .join(JoinType::InnerJoin, to_project)
        .filter(task_dependency::Column::BlockedId.in_subquery(tasks_of(projects)))
        .filter(task_dependency::Column::CreatedAt.lte(as_of))
        .order_by_asc(project::Column::Key)
        .order_by_asc(task::Column::Number)
        .into_tuple()
        .all(db)
        .await?;
    let mut blockers = Blockers::new();
    for (blocked, id, number, key, completed_at, archived_at) in rows {
        // Both columns are there where it is completed and archived: the first of them closed it.
        let closed_at = completed_at.into_iter().chain(archived_at).min();
        blockers.entry(blocked).or_default().push(Blocker { id, reference: format!("{key}-{number}"), closed_at });
    }
    Ok(blockers)
}

/// Where the work notes of a period stand, the latest day first: all of them, as those that nobody is shown must not
/// take the room of others.
///
/// # Errors
/// Only those of the database.
pub async fn note_places(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
    period: Period,
    as_of: DateTime<Utc>,
) -> AppResult<Vec<NotePlace>> {
    use work_note::Column::{AuthorId, CreatedAt, Id, OnDate, ProjectId as Project, TaskId as Task};
    let rows: Vec<(WorkNoteId, TaskId, Option<UserId>, NaiveDate)> = work_note::Entity::find()
        .select_only()
        .columns([Id, Task, AuthorId, OnDate])
        .filter(Project.is_in(projects.iter().copied()))
        .filter(OnDate.between(period.first, period.last))
        .filter(CreatedAt.lte(as_of))
        .order_by_desc(OnDate)
        .order_by_asc(CreatedAt)
        .order_by_asc(Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, task, author, day)| NotePlace { id, task, author, day }).collect())
}

/// Reads some work notes; they come in the order of [`note_places`], as their ids do.
///
/// # Errors
/// Only those of the database.
pub async fn notes(db: &impl ConnectionTrait, ids: &[WorkNoteId]) -> AppResult<Vec<Note>> {
    type Row = (TaskId, Option<UserId>, Option<String>, NoteKind, NaiveDate, String);
    let mut notes = Vec::with_capacity(ids.len());
    for ids in ids.chunks(NOTES_AT_ONCE) {
        let author =
            work_note::Entity::belongs_to(user::Entity).from(work_note::Column::AuthorId).to(user::Column::Id).into();
        let rows: Vec<Row> = work_note::Entity::find()
            .select_only()
            .columns([work_note::Column::TaskId, work_note::Column::AuthorId])
            .column(user::Column::Name)
            .columns([work_note::Column::Kind, work_note::Column::OnDate, work_note::Column::Body])
            .join(JoinType::LeftJoin, author)
            .filter(work_note::Column::Id.is_in(ids.iter().copied()))
            .order_by_desc(work_note::Column::OnDate)
            .order_by_asc(work_note::Column::CreatedAt)
            .order_by_asc(work_note::Column::Id)
            .into_tuple()
            .all(db)
            .await?;
        let note =
            |(task, author, name, kind, day, body): Row| Note { task, author: author.zip(name), kind, day, body };
        notes.extend(rows.into_iter().map(note));
    }
    Ok(notes)
}

/// What a report is narrowed to. The names of labels of other projects, and of people outside the project of the schedule,
/// are not said.
///
/// # Errors
/// Only those of the database.
pub async fn narrowed(
    db: &impl ConnectionTrait,
    project: ProjectId,
    projects: &[ProjectId],
    scope: &Scope,
) -> AppResult<Narrowed> {
    let mut narrowed = Narrowed::default();
    if !scope.labels.is_empty() {
        let there = labels::named(db, &scope.labels).await?;
        narrowed.lost_labels = scope.labels.len().saturating_sub(there.len());
        narrowed.labels = there.into_iter().filter(|(project, _)| projects.contains(project)).collect();
    }
    if !scope.people.is_empty() {
        narrowed.people = user::Entity::find()
            .select_only()
            .column(user::Column::Name)
            .filter(user::Column::Id.is_in(scope.people.iter().copied()))
            .filter(user::Column::Id.in_subquery(access::people_of(project)))
            .order_by_asc(user::Column::Name)
            .into_tuple()
            .all(db)
            .await?;
        narrowed.strangers = scope.people.len().saturating_sub(narrowed.people.len());
    }
    Ok(narrowed)
}
