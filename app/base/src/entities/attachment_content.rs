//! The bytes of attachments, apart from what lists need.

use sea_orm::entity::prelude::*;

use crate::domain::ids::AttachmentId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment_content")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub attachment_id: AttachmentId,
    pub bytes: Vec<u8>,
    /// A small PNG, for pictures.
    pub thumbnail: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
