//! The numbered stream of changes of a project, for pages that stay open.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{OpId, ProjectId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_stream")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// Counts up in its project without a gap, in the order of commits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub at: DateTimeUtc,
    pub actor_id: Option<UserId>,
    /// The change that a client asked for, so that it knows its own.
    pub op_id: Option<OpId>,
    /// What changed, JSON.
    pub payload: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
