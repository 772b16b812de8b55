//! Pings that wait to be sent; gone once they are.

use sea_orm::entity::prelude::*;

use crate::domain::{alarm::PingKind, ids::PingCallId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ping_call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PingCallId,
    pub scope: String,
    pub kind: PingKind,
    /// What goes with it: of a failure, why.
    pub words: Option<String>,
    pub attempts: i32,
    pub due_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
