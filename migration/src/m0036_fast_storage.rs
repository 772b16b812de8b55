//! PostgreSQL's first compression takes 4 ms for a message with pictures, more than all the rest of writing it down, and
//! hardly makes base64 smaller. What is large is compressed by LZ4 where the server has it (from 14 on, as it was
//! built), otherwise kept as it is.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns of messages, files and frozen data.
const LARGE: [(&str, &str); 6] = [
    ("delivery_content", "mime"),
    ("outbox_message", "mime"),
    ("occurrence", "snapshot"),
    ("artifact", "bytes"),
    ("attachment_content", "bytes"),
    ("import_run", "content"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::store_fast(manager, &LARGE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::store_as_usual(manager, &LARGE).await
    }
}
