//! Labels and people of a task that goes to another project: what they are there, and what comes back with it.

use std::collections::HashSet;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    domain::ids::{LabelId, ProjectId, TaskId, UserId},
    entities::{label, task_assignee, task_label},
    error::AppResult,
    platform::db::WriteTx,
    projects::service::projects,
    tasks::service::{
        events::{Left, MadeLabel},
        labels,
    },
};

/// The labels of a task.
///
/// # Errors
/// Only those of the database.
pub async fn labels_of(tx: &WriteTx, id: TaskId) -> AppResult<Vec<LabelId>> {
    let links = task_label::Entity::find().filter(task_label::Column::TaskId.eq(id)).all(&**tx).await?;
    Ok(links.into_iter().map(|link| link.label_id).collect())
}

/// The labels that a task gets in the project that it comes to.
#[derive(Clone, Debug, Default)]
pub struct Mapped {
    /// The labels that it has, each with the one that it gets instead.
    pub labels: Vec<(LabelId, LabelId)>,
    /// Those of them that are made for it.
    pub made: Vec<MadeLabel>,
}

/// The labels of the other project that are called as these, beside them; those that are missing are made.
///
/// # Errors
/// Only those of the database.
pub async fn mapped_labels(tx: &WriteTx, own: Vec<LabelId>, to: ProjectId) -> AppResult<Mapped> {
    if own.is_empty() {
        return Ok(Mapped::default());
    }
    let own = label::Entity::find().filter(label::Column::Id.is_in(own)).all(&**tx).await?;
    let known = labels::all(&**tx, to).await?;
    let mut mapped = Mapped::default();
    for label in own {
        if let Some(id) = called(&known, &label.name) {
            mapped.labels.push((label.id, id));
        } else {
            let made = MadeLabel { id: LabelId(Uuid::now_v7()), name: label.name, hue: label.hue };
            mapped.labels.push((label.id, made.id));
            mapped.made.push(made);
        }
    }
    make(tx, to, &mapped.made).await?;
    Ok(mapped)
}

/// The labels that a task gets on its way back: those that it had for those that it got instead, whatever they are called
/// by now, unless they are deleted; by name for all that came since. What was taken off since stays off. Those that went
/// with the task come back, or what is called as they were.
///
/// # Errors
/// Only those of the database.
pub async fn labels_back(tx: &WriteTx, id: TaskId, left: &Left) -> AppResult<Mapped> {
    let (known, fresh): (Vec<LabelId>, Vec<LabelId>) =
        labels_of(tx, id).await?.into_iter().partition(|label| left.labels.iter().any(|(_, instead)| instead == label));
    let there = labels::all(&**tx, left.project).await?;
    let mut back = Mapped::default();
    for (had, instead) in left.labels.iter().filter(|(_, instead)| known.contains(instead)) {
        if there.iter().any(|label| label.id == *had) {
            back.labels.push((*instead, *had));
        } else if let Some(gone) = left.gone.iter().find(|gone| gone.id == *had) {
            let alike = called(&there, &gone.name);
            back.labels.push((*instead, alike.unwrap_or(gone.id)));
            if alike.is_none() {
                back.made.push(gone.clone());
            }
        }
    }
    make(tx, left.project, &back.made).await?;
    let later = mapped_labels(tx, fresh, left.project).await?;
    back.labels.extend(later.labels);
    back.made.extend(later.made);
    Ok(back)
}

/// The label of a name, in any case of letters.
fn called(labels: &[label::Model], name: &str) -> Option<LabelId> {
    let name = name.to_lowercase();
    labels.iter().find(|label| label.name.to_lowercase() == name).map(|label| label.id)
}

async fn make(tx: &WriteTx, project: ProjectId, labels: &[MadeLabel]) -> AppResult<()> {
    if labels.is_empty() {
        return Ok(());
    }
    let rows = labels.iter().map(|label| label::ActiveModel {
        id: Set(label.id),
        project_id: Set(project),
        name: Set(label.name.clone()),
        hue: Set(label.hue),
    });
    label::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
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
