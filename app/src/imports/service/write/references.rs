//! How the tasks of our own export are called here.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{target::Target, tasks};
use crate::{
    domain::{
        ids::TaskId,
        import::{
            plan::{ImportPlan, PlannedCard},
            references::References,
        },
    },
    entities::task,
    error::AppResult,
    platform::db::WriteTx,
};

/// The names of the cards that come and of those that are there; none for a source whose tasks have no key.
pub async fn of(
    tx: &WriteTx,
    target: &Target,
    plan: &ImportPlan,
    cards: &[&PlannedCard],
    there: &HashMap<String, TaskId>,
) -> AppResult<Option<References>> {
    let Some(source) = &plan.project else { return Ok(None) };
    let given = tasks::numbers(target, cards);
    let before = numbers_there(tx, target, there).await?;
    let numbers = plan
        .cards
        .iter()
        .filter_map(|card| {
            let id = card.source_id.as_str();
            let here = given.get(id).or_else(|| before.get(there.get(id)?))?;
            Some((card.number?, *here))
        })
        .collect();
    Ok(Some(References { from: source.key.clone(), to: target.project.key.clone(), numbers }))
}

async fn numbers_there(
    tx: &WriteTx,
    target: &Target,
    there: &HashMap<String, TaskId>,
) -> AppResult<HashMap<TaskId, i32>> {
    if there.is_empty() {
        return Ok(HashMap::new());
    }
    let numbers: Vec<(TaskId, i32)> = task::Entity::find()
        .select_only()
        .columns([task::Column::Id, task::Column::Number])
        .filter(task::Column::ProjectId.eq(target.project.id))
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(numbers.into_iter().collect())
}
