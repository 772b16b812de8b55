//! What one person saw last of one template: served to the frame of the designer.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{TemplateId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "template_preview")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_id: TemplateId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// In the address of the frame, so that each preview is fetched anew.
    pub token: String,
    /// With its pictures written into it.
    pub html: String,
    pub made_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
