//! Kinds of jobs beside the weekly report: digests, reminders, archiving, pushing; what each of them is told; and who has
//! been reminded of what, so that nobody is reminded twice.

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
        ddl::run(manager, KINDS).await?;
        ddl::run(manager, REMINDERS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["reminder_sent"]).await?;
        ddl::run(manager, OPTIONS_GONE).await
    }
}

// Neither engine can widen a CHECK in place: a second column takes the place of the first.
const KINDS: &str = r#"
ALTER TABLE schedule ADD COLUMN kind_in_full text NOT NULL DEFAULT 'weekly_report' CHECK (kind_in_full IN (
    'weekly_report', 'digest', 'reminder', 'archive_tasks', 'git_push'
));
UPDATE schedule SET kind_in_full = kind;
ALTER TABLE schedule DROP COLUMN kind;
ALTER TABLE schedule RENAME COLUMN kind_in_full TO kind;
ALTER TABLE schedule ADD COLUMN options text;
"#;

// The wider CHECK stays: what it allows beyond the narrow one is never read by an older program.
const OPTIONS_GONE: &str = r#"
ALTER TABLE schedule DROP COLUMN options;
"#;

const REMINDERS: &str = r#"
CREATE TABLE reminder_sent (
    task_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    due text NOT NULL,
    lead_minutes integer NOT NULL CHECK (lead_minutes >= 0),
    occurrence_id {uuid} REFERENCES occurrence (id) ON DELETE SET NULL,
    at {time} NOT NULL,
    PRIMARY KEY (task_id, user_id, due, lead_minutes)
);
CREATE INDEX reminder_sent_user ON reminder_sent (user_id);
CREATE INDEX reminder_sent_occurrence ON reminder_sent (occurrence_id) WHERE occurrence_id IS NOT NULL;
"#;
