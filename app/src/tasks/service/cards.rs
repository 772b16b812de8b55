//! Rows of tasks to cards: labels, people and counters of all of them in seven queries.

use std::collections::HashMap;

use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    domain::{
        due::{Due, Finish},
        ids::{LabelId, TaskId, UserId},
    },
    entities::{attachment, checklist_item, comment, label, task, task_assignee, task_dependency, task_label, user},
    error::AppResult,
    tasks::view::{Card, LabelView},
};

/// Ids in one query: below SQLite's and PostgreSQL's limits on parameters.
pub const CHUNK: usize = 5_000;

/// What a card shows beyond its own row.
#[derive(Clone, Debug, Default)]
pub struct Around {
    pub labels: Vec<LabelView>,
    pub people: Vec<(UserId, String)>,
    pub items: (u32, u32),
    pub comments: u32,
    pub files: u32,
    pub blocked_by: u32,
    pub blocks: u32,
}

/// When a task is due, in a zone.
pub fn due(row: &task::Model, zone: Tz) -> Option<Due> {
    match (row.due_on, row.due_at) {
        (Some(date), _) => Some(Due::On(date)),
        (None, Some(instant)) => Some(Due::At { instant, local: instant.with_timezone(&zone).naive_local() }),
        (None, None) => None,
    }
}

/// Whether a task is finished, in a zone.
pub fn finish(row: &task::Model, zone: Tz) -> Finish {
    match row.completed_at {
        Some(instant) => Finish::Done { instant, on: instant.with_timezone(&zone).date_naive() },
        None => Finish::Open,
    }
}

/// Cards of rows, in their order.
///
/// # Errors
/// Only those of the database.
pub async fn cards(db: &impl ConnectionTrait, zone: Tz, rows: Vec<task::Model>) -> AppResult<Vec<Card>> {
    let ids: Vec<TaskId> = rows.iter().map(|row| row.id).collect();
    let mut around = around(db, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let around = around.remove(&row.id).unwrap_or_default();
            card(row, zone, around)
        })
        .collect())
}

/// All that cards show beyond their rows.
///
/// # Errors
/// Only those of the database.
pub async fn around(db: &impl ConnectionTrait, ids: &[TaskId]) -> AppResult<HashMap<TaskId, Around>> {
    let mut all = names(db, ids).await?;
    counters(db, ids, &mut all).await?;
    Ok(all)
}

/// The card of a row, for people in a zone.
pub fn card(row: task::Model, zone: Tz, around: Around) -> Card {
    let Around { labels, people, items, comments, files, blocked_by, blocks } = around;
    Card {
        id: row.id,
        number: row.number,
        rank: row.rank.clone(),
        due: due(&row, zone),
        finish: finish(&row, zone),
        title: row.title,
        priority: row.priority,
        labels,
        assignees: people.iter().map(|(id, _)| *id).collect(),
        people: people.into_iter().map(|(_, name)| name).collect(),
        checklist: items,
        comments,
        version: row.version,
        files,
        blocked_by,
        blocks,
    }
}

#[derive(FromQueryResult)]
struct LabelRow {
    task_id: TaskId,
    id: LabelId,
    name: String,
    hue: i32,
}

#[derive(FromQueryResult)]
struct PersonRow {
    task_id: TaskId,
    user_id: UserId,
    name: String,
}

/// Labels and people of tasks.
///
/// # Errors
/// Only those of the database.
pub async fn names(db: &impl ConnectionTrait, ids: &[TaskId]) -> AppResult<HashMap<TaskId, Around>> {
    let mut all: HashMap<TaskId, Around> = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let to_label = task_label::Entity::belongs_to(label::Entity)
            .from(task_label::Column::LabelId)
            .to(label::Column::Id)
            .into();
        let labels = task_label::Entity::find()
            .select_only()
            .column(task_label::Column::TaskId)
            .column(label::Column::Id)
            .column(label::Column::Name)
            .column(label::Column::Hue)
            .join(JoinType::InnerJoin, to_label)
            .filter(task_label::Column::TaskId.is_in(ids.iter().copied()))
            .order_by_asc(label::Column::Name)
            .into_model::<LabelRow>()
            .all(db)
            .await?;
        for LabelRow { task_id, id, name, hue } in labels {
            let hue = u8::try_from(hue).unwrap_or(1);
            all.entry(task_id).or_default().labels.push(LabelView { id, name, hue });
        }
        let to_user = task_assignee::Entity::belongs_to(user::Entity)
            .from(task_assignee::Column::UserId)
            .to(user::Column::Id)
            .into();
        let people = task_assignee::Entity::find()
            .select_only()
            .column(task_assignee::Column::TaskId)
            .column(task_assignee::Column::UserId)
            .column(user::Column::Name)
            .join(JoinType::InnerJoin, to_user)
            .filter(task_assignee::Column::TaskId.is_in(ids.iter().copied()))
            .order_by_asc(user::Column::Name)
            .into_model::<PersonRow>()
            .all(db)
            .await?;
        for PersonRow { task_id, user_id, name } in people {
            all.entry(task_id).or_default().people.push((user_id, name));
        }
    }
    Ok(all)
}

