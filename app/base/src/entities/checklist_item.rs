//! Items of a task's checklists.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{ChecklistItemId, TaskId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checklist_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChecklistItemId,
    pub task_id: TaskId,
    /// Items of the same title form one list; empty for the task's own list.
    pub list_title: String,
    pub text: String,
    pub position: i32,
    pub done_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
