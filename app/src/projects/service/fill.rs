//! Tasks of a project that is being made: nobody has it open, nobody is told.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, EntityTrait,
};
use uuid::Uuid;

use crate::{
    domain::{
        ids::{ChecklistItemId, ColumnId, EventId, LabelId, ProjectId, TaskId, UserId},
        rank,
        task::{Category, EventKind, Priority, Status},
    },
    entities::{checklist_item, project, task, task_assignee, task_event, task_label},
    error::AppResult,
    platform::ctx::Ctx,
};

/// Rows in one statement: below the engines' limits on parameters.
const CHUNK: usize = 500;

/// A task to be made.
#[derive(Clone, Debug)]
pub struct FirstTask {
    pub column: ColumnId,
    pub status: Status,
    pub title: String,
    pub description: String,
    pub priority: Priority,
    pub category: Category,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<chrono::DateTime<chrono::Utc>>,
    pub start_on: Option<NaiveDate>,
    pub estimate_minutes: Option<i32>,
    pub recurrence: Option<String>,
    pub labels: Vec<LabelId>,
    pub people: Vec<UserId>,
    /// Title of the list, text.
    pub items: Vec<(String, String)>,
}

/// Makes tasks in their order, numbered from 1, each with the beginning of its history.
///
/// # Errors
/// Only those of the database.
pub async fn fill(ctx: &Ctx, tx: &impl ConnectionTrait, project: ProjectId, tasks: Vec<FirstTask>) -> AppResult<usize> {
    let many = tasks.len();
    let mut ranks: HashMap<ColumnId, std::vec::IntoIter<rank::Rank>> = HashMap::new();
    for task in &tasks {
        let of_column = tasks.iter().filter(|other| other.column == task.column).count();
        ranks.entry(task.column).or_insert_with(|| rank::spread(of_column, None, None).into_iter());
    }
    let mut parts = Parts::default();
    for (number, task) in (1..).zip(tasks) {
        let rank = ranks.get_mut(&task.column).and_then(Iterator::next).unwrap_or_else(|| rank::between(None, None));
        parts.add(ctx, project, number, rank, task);
    }
    parts.insert(tx).await?;
    let last = i32::try_from(many).unwrap_or(i32::MAX);
    project::ActiveModel { id: Unchanged(project), last_number: Set(last), ..Default::default() }.update(tx).await?;
    Ok(many)
}

#[derive(Default)]
struct Parts {
    tasks: Vec<task::ActiveModel>,
    labels: Vec<task_label::ActiveModel>,
    people: Vec<task_assignee::ActiveModel>,
    items: Vec<checklist_item::ActiveModel>,
    events: Vec<task_event::ActiveModel>,
}

impl Parts {
    fn add(&mut self, ctx: &Ctx, project: ProjectId, number: i32, rank: rank::Rank, first: FirstTask) {
        let FirstTask {
            column,
            status,
            title,
            description,
            priority,
            category,
            due_on,
            due_at,
            start_on,
            estimate_minutes,
            recurrence,
            labels,
            people,
            items,
        } = first;
        let id = TaskId(Uuid::now_v7());
        self.tasks.push(task::ActiveModel {
            id: Set(id),
            project_id: Set(project),
            column_id: Set(column),
            number: Set(number),
            rank: Set(rank.into_string()),
            title: Set(title),
            description: Set(description),
            priority: Set(priority),
            category: Set(category),
            due_on: Set(due_on),
            due_at: Set(due_at),
            completed_at: Set((status == Status::Done).then_some(ctx.now)),
            archived_at: Set(None),
            start_on: Set(start_on),
            estimate_minutes: Set(estimate_minutes),
            recurrence: Set(recurrence),
            deleted_at: Set(None),
            deleted_by: Set(None),
            created_by: Set(ctx.actor_id()),
            created_at: Set(ctx.now),
            updated_at: Set(ctx.now),
            version: Set(1),
        });
        self.labels.extend(labels.into_iter().map(|label| task_label::ActiveModel {
            project_id: Set(project),
            task_id: Set(id),
            label_id: Set(label),
        }));
        self.people.extend(
            people.into_iter().map(|person| task_assignee::ActiveModel { task_id: Set(id), user_id: Set(person) }),
        );
        self.items.extend((0..).zip(items).map(|(position, (list, text))| checklist_item::ActiveModel {
            id: Set(ChecklistItemId(Uuid::now_v7())),
            task_id: Set(id),
            list_title: Set(list),
            text: Set(text),
            position: Set(position),
            done_at: Set(None),
        }));
        self.events.push(task_event::ActiveModel {
            id: Set(EventId(Uuid::now_v7())),
            project_id: Set(project),
            task_id: Set(id),
            at: Set(ctx.now),
            actor_id: Set(ctx.actor_id()),
            kind: Set(EventKind::Created),
            from_column_id: Set(None),
            to_column_id: Set(Some(column)),
            from_status: Set(None),
            to_status: Set(Some(status)),
            detail: Set("{}".into()),
            op_id: Set(None),
        });
    }

    async fn insert(self, tx: &impl ConnectionTrait) -> AppResult<()> {
        let Self { tasks, labels, people, items, events } = self;
        insert::<task::Entity, _>(tx, tasks).await?;
        insert::<task_label::Entity, _>(tx, labels).await?;
        insert::<task_assignee::Entity, _>(tx, people).await?;
        insert::<checklist_item::Entity, _>(tx, items).await?;
        insert::<task_event::Entity, _>(tx, events).await
    }
}

/// Inserts rows, some hundreds at a time; none is nothing to do.
pub async fn insert<E, A>(tx: &impl ConnectionTrait, rows: Vec<A>) -> AppResult<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + Clone + Send,
{
    for part in rows.chunks(CHUNK) {
        E::insert_many(part.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}
