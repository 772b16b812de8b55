//! More rules of schedules: jitter, a limit of time, retries, a condition for sending, how many runs were made; of a
//! run, until when its try must be done, and whether a backfill made it. What is there keeps the rules that it had.

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
ALTER TABLE schedule ADD COLUMN runs_made integer NOT NULL DEFAULT 0 CHECK (runs_made >= 0);
ALTER TABLE schedule ADD COLUMN jitter_seconds integer NOT NULL DEFAULT 0 CHECK (jitter_seconds BETWEEN 0 AND 86400);
ALTER TABLE schedule ADD COLUMN timeout_minutes integer CHECK (timeout_minutes BETWEEN 1 AND 1440);
ALTER TABLE schedule ADD COLUMN tries integer NOT NULL DEFAULT 5 CHECK (tries BETWEEN 1 AND 20);
ALTER TABLE schedule ADD COLUMN retry_first_seconds integer NOT NULL DEFAULT 60 CHECK (retry_first_seconds BETWEEN 1 AND 86400);
ALTER TABLE schedule ADD COLUMN retry_longest_seconds integer NOT NULL DEFAULT 1800 CHECK (retry_longest_seconds BETWEEN 1 AND 86400);
ALTER TABLE schedule ADD COLUMN send_if text;
ALTER TABLE occurrence ADD COLUMN deadline {time};
ALTER TABLE occurrence ADD COLUMN is_backfill boolean NOT NULL DEFAULT FALSE;
"#;

const COLUMNS_GONE: &str = r#"
ALTER TABLE occurrence DROP COLUMN is_backfill;
ALTER TABLE occurrence DROP COLUMN deadline;
ALTER TABLE schedule DROP COLUMN send_if;
ALTER TABLE schedule DROP COLUMN retry_longest_seconds;
ALTER TABLE schedule DROP COLUMN retry_first_seconds;
ALTER TABLE schedule DROP COLUMN tries;
ALTER TABLE schedule DROP COLUMN timeout_minutes;
ALTER TABLE schedule DROP COLUMN jitter_seconds;
ALTER TABLE schedule DROP COLUMN runs_made;
"#;
