//! Addresses that get no mail, from one schedule or from all.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{DeliveryId, ScheduleId, SuppressionId, UserId},
    suppression::SuppressionReason,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "suppression")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SuppressionId,
    /// Lower case.
    pub address: String,
    /// The one whose mails it does not get; none: of no schedule at all.
    pub schedule_id: Option<ScheduleId>,
    pub reason: SuppressionReason,
    /// The message that bounced.
    pub delivery_id: Option<DeliveryId>,
    /// What the mail server said, or the administrator.
    pub words: String,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
