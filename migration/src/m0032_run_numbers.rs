//! Runs have numbers: each the next one of its job, in the order in which they were made.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing: a program that is killed in the middle must find a schema that it can bring up to date.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, NUMBERS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, NO_NUMBERS).await
    }
}

// A job keeps its last number, so that a new run needs no look at those before it.
const NUMBERS: &str = r#"
ALTER TABLE occurrence ADD COLUMN number integer NOT NULL DEFAULT 0;
ALTER TABLE schedule ADD COLUMN last_number integer NOT NULL DEFAULT 0;
UPDATE occurrence SET number = counted.place FROM (
    SELECT id, ROW_NUMBER() OVER (PARTITION BY schedule_id ORDER BY created_at, id) AS place FROM occurrence
) AS counted WHERE occurrence.id = counted.id;
UPDATE schedule SET last_number = (SELECT COUNT(*) FROM occurrence WHERE occurrence.schedule_id = schedule.id);
"#;

const NO_NUMBERS: &str = r#"
ALTER TABLE schedule DROP COLUMN last_number;
ALTER TABLE occurrence DROP COLUMN number;
"#;
