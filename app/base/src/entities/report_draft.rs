//! Drafts: reports that wait, or waited, for their owner; with what they say at the head of it.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{OccurrenceId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_draft")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub occurrence_id: OccurrenceId,
    pub asked_at: DateTimeUtc,
    /// When it goes out without an answer; none: never.
    pub send_at: Option<DateTimeUtc>,
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<UserId>,
    /// Markdown at the head of mail, text, PDF and page; empty for none.
    pub comment: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
