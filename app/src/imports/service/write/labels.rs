//! Labels by name: those of the project are used again, the others are made.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    domain::{
        ids::{LabelId, ProjectId},
        import::{
            clean,
            plan::{PlannedCard, PlannedLabel},
        },
    },
    entities::label,
    error::AppResult,
    platform::db::WriteTx,
};

/// Longest name of a label, in characters.
const LABEL_NAME_MAX: u32 = 60;

/// Which labels of the source come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those that a card carries; with no card to bring, none.
    Used,
}

/// The label here for each label of the source that comes.
pub async fn bring(
    tx: &WriteTx,
    project: ProjectId,
    planned: &[PlannedLabel],
    cards: &[&PlannedCard],
    which: Which,
) -> AppResult<HashMap<String, LabelId>> {
    let there = label::Entity::find().filter(label::Column::ProjectId.eq(project)).all(&**tx).await?;
    let mut by_name: HashMap<String, LabelId> =
        there.into_iter().map(|label| (label.name.to_lowercase(), label.id)).collect();
    let used: HashSet<&String> = cards.iter().flat_map(|card| &card.labels).collect();
    let (mut rows, mut ids) = (Vec::new(), HashMap::new());
    for label in planned.iter().filter(|label| which == Which::All || used.contains(&label.source_id)) {
        let name = clean::line(&label.name, LABEL_NAME_MAX);
        let id = *by_name.entry(name.to_lowercase()).or_insert_with(|| {
            let id = LabelId(Uuid::now_v7());
            rows.push(label::ActiveModel {
                id: Set(id),
                project_id: Set(project),
                name: Set(name),
                hue: Set(i32::from(label.hue)),
            });
            id
        });
        ids.insert(label.source_id.clone(), id);
    }
    if !rows.is_empty() {
        label::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(ids)
}
