//! Which task came from which card of a source.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{ProjectId, TaskId},
    import::run::ImportKind,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: ImportKind,
    /// The card's id at the source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: String,
    pub task_id: TaskId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
