//! To whom a schedule sends.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{RecipientId, ScheduleId, TeamId, UserId},
    job::RecipientKind,
    recipient::RecipientTarget,
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
    pub target: RecipientTarget,
    /// Of a person with an account as it was when the form was saved; empty for a group.
    pub address: String,
    /// Empty where only the address is known; of people and groups as it was when the form was saved.
    pub name: String,
    /// None for others, and where the account is gone.
    pub user_id: Option<UserId>,
    /// None for others, and where the group is gone.
    pub team_id: Option<TeamId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
