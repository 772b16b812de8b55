//! Runs know the version of the template that they are written with, and may stop at a draft until their owner has read it.

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
        ddl::run(manager, SCHEMA).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["report_draft"]).await?;
        ddl::run(manager, GONE).await
    }
}

// Neither engine can widen a CHECK in place: a second column takes the place of the first, without a CHECK, as the kinds
// of alarms grow.
const SCHEMA: &str = r#"
ALTER TABLE occurrence ADD COLUMN is_held boolean NOT NULL DEFAULT false;
ALTER TABLE occurrence ADD COLUMN template_id {uuid} REFERENCES template (id) ON DELETE SET NULL;
ALTER TABLE occurrence ADD COLUMN template_version integer;
CREATE INDEX occurrence_template ON occurrence (template_id) WHERE template_id IS NOT NULL;
CREATE TABLE report_draft (
    occurrence_id {uuid} PRIMARY KEY REFERENCES occurrence (id) ON DELETE CASCADE,
    asked_at {time} NOT NULL,
    send_at {time},
    approved_at {time},
    approved_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    comment text NOT NULL
);
CREATE INDEX report_draft_approved_by ON report_draft (approved_by) WHERE approved_by IS NOT NULL;
DROP INDEX alarm_occurrence;
ALTER TABLE alarm ADD COLUMN kind_in_full text NOT NULL DEFAULT 'failed';
UPDATE alarm SET kind_in_full = kind;
ALTER TABLE alarm DROP COLUMN kind;
ALTER TABLE alarm RENAME COLUMN kind_in_full TO kind;
CREATE INDEX alarm_occurrence ON alarm (occurrence_id, kind) WHERE occurrence_id IS NOT NULL;
"#;

const GONE: &str = r#"
DELETE FROM alarm WHERE kind = 'draft';
DROP INDEX occurrence_template;
ALTER TABLE occurrence DROP COLUMN template_version;
ALTER TABLE occurrence DROP COLUMN template_id;
ALTER TABLE occurrence DROP COLUMN is_held;
"#;
