//! The frozen data of runs stand apart from them. A run changes with each step and each renewal of its claim, and SQLite
//! writes a row that changes anew as a whole: megabytes with it, where a report is about thousands of tasks.

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
        ddl::run(manager, TABLE).await?;
        ddl::store_fast(manager, &[("occurrence_snapshot", "snapshot")]).await?;
        ddl::run(manager, APART).await?;
        ddl::store_as_usual(manager, &[("occurrence", "snapshot_hash")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, TOGETHER).await?;
        ddl::store_fast(manager, &[("occurrence", "snapshot")]).await?;
        ddl::drop_tables(manager, &["occurrence_snapshot"]).await
    }
}

const TABLE: &str = r#"
CREATE TABLE occurrence_snapshot (
    occurrence_id {uuid} PRIMARY KEY REFERENCES occurrence (id) ON DELETE CASCADE,
    snapshot text NOT NULL
);
"#;

// SQLite drops no column that a CHECK names, and one of m0004 says that a run that has sent something has a snapshot. The
// hash, which is there exactly where the snapshot is, takes its place under that CHECK: a column that is renamed keeps it.
// Of reports that were removed nothing is left but empty text, and their hash.
const APART: &str = r#"
INSERT INTO occurrence_snapshot (occurrence_id, snapshot) SELECT id, snapshot FROM occurrence WHERE snapshot <> '';
DROP INDEX occurrence_unkept;
DROP INDEX occurrence_kept;
UPDATE occurrence SET snapshot = COALESCE(snapshot_hash, '') WHERE snapshot IS NOT NULL;
ALTER TABLE occurrence DROP COLUMN snapshot_hash;
ALTER TABLE occurrence RENAME COLUMN snapshot TO snapshot_hash;
CREATE INDEX occurrence_kept ON occurrence (finished_at) WHERE snapshot_hash IS NOT NULL AND removed_at IS NULL;
CREATE INDEX occurrence_unkept ON occurrence (keep_tried_at, scheduled_at)
    WHERE commit_id IS NULL AND snapshot_hash IS NOT NULL AND removed_at IS NULL;
"#;

const TOGETHER: &str = r#"
DROP INDEX occurrence_unkept;
DROP INDEX occurrence_kept;
ALTER TABLE occurrence RENAME COLUMN snapshot_hash TO snapshot;
ALTER TABLE occurrence ADD COLUMN snapshot_hash text;
UPDATE occurrence SET snapshot_hash = NULLIF(snapshot, ''), snapshot = COALESCE(
    (SELECT kept.snapshot FROM occurrence_snapshot AS kept WHERE kept.occurrence_id = occurrence.id), ''
) WHERE snapshot IS NOT NULL;
CREATE INDEX occurrence_kept ON occurrence (finished_at) WHERE snapshot IS NOT NULL AND removed_at IS NULL;
CREATE INDEX occurrence_unkept ON occurrence (keep_tried_at, scheduled_at)
    WHERE commit_id IS NULL AND snapshot IS NOT NULL AND removed_at IS NULL;
"#;
