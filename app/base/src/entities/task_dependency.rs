//! Which task has to be completed before which.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{TaskId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_dependency")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub blocker_id: TaskId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub blocked_id: TaskId,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
