//! Labels and people of a task that goes to another project: what they are there, and what comes back with it.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    domain::ids::{LabelId, ProjectId, TaskId, UserId},
    entities::{label, task_assignee, task_label},
    error::AppResult,
    platform::db::WriteTx,
    projects::service::projects,
    tasks::service::events::Left,
};

/// The labels of a task.
///
/// # Errors
/// Only those of the database.
pub async fn labels_of(tx: &WriteTx, id: TaskId) -> AppResult<Vec<LabelId>> {
    let links = task_label::Entity::find().filter(task_label::Column::TaskId.eq(id)).all(&**tx).await?;
    Ok(links.into_iter().map(|link| link.label_id).collect())
}

/// The labels of the other project that are called as these, beside them; those that are missing are made.
///
/// # Errors
/// Only those of the database.
pub async fn mapped_labels(tx: &WriteTx, own: Vec<LabelId>, to: ProjectId) -> AppResult<Vec<(LabelId, LabelId)>> {
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let own = label::Entity::find().filter(label::Column::Id.is_in(own)).all(&**tx).await?;
    let known: HashMap<String, LabelId> = label::Entity::find()
        .filter(label::Column::ProjectId.eq(to))
        .all(&**tx)
        .await?
        .into_iter()
        .map(|label| (label.name.to_lowercase(), label.id))
        .collect();
    let mut mapped = Vec::with_capacity(own.len());
    let mut made = Vec::new();
    for label in own {
        match known.get(&label.name.to_lowercase()) {
            Some(id) => mapped.push((label.id, *id)),
            None => {
                let id = LabelId(Uuid::now_v7());
                mapped.push((label.id, id));
                made.push(label::ActiveModel {
                    id: Set(id),
                    project_id: Set(to),
                    name: Set(label.name),
                    hue: Set(label.hue),
                });
            }
        }
    }
    if !made.is_empty() {
        label::Entity::insert_many(made).exec_without_returning(&**tx).await?;
    }
    Ok(mapped)
}

/// The labels that a task gets on its way back: those that it had for those that it got instead, whatever they are called
/// by now, unless they are deleted; by name for all that came since. What was taken off since stays off.
///
/// # Errors
/// Only those of the database.
pub async fn labels_back(tx: &WriteTx, id: TaskId, left: &Left) -> AppResult<Vec<(LabelId, LabelId)>> {
    let (known, fresh): (Vec<LabelId>, Vec<LabelId>) =
        labels_of(tx, id).await?.into_iter().partition(|label| left.labels.iter().any(|(_, instead)| instead == label));
    let had: Vec<LabelId> = left.labels.iter().map(|(had, _)| *had).collect();
    let there: HashSet<LabelId> = label::Entity::find()
        .filter(label::Column::ProjectId.eq(left.project))
        .filter(label::Column::Id.is_in(had))
        .all(&**tx)
        .await?
        .into_iter()
        .map(|label| label.id)
        .collect();
    let mut back: Vec<(LabelId, LabelId)> = left
        .labels
        .iter()
        .filter(|(had, instead)| there.contains(had) && known.contains(instead))
        .map(|(had, instead)| (*instead, *had))
        .collect();
    back.extend(mapped_labels(tx, fresh, left.project).await?);
    Ok(back)
}

/// Takes the task from people who are not in the project, and gives it to those of `back` who are. Answers from whom it
/// was taken.
///
/// # Errors
/// Only those of the database.
pub async fn keep_members(tx: &WriteTx, id: TaskId, project: ProjectId, back: &[UserId]) -> AppResult<Vec<UserId>> {
    let members: HashSet<UserId> =
        projects::people(&**tx, project).await?.into_iter().map(|person| person.id).collect();
    let assigned = task_assignee::Entity::find().filter(task_assignee::Column::TaskId.eq(id)).all(&**tx).await?;
    let assigned: HashSet<UserId> = assigned.into_iter().map(|assigned| assigned.user_id).collect();
    let strangers: Vec<UserId> = assigned.iter().copied().filter(|user| !members.contains(user)).collect();
    if !strangers.is_empty() {
        task_assignee::Entity::delete_many()
            .filter(task_assignee::Column::TaskId.eq(id))
            .filter(task_assignee::Column::UserId.is_in(strangers.iter().copied()))
            .exec(&**tx)
            .await?;
    }
    let is_missing = |user: &UserId| members.contains(user) && !assigned.contains(user);
    let given: Vec<task_assignee::ActiveModel> = back
        .iter()
        .copied()
        .filter(is_missing)
        .map(|user| task_assignee::ActiveModel { task_id: Set(id), user_id: Set(user) })
        .collect();
    if !given.is_empty() {
        task_assignee::Entity::insert_many(given).exec_without_returning(&**tx).await?;
    }
    Ok(strangers)
}
