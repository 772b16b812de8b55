//! The append-only history of tasks, from which every metric is computed.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{ColumnId, EventId, OpId, ProjectId, TaskId, UserId},
    task::{EventKind, Status},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    pub project_id: ProjectId,
    pub task_id: TaskId,
    pub at: DateTimeUtc,
    pub actor_id: Option<UserId>,
    pub kind: EventKind,
    pub from_column_id: Option<ColumnId>,
    pub to_column_id: Option<ColumnId>,
    pub from_status: Option<Status>,
    /// Set for `created` and `moved`.
    pub to_status: Option<Status>,
    /// What the words of the history need beyond the columns, JSON (tasks::service::events::Detail).
    pub detail: String,
    /// Makes the change that wrote this safe to repeat.
    pub op_id: Option<OpId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
