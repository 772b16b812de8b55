//! Files on a task, without their bytes.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{AttachmentId, ProjectId, TaskId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentId,
    pub project_id: ProjectId,
    pub task_id: TaskId,
    pub author_id: Option<UserId>,
    /// As the person called it; never a path.
    pub name: String,
    /// Found by looking at the bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Hexadecimal.
    pub sha256: String,
    /// Pixels, for pictures.
    pub width: Option<i32>,
    /// Pixels, for pictures.
    pub height: Option<i32>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
