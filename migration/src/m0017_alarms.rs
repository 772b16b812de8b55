//! Alarms: what an owner must hear of, once each, in the app and by mail; what people choose to get by mail; the
//! addresses that are pinged, so that somebody outside hears when this program falls silent.

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
        ddl::run(manager, TABLES).await?;
        ddl::run(manager, COLUMNS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, COLUMNS_GONE).await?;
        ddl::drop_tables(manager, &["ping_call", "ping", "alarm_choice", "alarm_mail", "alarm"]).await
    }
}

// `once` names what happened, so that it is told once however often it is noticed. `topic` is what mails are counted by:
// one an hour. A mail that is due says so in `due_at`; in the hands of a worker it is due again when its lease ends.
const TABLES: &str = r#"
CREATE TABLE alarm (
    id {uuid} PRIMARY KEY,
    once text NOT NULL UNIQUE,
    topic text NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'failed', 'partly', 'uncertain', 'late', 'paused', 'account', 'push', 'solved'
    )),
    project_id {uuid} REFERENCES project (id) ON DELETE CASCADE,
    schedule_id {uuid} REFERENCES schedule (id) ON DELETE CASCADE,
    occurrence_id {uuid} REFERENCES occurrence (id) ON DELETE CASCADE,
    account_id {uuid} REFERENCES smtp_account (id) ON DELETE CASCADE,
    words text NOT NULL,
    at {time} NOT NULL
);
CREATE INDEX alarm_topic ON alarm (topic, at);
CREATE INDEX alarm_at ON alarm (at);
CREATE INDEX alarm_occurrence ON alarm (occurrence_id, kind) WHERE occurrence_id IS NOT NULL;
CREATE INDEX alarm_schedule ON alarm (schedule_id) WHERE schedule_id IS NOT NULL;
CREATE TABLE alarm_mail (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    topic text NOT NULL,
    since {time} NOT NULL,
    until {time},
    phase text NOT NULL CHECK (phase IN (
        'queued', 'connecting', 'envelope', 'data_sent', 'accepted', 'deferred', 'failed', 'uncertain', 'withheld'
    )),
    account_id {uuid} REFERENCES smtp_account (id) ON DELETE SET NULL,
    address text,
    subject text,
    message_id text,
    mime {bytes},
    reply text,
    reason text,
    attempts integer NOT NULL,
    queued_at {time} NOT NULL,
    due_at {time},
    retried_uncertain boolean NOT NULL,
    fence bigint NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE UNIQUE INDEX alarm_mail_open ON alarm_mail (user_id, topic) WHERE until IS NULL;
CREATE INDEX alarm_mail_topic ON alarm_mail (user_id, topic, since);
CREATE INDEX alarm_mail_due ON alarm_mail (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE alarm_choice (
    user_id {uuid} PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
    failure boolean NOT NULL,
    late boolean NOT NULL,
    pause boolean NOT NULL,
    solved boolean NOT NULL
);
CREATE TABLE ping (
    scope text PRIMARY KEY,
    schedule_id {uuid} UNIQUE REFERENCES schedule (id) ON DELETE CASCADE,
    url_ciphertext text NOT NULL,
    tells_start boolean NOT NULL,
    tells_failure boolean NOT NULL,
    called_at {time},
    last_at {time},
    last_is_ok boolean,
    last_words text
);
CREATE TABLE ping_call (
    id {uuid} PRIMARY KEY,
    scope text NOT NULL REFERENCES ping (scope) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('start', 'success', 'failure')),
    attempts integer NOT NULL,
    due_at {time} NOT NULL,
    created_at {time} NOT NULL
);
CREATE INDEX ping_call_due ON ping_call (due_at);
CREATE INDEX ping_call_scope ON ping_call (scope);
"#;

// Neither engine can widen a CHECK in place: a second column takes the place of the first.
const COLUMNS: &str = r#"
ALTER TABLE notification ADD COLUMN kind_in_full text NOT NULL DEFAULT 'rule' CHECK (kind_in_full IN (
    'mentioned', 'assigned', 'watched', 'rule', 'alarm'
));
UPDATE notification SET kind_in_full = kind;
ALTER TABLE notification DROP COLUMN kind;
ALTER TABLE notification RENAME COLUMN kind_in_full TO kind;
ALTER TABLE notification ADD COLUMN alarm_id {uuid} REFERENCES alarm (id) ON DELETE CASCADE;
CREATE UNIQUE INDEX notification_alarm ON notification (alarm_id, user_id) WHERE alarm_id IS NOT NULL;
CREATE INDEX delivery_uncertain ON delivery (occurrence_id) WHERE phase = 'uncertain';
CREATE INDEX occurrence_unstarted ON occurrence (scheduled_at) WHERE started_at IS NULL AND finished_at IS NULL;
"#;

const COLUMNS_GONE: &str = r#"
DROP INDEX occurrence_unstarted;
DROP INDEX delivery_uncertain;
DROP INDEX notification_alarm;
DELETE FROM notification WHERE kind = 'alarm';
ALTER TABLE notification DROP COLUMN alarm_id;
"#;
