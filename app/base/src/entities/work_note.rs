//! Work notes: dated entries on a task.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{ProjectId, TaskId, UserId, WorkNoteId},
    work_note::NoteKind,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkNoteId,
    pub project_id: ProjectId,
    pub task_id: TaskId,
    pub author_id: Option<UserId>,
    pub kind: NoteKind,
    /// The day it tells of.
    pub on_date: Date,
    /// Markdown.
    pub body: String,
    pub created_at: DateTimeUtc,
    pub edited_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
