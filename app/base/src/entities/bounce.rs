//! Bounce messages that somebody uploaded, until they are acted upon.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{BounceId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bounce")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BounceId,
    pub uploaded_by: UserId,
    /// What was read from it (`domain::bounce::Bounce` as JSON); the file itself is not kept.
    pub report: String,
    pub created_at: DateTimeUtc,
    pub applied_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
