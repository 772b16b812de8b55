//! Templates that had to be stopped while they were rendered, and how often.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "template_kill")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_key: String,
    /// The hash of the sources that were stopped.
    pub version: String,
    pub kills: i32,
    /// Why last: a word of `domain::template::render::Stop`.
    pub last_stop: Option<String>,
    pub last_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
