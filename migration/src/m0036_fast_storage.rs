//! PostgreSQL's first compression takes 4 ms for a message with pictures, more than all the rest of writing it down, and
//! hardly makes base64 smaller. What is large is compressed by LZ4 where the server has it (from 14 on, as it was
//! built), otherwise kept as it is.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

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

const HAS_LZ4: &str = "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let how = if has_lz4(manager).await? { "COMPRESSION lz4" } else { "STORAGE EXTERNAL" };
        set(manager, how).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        set(manager, "STORAGE EXTENDED").await?;
        if has_lz4(manager).await? { set(manager, "COMPRESSION default").await } else { Ok(()) }
    }
}

async fn has_lz4(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    let query = Statement::from_string(DbBackend::Postgres, HAS_LZ4);
    Ok(manager.get_connection().query_one_raw(query).await?.is_some())
}

/// For what is written from now on; what is there stays as it was written.
async fn set(manager: &SchemaManager<'_>, how: &str) -> Result<(), DbErr> {
    for (table, column) in LARGE {
        let change = format!("ALTER TABLE {table} ALTER COLUMN {column} SET {how}");
        manager.get_connection().execute_unprepared(&change).await?;
    }
    Ok(())
}
