//! Imports of AutoReport's own exports: a third kind of file and of source.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

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
        match manager.get_database_backend() {
            DbBackend::Postgres => ddl::run(manager, POSTGRES).await,
            _ => ddl::run(manager, SQLITE).await,
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Postgres => ddl::run(manager, POSTGRES_BACK).await,
            _ => ddl::run(manager, SQLITE_BACK).await,
        }
    }
}

const POSTGRES: &str = r#"
ALTER TABLE import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE import_run ADD CONSTRAINT import_run_kind_check CHECK (kind IN ('trello', 'csv', 'autoreport'));
ALTER TABLE import_source DROP CONSTRAINT import_source_source_check;
ALTER TABLE import_source ADD CONSTRAINT import_source_source_check CHECK (source IN ('trello', 'csv', 'autoreport'));
"#;

const POSTGRES_BACK: &str = r#"
DELETE FROM import_source WHERE source = 'autoreport';
DELETE FROM import_run WHERE kind = 'autoreport';
ALTER TABLE import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE import_run ADD CONSTRAINT import_run_kind_check CHECK (kind IN ('trello', 'csv'));
ALTER TABLE import_source DROP CONSTRAINT import_source_source_check;
ALTER TABLE import_source ADD CONSTRAINT import_source_source_check CHECK (source IN ('trello', 'csv'));
"#;

// SQLite changes no CHECK: the rows go into tables made anew. No other table refers to these two.
const SQLITE: &str = r#"
CREATE TABLE import_run_new (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('trello', 'csv', 'autoreport')),
    file_name text NOT NULL,
    content {bytes},
    content_hash text NOT NULL,
    choices text NOT NULL,
    state text NOT NULL CHECK (state IN ('uploaded', 'running', 'done', 'failed', 'cancelled')),
    attempt integer NOT NULL,
    project_id {uuid} REFERENCES project (id) ON DELETE SET NULL,
    result text NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CHECK (state NOT IN ('uploaded', 'running') OR content IS NOT NULL)
);
INSERT INTO import_run_new (id, user_id, kind, file_name, content, content_hash, choices, state, attempt, project_id, result, created_at, updated_at)
    SELECT id, user_id, kind, file_name, content, content_hash, choices, state, attempt, project_id, result, created_at, updated_at FROM import_run;
DROP TABLE import_run;
ALTER TABLE import_run_new RENAME TO import_run;
CREATE INDEX import_run_user ON import_run (user_id, created_at);
CREATE INDEX import_run_hash ON import_run (content_hash);
CREATE TABLE import_source_new (
    project_id {uuid} NOT NULL,
    source text NOT NULL CHECK (source IN ('trello', 'csv', 'autoreport')),
    source_id text NOT NULL,
    task_id {uuid} NOT NULL,
    PRIMARY KEY (project_id, source, source_id),
    FOREIGN KEY (project_id, task_id) REFERENCES task (project_id, id) ON DELETE CASCADE
);
INSERT INTO import_source_new (project_id, source, source_id, task_id) SELECT project_id, source, source_id, task_id FROM import_source;
DROP TABLE import_source;
ALTER TABLE import_source_new RENAME TO import_source;
CREATE INDEX import_source_source ON import_source (source, source_id);
CREATE INDEX import_source_task ON import_source (task_id);
"#;

// The wider CHECK does no harm to an older program; only what it cannot read goes.
const SQLITE_BACK: &str = r#"
DELETE FROM import_source WHERE source = 'autoreport';
DELETE FROM import_run WHERE kind = 'autoreport';
"#;
