//! Labels that a move to another project made, when it is taken back: those that nobody has made anything of go with the
//! task.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    domain::{
        board_look::read_board_query,
        ids::{LabelId, ProjectId, TaskId},
    },
    entities::{label, rule, saved_view, schedule, task_label},
    error::AppResult,
    platform::{db::WriteTx, like::holding},
    tasks::service::{events::MadeLabel, labels},
};

/// Those of the labels that are still as the move made them and that nothing uses beside its task: no other task, no
/// rule, no saved view and no job.
///
/// # Errors
/// Only those of the database.
pub async fn beside(tx: &WriteTx, id: TaskId, project: ProjectId, made: &[MadeLabel]) -> AppResult<Vec<MadeLabel>> {
    if made.is_empty() {
        return Ok(Vec::new());
    }
    let there = labels::all(&**tx, project).await?;
    let is_as_made = |made: &&MadeLabel| {
        there.iter().any(|label| label.id == made.id && label.name == made.name && label.hue == made.hue)
    };
    let made: Vec<MadeLabel> = made.iter().filter(is_as_made).cloned().collect();
    let of_tasks = of_others(tx, id, &made).await?;
    let rules = rule::Entity::find().filter(rule::Column::ProjectId.eq(project)).all(&**tx).await?;
    let views = saved_view::Entity::find().filter(saved_view::Column::ProjectId.eq(project)).all(&**tx).await?;
    // A view names a label as the board's filter does, in any case of letters.
    let in_views: HashSet<String> =
        views.iter().filter_map(|view| read_board_query(&view.query).0.label).map(|name| name.to_lowercase()).collect();
    let mut unused = Vec::new();
    for label in made {
        let words = label.id.to_string();
        let is_in_rules = rules.iter().any(|rule| rule.trigger.contains(&words) || rule.actions.contains(&words));
        let is_used = of_tasks.contains(&label.id) || is_in_rules || in_views.contains(&label.name.to_lowercase());
        if !is_used && !is_in_jobs(tx, &words).await? {
            unused.push(label);
        }
    }
    Ok(unused)
}

/// Removes labels that no task has any more.
///
/// # Errors
/// Only those of the database.
pub async fn remove(tx: &WriteTx, labels: &[MadeLabel]) -> AppResult<()> {
    label::Entity::delete_many()
        .filter(label::Column::Id.is_in(labels.iter().map(|label| label.id)))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The labels that other tasks have, those of the archive and the trash among them.
async fn of_others(tx: &WriteTx, id: TaskId, labels: &[MadeLabel]) -> AppResult<HashSet<LabelId>> {
    let links = task_label::Entity::find()
        .filter(task_label::Column::LabelId.is_in(labels.iter().map(|label| label.id)))
        .filter(task_label::Column::TaskId.ne(id))
        .all(&**tx)
        .await?;
    Ok(links.into_iter().map(|link| link.label_id).collect())
}

/// Whether the report of a job is narrowed to a label: its options name it by its id.
async fn is_in_jobs(tx: &WriteTx, id: &str) -> AppResult<bool> {
    let named = schedule::Entity::find()
        .select_only()
        .column(schedule::Column::Name)
        .filter(schedule::Column::DeletedAt.is_null())
        .filter(schedule::Column::Options.like(holding(id)))
        .into_tuple::<String>()
        .one(&**tx)
        .await?;
    Ok(named.is_some())
}
