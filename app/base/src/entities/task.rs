//! Tasks: what stands on a card.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{ColumnId, ProjectId, TaskId, UserId},
    task::{Category, Priority},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    pub project_id: ProjectId,
    pub column_id: ColumnId,
    /// Counts up in its project, from 1.
    pub number: i32,
    /// Place in its column: base-62, byte order, unique there (domain::rank).
    pub rank: String,
    pub title: String,
    /// Markdown.
    pub description: String,
    pub priority: Priority,
    pub category: Category,
    /// Due on a day; never together with `due_at`.
    pub due_on: Option<Date>,
    /// Due at an instant.
    pub due_at: Option<DateTimeUtc>,
    /// When it last entered a column of status Completed and stayed.
    pub completed_at: Option<DateTimeUtc>,
    pub archived_at: Option<DateTimeUtc>,
    /// The day work should begin.
    pub start_on: Option<Date>,
    pub estimate_minutes: Option<i32>,
    /// How it comes again, JSON (domain::recurrence).
    pub recurrence: Option<String>,
    /// Since when it is in the trash; a task in the trash is archived, too, so that no board shows it.
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts every change of the row; edits carry the one they started from.
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
