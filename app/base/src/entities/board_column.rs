//! Columns of a board, each mapped to a status.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{ColumnId, ProjectId},
    task::Status,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "board_column")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ColumnId,
    pub project_id: ProjectId,
    pub name: String,
    pub status: Status,
    /// From the left, from 0.
    pub position: i32,
    pub wip_limit: Option<i32>,
    /// Whether a full column refuses further cards, instead of only saying so.
    pub limit_is_hard: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
