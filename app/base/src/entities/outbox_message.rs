//! Mail caught by the built-in outbox.

use sea_orm::entity::prelude::*;

use crate::domain::ids::{AccountId, OutboxMessageId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxMessageId,
    pub account_id: Option<AccountId>,
    /// Without angle brackets; a message that comes again under the same one is kept once.
    pub message_id: String,
    pub envelope_from: String,
    pub envelope_to: String,
    pub subject: String,
    /// The message as it would have gone over the wire.
    pub mime: Vec<u8>,
    pub caught_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
