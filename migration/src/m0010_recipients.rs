//! Recipients in full, addresses that get no mail, and what an account may send: people and groups beside addresses,
//! messages that were held back, the list of suppressed addresses, limits and the breaker of an account.

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
        ddl::run(manager, RECIPIENTS).await?;
        ddl::run(manager, WORDS).await?;
        ddl::run(manager, TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["mail_gate", "suppression"]).await
    }
}

// Several people who were promised that nobody sees the others become blind copies: now those of To see each other.
const RECIPIENTS: &str = r#"
CREATE TABLE recipient_in_full (
    id {uuid} PRIMARY KEY,
    schedule_id {uuid} NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    position integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('to', 'cc', 'bcc')),
    target text NOT NULL CHECK (target IN ('address', 'user', 'group')),
    address text NOT NULL,
    name text NOT NULL,
    user_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    team_id {uuid} REFERENCES team (id) ON DELETE SET NULL
);
INSERT INTO recipient_in_full (id, schedule_id, position, kind, target, address, name)
SELECT one.id, one.schedule_id, one.position,
    CASE WHEN one.kind = 'to' AND (SELECT count(*) FROM recipient AS other WHERE other.schedule_id = one.schedule_id) > 1
        THEN 'bcc' ELSE one.kind END,
    'address', one.address, one.name
FROM recipient AS one;
DROP TABLE recipient;
ALTER TABLE recipient_in_full RENAME TO recipient;
CREATE UNIQUE INDEX recipient_address ON recipient (schedule_id, address) WHERE target <> 'group';
CREATE UNIQUE INDEX recipient_team ON recipient (schedule_id, team_id) WHERE team_id IS NOT NULL;
CREATE INDEX recipient_user ON recipient (user_id) WHERE user_id IS NOT NULL;
"#;

// Neither engine can widen a CHECK in place: a second column takes the place of the first.
const WORDS: &str = r#"
ALTER TABLE delivery ADD COLUMN phase_in_full text NOT NULL DEFAULT 'queued' CHECK (phase_in_full IN (
    'queued', 'connecting', 'envelope', 'data_sent', 'accepted', 'deferred', 'failed', 'uncertain', 'withheld'
));
UPDATE delivery SET phase_in_full = phase;
ALTER TABLE delivery DROP COLUMN phase;
ALTER TABLE delivery RENAME COLUMN phase_in_full TO phase;
ALTER TABLE delivery ADD COLUMN user_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL;
ALTER TABLE delivery ADD COLUMN via text;
ALTER TABLE smtp_account ADD COLUMN auth_in_full text NOT NULL DEFAULT 'none' CHECK (auth_in_full IN (
    'automatic', 'plain', 'login', 'cram_md5', 'xoauth2', 'none'
));
UPDATE smtp_account SET auth_in_full = auth;
ALTER TABLE smtp_account DROP COLUMN auth;
ALTER TABLE smtp_account RENAME COLUMN auth_in_full TO auth;
ALTER TABLE smtp_account ADD COLUMN per_minute integer CHECK (per_minute BETWEEN 1 AND 6000);
ALTER TABLE smtp_account ADD COLUMN connections integer NOT NULL DEFAULT 1 CHECK (connections BETWEEN 1 AND 20);
"#;

const TABLES: &str = r#"
CREATE TABLE suppression (
    id {uuid} PRIMARY KEY,
    address text NOT NULL,
    schedule_id {uuid} REFERENCES schedule (id) ON DELETE CASCADE,
    reason text NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'by_hand')),
    delivery_id {uuid} REFERENCES delivery (id) ON DELETE SET NULL,
    words text NOT NULL,
    created_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    created_at {time} NOT NULL
);
CREATE UNIQUE INDEX suppression_everywhere ON suppression (address) WHERE schedule_id IS NULL;
CREATE UNIQUE INDEX suppression_schedule ON suppression (address, schedule_id) WHERE schedule_id IS NOT NULL;
CREATE INDEX suppression_delivery ON suppression (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE TABLE mail_gate (
    account_id {uuid} PRIMARY KEY REFERENCES smtp_account (id) ON DELETE CASCADE,
    blocked_at {time},
    blocked_words text,
    blocked_times integer NOT NULL,
    probe_at {time},
    next_send_at {time},
    slowed_times integer NOT NULL,
    slowed_at {time},
    CHECK ((blocked_at IS NULL) = (probe_at IS NULL))
);
"#;
