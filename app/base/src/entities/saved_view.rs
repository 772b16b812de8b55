//! Filters with a name, own or shared.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{ProjectId, SavedViewId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_view")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SavedViewId,
    pub project_id: ProjectId,
    pub owner_id: UserId,
    pub name: String,
    /// The query of the address, without its question mark.
    pub query: String,
    /// Whether all members of the project have it.
    pub is_shared: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
