//! Runs count how often in a row they could not go on sending, so that they rest for seconds first and longer each time.

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
        ddl::run(manager, COLUMNS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, COLUMNS_GONE).await
    }
}

const COLUMNS: &str = r#"
ALTER TABLE occurrence ADD COLUMN rests integer NOT NULL DEFAULT 0;
"#;

const COLUMNS_GONE: &str = r#"
ALTER TABLE occurrence DROP COLUMN rests;
"#;
