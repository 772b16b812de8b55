//! Templates of mails: the draft that somebody works on, and which version is published.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{TemplateId, UserId},
    template::TemplateCategory,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TemplateId,
    pub name: String,
    pub category: TemplateCategory,
    pub owner_id: Option<UserId>,
    /// A [`Document`](crate::domain::template::Document) as JSON.
    pub draft: String,
    /// Goes up with each save of name, category or draft.
    pub draft_version: i64,
    pub drafted_at: DateTimeUtc,
    pub drafted_by: Option<UserId>,
    /// The number of the version that reports are written with.
    pub published: Option<i32>,
    pub created_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
