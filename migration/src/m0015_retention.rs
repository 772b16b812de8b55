//! Retention: when the files and messages of a report were removed, and by which setting. The row of the run stays.

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
        ddl::run(manager, BACK).await
    }
}

// A run that has sent keeps a snapshot (a CHECK of m0004 says so): a removed one is empty text.
const COLUMNS: &str = r#"
ALTER TABLE occurrence ADD COLUMN removed_at {time};
ALTER TABLE occurrence ADD COLUMN removed_after_months integer;
CREATE INDEX occurrence_kept ON occurrence (finished_at) WHERE snapshot IS NOT NULL AND removed_at IS NULL;
CREATE INDEX occurrence_log_at ON occurrence_log (at);
"#;

const BACK: &str = r#"
DROP INDEX IF EXISTS occurrence_log_at;
DROP INDEX IF EXISTS occurrence_kept;
ALTER TABLE occurrence DROP COLUMN removed_after_months;
ALTER TABLE occurrence DROP COLUMN removed_at;
"#;
