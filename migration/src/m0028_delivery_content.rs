//! The bytes of messages stand apart from their deliveries. A delivery changes with each phase, and SQLite writes a row
//! that changes anew as a whole: the message with it, several times for each recipient.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// On one connection: another one of the pool may still know the tables as they were.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, APART).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, TOGETHER).await?;
        ddl::drop_tables(manager, &["delivery_content"]).await
    }
}

// Of reports that were removed nothing is left but an empty message.
const APART: &str = r#"
CREATE TABLE delivery_content (
    delivery_id {uuid} PRIMARY KEY REFERENCES delivery (id) ON DELETE CASCADE,
    mime {bytes} NOT NULL
);
INSERT INTO delivery_content (delivery_id, mime) SELECT id, mime FROM delivery WHERE length(mime) > 0;
ALTER TABLE delivery DROP COLUMN mime;
"#;

// Without the default SQLite adds no column that must have a value.
const TOGETHER: &str = r#"
ALTER TABLE delivery ADD COLUMN mime {bytes} NOT NULL DEFAULT '';
UPDATE delivery SET mime = (SELECT mime FROM delivery_content WHERE delivery_id = delivery.id)
    WHERE id IN (SELECT delivery_id FROM delivery_content);
"#;
