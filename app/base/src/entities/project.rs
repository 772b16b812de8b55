//! Projects: a board, its key and its numbers.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{ProjectId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    /// Markdown.
    pub description: String,
    /// IANA time zone in which the project's days are counted.
    pub zone: String,
    /// The number that was given out last.
    pub last_number: i32,
    /// The number of the last change in its stream.
    pub last_event: i64,
    /// After how many days finished tasks are archived: 14, 30, 90, or never.
    pub archive_after_days: Option<i32>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    /// Since when it can only be read.
    pub archived_at: Option<DateTimeUtc>,
    /// When it last came back out of the archive: nothing of the time between is caught up.
    pub restored_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
