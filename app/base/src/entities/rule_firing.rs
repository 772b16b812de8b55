//! What set a rule off, so that it acts once for each cause; without `done_at` it still has to act.

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
    /// How many rules in a row have set each other off, from 1.
    pub generation: i32,
    pub at: DateTimeUtc,
    /// Until when somebody is at it.
    pub lease_until: Option<DateTimeUtc>,
    pub done_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