#[derive(FromQueryResult)]
struct CountRow {
    task_id: TaskId,
    many: i64,
    done: i64,
}

#[derive(FromQueryResult)]
struct ManyRow {
    task_id: TaskId,
    many: i64,
}

/// Checklist items, comments, files, open blockers of tasks and the open tasks that wait for them, counted.
async fn counters(db: &impl ConnectionTrait, ids: &[TaskId], all: &mut HashMap<TaskId, Around>) -> AppResult<()> {
    for ids in ids.chunks(CHUNK) {
        let items = checklist_item::Entity::find()
            .select_only()
            .column(checklist_item::Column::TaskId)
            .column_as(checklist_item::Column::Id.count(), "many")
            .column_as(checklist_item::Column::DoneAt.count(), "done")
            .filter(checklist_item::Column::TaskId.is_in(ids.iter().copied()))
            .group_by(checklist_item::Column::TaskId)
            .into_model::<CountRow>()
            .all(db)
            .await?;
        for row in items {
            all.entry(row.task_id).or_default().items = (count(row.done), count(row.many));
        }
        let comments = comment::Entity::find()
            .select_only()
            .column(comment::Column::TaskId)
            .column_as(comment::Column::Id.count(), "many")
            .column_as(comment::Column::EditedAt.count(), "done")
            .filter(comment::Column::TaskId.is_in(ids.iter().copied()))
            .group_by(comment::Column::TaskId)
            .into_model::<CountRow>()
            .all(db)
            .await?;
        for row in comments {
            all.entry(row.task_id).or_default().comments = count(row.many);
        }
        let files = attachment::Entity::find()
            .select_only()
            .column(attachment::Column::TaskId)
            .column_as(attachment::Column::Id.count(), "many")
            .filter(attachment::Column::TaskId.is_in(ids.iter().copied()))
            .group_by(attachment::Column::TaskId)
            .into_model::<ManyRow>()
            .all(db)
            .await?;
        for row in files {
            all.entry(row.task_id).or_default().files = count(row.many);
        }
        let (blocked, blocker) = (task_dependency::Column::BlockedId, task_dependency::Column::BlockerId);
        for row in open_links(db, ids, blocked, blocker).await? {
            all.entry(row.task_id).or_default().blocked_by = count(row.many);
        }
        for row in open_links(db, ids, blocker, blocked).await? {
            all.entry(row.task_id).or_default().blocks = count(row.many);
        }
    }
    Ok(())
}

/// How many open tasks stand at the `other` end of the links that have the tasks at the end `own`.
async fn open_links(
    db: &impl ConnectionTrait,
    ids: &[TaskId],
    own: task_dependency::Column,
    other: task_dependency::Column,
) -> AppResult<Vec<ManyRow>> {
    let to_other = task_dependency::Entity::belongs_to(task::Entity).from(other).to(task::Column::Id).into();
    // What is archived or in the trash holds nobody up, and waits for nobody.
    Ok(task_dependency::Entity::find()
        .select_only()
        .column_as(own, "task_id")
        .column_as(other.count(), "many")
        .join(JoinType::InnerJoin, to_other)
        .filter(own.is_in(ids.iter().copied()))
        .filter(task::Column::CompletedAt.is_null())
        .filter(task::Column::ArchivedAt.is_null())
        .group_by(own)
        .into_model::<ManyRow>()
        .all(db)
        .await?)
}

fn count(many: i64) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

/// The card of one task.
///
/// # Errors
/// Only those of the database.
pub async fn one(db: &impl ConnectionTrait, zone: Tz, row: task::Model) -> AppResult<Card> {
    let of_row = around(db, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(card(row, zone, of_row))
}
