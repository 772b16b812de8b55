//! What tasks of a project can be given: its people and its labels.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    domain::ids::ProjectId,
    entities::label,
    error::AppResult,
    projects::service::projects,
    tasks::view::{LabelView, PersonChoice, TaskChoices},
};

/// The people and labels of a project, by name.
///
/// # Errors
/// Only those of the database.
pub async fn read(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<TaskChoices> {
    let people = projects::people(db, project).await?;
    let labels = label::Entity::find()
        .filter(label::Column::ProjectId.eq(project))
        .order_by_asc(label::Column::Name)
        .all(db)
        .await?;
    Ok(TaskChoices {
        people: people.into_iter().map(|person| PersonChoice { id: person.id, name: person.name }).collect(),
        labels: labels
            .into_iter()
            .map(|label| LabelView { id: label.id, name: label.name, hue: u8::try_from(label.hue).unwrap_or(1) })
            .collect(),
    })
}
