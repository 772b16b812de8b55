//! What lists show and find of a caught message; the message itself is an `outbox_message` of the same id.

use sea_orm::entity::prelude::*;

use crate::domain::ids::OutboxMessageId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxMessageId,
    pub envelope_to: String,
    /// The header From as people read it.
    pub sender: String,
    /// The headers To and Cc as people read them.
    pub recipients: String,
    pub subject: String,
    /// In lower case, with both addresses of the envelope.
    pub find_sender: String,
    pub find_recipients: String,
    pub find_subject: String,
    /// Words of the text and names of the files, in lower case; none: not read yet.
    pub find_text: Option<String>,
    /// Bytes of the message.
    pub size: i64,
    /// Number of attached files.
    pub attachments: i32,
    /// When somebody opened it first.
    pub read_at: Option<DateTimeUtc>,
    pub caught_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
