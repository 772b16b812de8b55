//! A caught message that was handed to a real account: one row for each recipient, kept with the message.

use sea_orm::entity::prelude::*;

use crate::domain::{
    ids::{AccountId, OpId, OutboxMessageId, UserId},
    outbox::ReleaseState,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_release")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub message_id: OutboxMessageId,
    /// The form that asked for it: sent twice, it does nothing the second time.
    pub op_id: OpId,
    pub account_id: Option<AccountId>,
    /// As it was called then.
    pub account_name: String,
    pub released_by: Option<UserId>,
    pub released_by_name: String,
    pub recipient: String,
    pub state: ReleaseState,
    /// What the server said, or why nothing was sent.
    pub words: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
