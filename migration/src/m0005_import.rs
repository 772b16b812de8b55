//! Imports: staged files and their fate, and which task came from which card of a source.

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
        ddl::drop_tables(manager, &["import_source", "import_run"]).await
    }
}

// A staged file is dropped (content null) as soon as its import has ended in any way.
const SCHEMA: &str = r#"
CREATE TABLE import_run (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('trello', 'csv')),
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
CREATE INDEX import_run_user ON import_run (user_id, created_at);
CREATE INDEX import_run_hash ON import_run (content_hash);
CREATE TABLE import_source (
    project_id {uuid} NOT NULL,
    source text NOT NULL CHECK (source IN ('trello', 'csv')),
    source_id text NOT NULL,
    task_id {uuid} NOT NULL,
    PRIMARY KEY (project_id, source, source_id),
    FOREIGN KEY (project_id, task_id) REFERENCES task (project_id, id) ON DELETE CASCADE
);
CREATE INDEX import_source_source ON import_source (source, source_id);
CREATE INDEX import_source_task ON import_source (task_id);
"#;
