//! Forms that are too long for an address: what was typed into them and what is to be said of it, for an hour.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_form")]
pub struct Model {
    /// SHA-256, in hex, of whoever sent the form, a dot, and that of the name that the address has.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// What is said, as JSON, sealed for this row and whoever sent the form.
    pub sealed: String,
    pub kept_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
