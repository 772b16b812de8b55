//! Schedules and their recipients; the runs, their log, their files, and one delivery per recipient.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, SCHEMA).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["delivery", "artifact", "occurrence_log", "occurrence", "recipient", "schedule"])
            .await
    }
}

// A deleted schedule keeps its row, because its reports stay.
const SCHEMA: &str = r#"
CREATE TABLE schedule (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    owner_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('weekly_report')),
    spec text NOT NULL,
    account_id {uuid} REFERENCES smtp_account (id) ON DELETE SET NULL,
    state text NOT NULL CHECK (state IN ('on', 'paused')),
    pause_note text,
    next_run_at {time},
    last_planned_at {time} NOT NULL,
    misfire text NOT NULL CHECK (misfire IN ('skip', 'latest_only', 'all')),
    catch_up_at_most integer NOT NULL CHECK (catch_up_at_most > 0),
    catch_up_minutes integer NOT NULL CHECK (catch_up_minutes BETWEEN 1 AND 10080),
    grace_minutes integer NOT NULL CHECK (grace_minutes BETWEEN 0 AND 1440),
    overlap text NOT NULL CHECK (overlap IN ('skip', 'queue_one', 'queue_all', 'cancel_running')),
    failures_in_row integer NOT NULL,
    pause_after_failures integer NOT NULL CHECK (pause_after_failures > 0),
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    deleted_at {time},
    version bigint NOT NULL,
    UNIQUE (project_id, id)
);
CREATE INDEX schedule_due ON schedule (next_run_at) WHERE state = 'on' AND deleted_at IS NULL;
CREATE TABLE recipient (
    id {uuid} PRIMARY KEY,
    schedule_id {uuid} NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    position integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('to', 'cc', 'bcc')),
    address text NOT NULL,
    name text NOT NULL,
    UNIQUE (schedule_id, address)
);
CREATE TABLE occurrence (
    id {uuid} PRIMARY KEY,
    schedule_id {uuid} NOT NULL,
    project_id {uuid} NOT NULL,
    scheduled_at {time} NOT NULL,
    "trigger" text NOT NULL CHECK ("trigger" IN ('schedule', 'manual')),
    state text NOT NULL CHECK (state IN (
        'planned', 'claimed', 'building', 'frozen', 'sending', 'done', 'partly', 'failed', 'cancelled', 'skipped'
    )),
    reason text,
    fence bigint NOT NULL,
    lease_owner text,
    lease_until {time},
    attempts integer NOT NULL,
    next_try_at {time},
    period_from date,
    period_to date,
    subject text,
    finding text,
    snapshot text,
    snapshot_hash text,
    commit_id text,
    started_at {time},
    finished_at {time},
    created_at {time} NOT NULL,
    CHECK (state <> 'skipped' OR reason IS NOT NULL),
    CHECK (state NOT IN ('frozen', 'sending', 'done', 'partly') OR snapshot IS NOT NULL),
    UNIQUE (schedule_id, scheduled_at),
    FOREIGN KEY (project_id, schedule_id) REFERENCES schedule (project_id, id) ON DELETE CASCADE
);
CREATE INDEX occurrence_open ON occurrence (schedule_id)
    WHERE state IN ('planned', 'claimed', 'building', 'frozen', 'sending');
CREATE INDEX occurrence_project ON occurrence (project_id, scheduled_at);
CREATE TABLE occurrence_log (
    id {uuid} PRIMARY KEY,
    occurrence_id {uuid} NOT NULL REFERENCES occurrence (id) ON DELETE CASCADE,
    at {time} NOT NULL,
    level text NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    words text NOT NULL
);
CREATE INDEX occurrence_log_of ON occurrence_log (occurrence_id, id);
CREATE TABLE artifact (
    id {uuid} PRIMARY KEY,
    occurrence_id {uuid} NOT NULL REFERENCES occurrence (id) ON DELETE CASCADE,
    name text NOT NULL,
    content_type text NOT NULL,
    bytes {bytes} NOT NULL,
    UNIQUE (occurrence_id, name)
);
CREATE TABLE delivery (
    id {uuid} PRIMARY KEY,
    occurrence_id {uuid} NOT NULL REFERENCES occurrence (id) ON DELETE CASCADE,
    position integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('to', 'cc', 'bcc')),
    address text NOT NULL,
    name text NOT NULL,
    phase text NOT NULL CHECK (phase IN (
        'queued', 'connecting', 'envelope', 'data_sent', 'accepted', 'deferred', 'failed', 'uncertain'
    )),
    message_id text NOT NULL UNIQUE,
    dated_at {time} NOT NULL,
    mime {bytes} NOT NULL,
    reply text,
    reason text,
    attempts integer NOT NULL,
    queued_at {time} NOT NULL,
    next_try_at {time},
    retried_uncertain boolean NOT NULL,
    uncertain_at {time},
    fence bigint NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    UNIQUE (occurrence_id, address)
);
"#;
