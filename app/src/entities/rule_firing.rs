//! What a rule has already answered, so that it acts once for each cause.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{RuleId, TaskId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_firing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: RuleId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    /// For example the due date that has passed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cause: String,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
