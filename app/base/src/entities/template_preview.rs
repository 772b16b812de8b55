//! The last few things that one person saw of one template: served to the frames of the designers they have open.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{TemplateId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "template_preview")]
pub struct Model {
    /// In the address of the frame, so that each preview is fetched anew.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token: String,
    pub template_id: TemplateId,
    pub user_id: UserId,
    /// With its pictures written into it.
    pub html: String,
    pub made_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
