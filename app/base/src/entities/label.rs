//! Labels of a project.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{LabelId, ProjectId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "label")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LabelId,
    pub project_id: ProjectId,
    pub name: String,
    /// Slot of the chart palette, 1 to 6.
    pub hue: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
