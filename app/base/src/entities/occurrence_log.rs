//! What happened in a run, line by line.

use sea_orm::entity::prelude::*;

use crate::domain::{ids::OccurrenceId, job::LogLevel};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "occurrence_log")]
pub struct Model {
    /// Rises with time (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub occurrence_id: OccurrenceId,
    pub at: DateTimeUtc,
    pub level: LogLevel,
    pub words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
