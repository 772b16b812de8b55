//! The outbox as a list that can be searched: what is found and shown of a caught message stands in a small row of its
//! own, so that no list reads the messages themselves; who handed a message to a real account; and indexes for planner
//! and workers, which look every few seconds and must not walk over what has ended.

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
        ddl::run(manager, OUTBOX).await?;
        ddl::run(manager, LOOKS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, LOOKS_BEFORE).await?;
        ddl::drop_tables(manager, &["outbox_release", "outbox_entry"]).await
    }
}

// `find_…` is in lower case. Messages from before have no `find_text` yet: the program reads them, a few at a time. They
// count as read.
const OUTBOX: &str = r#"
CREATE TABLE outbox_entry (
    id {uuid} PRIMARY KEY REFERENCES outbox_message (id) ON DELETE CASCADE,
    envelope_to text NOT NULL,
    sender text NOT NULL,
    recipients text NOT NULL,
    subject text NOT NULL,
    find_sender text NOT NULL,
    find_recipients text NOT NULL,
    find_subject text NOT NULL,
    find_text text,
    size bigint NOT NULL,
    attachments integer NOT NULL,
    read_at {time},
    caught_at {time} NOT NULL
);
CREATE INDEX outbox_entry_unread ON outbox_entry (id) WHERE read_at IS NULL;
CREATE INDEX outbox_entry_to ON outbox_entry (envelope_to, id);
CREATE INDEX outbox_entry_caught ON outbox_entry (caught_at);
CREATE INDEX outbox_entry_to_do ON outbox_entry (id) WHERE find_text IS NULL;
INSERT INTO outbox_entry
    (id, envelope_to, sender, recipients, subject, find_sender, find_recipients, find_subject, find_text, size, attachments, read_at, caught_at)
SELECT id, envelope_to, envelope_from, envelope_to, subject, lower(envelope_from), lower(envelope_to), lower(subject), NULL, length(mime), 0, caught_at, caught_at
FROM outbox_message;
CREATE TABLE outbox_release (
    id {uuid} PRIMARY KEY,
    message_id {uuid} NOT NULL REFERENCES outbox_message (id) ON DELETE CASCADE,
    op_id {uuid} NOT NULL,
    account_id {uuid} REFERENCES smtp_account (id) ON DELETE SET NULL,
    account_name text NOT NULL,
    released_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    released_by_name text NOT NULL,
    recipient text NOT NULL,
    state text NOT NULL CHECK (state IN ('sending', 'data_sent', 'accepted', 'refused', 'withheld', 'uncertain')),
    words text NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE UNIQUE INDEX outbox_release_once ON outbox_release (op_id, recipient);
CREATE INDEX outbox_release_of ON outbox_release (message_id, created_at);
"#;

// Both look in the order of instants. The states stand in the queries as they stand here, word for word: from bound values
// SQLite could not see that a partial index will do (`jobs::service::ledger::is_open`).
const LOOKS: &str = r#"
CREATE INDEX schedule_next ON schedule (next_run_at);
CREATE INDEX occurrence_waiting ON occurrence (scheduled_at)
    WHERE state IN ('planned', 'claimed', 'building', 'frozen', 'sending');
CREATE INDEX occurrence_open_of ON occurrence (schedule_id, scheduled_at)
    WHERE state IN ('planned', 'claimed', 'building', 'frozen', 'sending');
DROP INDEX IF EXISTS occurrence_open;
"#;

const LOOKS_BEFORE: &str = r#"
DROP INDEX IF EXISTS schedule_next;
DROP INDEX IF EXISTS occurrence_waiting;
DROP INDEX IF EXISTS occurrence_open_of;
CREATE INDEX IF NOT EXISTS occurrence_open ON occurrence (schedule_id)
    WHERE state IN ('planned', 'claimed', 'building', 'frozen', 'sending');
"#;
