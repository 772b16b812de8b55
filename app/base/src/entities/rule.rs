//! Automatic rules of a project.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{ProjectId, RuleId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RuleId,
    pub project_id: ProjectId,
    pub name: String,
    pub is_on: bool,
    /// When it acts, JSON.
    pub trigger: String,
    /// What it does, JSON.
    pub actions: String,
    /// In the order they act.
    pub position: i32,
    /// What happened before does not set it off.
    pub on_since: DateTimeUtc,
    /// Why it was switched off by the program.
    pub pause_note: Option<String>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
