//! To whom a schedule sends.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{RecipientId, ScheduleId},
    job::RecipientKind,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipient")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecipientId,
    pub schedule_id: ScheduleId,
    /// Order in the form, from 0.
    pub position: i32,
    pub kind: RecipientKind,
    pub address: String,
    /// Empty where only the address is known.
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
