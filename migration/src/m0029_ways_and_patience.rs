//! Runs keep the mail account and the sender that their messages were written for, and when the archive last failed to
//! take them; jobs say how long a message is tried and what becomes of one that is unknown; messages count their tries
//! anew when somebody sends them again.

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

// The account of a run is no reference: one that is gone must stay known as the one that its messages were written for.
const COLUMNS: &str = r#"
ALTER TABLE occurrence ADD COLUMN mail_account_id {uuid};
ALTER TABLE occurrence ADD COLUMN mail_sender text;
ALTER TABLE occurrence ADD COLUMN keep_tried_at {time};
CREATE INDEX occurrence_unkept ON occurrence (keep_tried_at, scheduled_at)
    WHERE commit_id IS NULL AND snapshot IS NOT NULL AND removed_at IS NULL;
ALTER TABLE schedule ADD COLUMN give_up_minutes integer NOT NULL DEFAULT 1440 CHECK (give_up_minutes BETWEEN 1 AND 10080);
ALTER TABLE schedule ADD COLUMN uncertain_rule text NOT NULL DEFAULT 'hold' CHECK (uncertain_rule IN ('hold', 'retry_once'));
ALTER TABLE delivery ADD COLUMN attempts_before integer NOT NULL DEFAULT 0;
ALTER TABLE alarm_mail ADD COLUMN attempts_before integer NOT NULL DEFAULT 0;
"#;

const COLUMNS_GONE: &str = r#"
ALTER TABLE alarm_mail DROP COLUMN attempts_before;
ALTER TABLE delivery DROP COLUMN attempts_before;
ALTER TABLE schedule DROP COLUMN uncertain_rule;
ALTER TABLE schedule DROP COLUMN give_up_minutes;
DROP INDEX occurrence_unkept;
ALTER TABLE occurrence DROP COLUMN keep_tried_at;
ALTER TABLE occurrence DROP COLUMN mail_sender;
ALTER TABLE occurrence DROP COLUMN mail_account_id;
"#;
