//! What a rule did.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{RuleId, RuleLogId, TaskId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RuleLogId,
    pub rule_id: RuleId,
    pub task_id: Option<TaskId>,
    pub at: DateTimeUtc,
    pub is_error: bool,
    pub words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
