//! People, their sessions, the brakes against guessing, the instance's settings.

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
        ddl::drop_tables(manager, &["setting", "throttle", "session", "user"]).await
    }
}

const SCHEMA: &str = r#"
CREATE TABLE "user" (
    id {uuid} PRIMARY KEY,
    email text UNIQUE,
    name text NOT NULL,
    password_hash text,
    role text NOT NULL CHECK (role IN ('admin', 'member')),
    state text NOT NULL CHECK (state IN ('active', 'disabled', 'placeholder')),
    zone text NOT NULL,
    theme text NOT NULL CHECK (theme IN ('system', 'light', 'dark')),
    last_project_id {uuid},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CHECK (state <> 'active' OR (email IS NOT NULL AND password_hash IS NOT NULL))
);
CREATE TABLE session (
    id_hash text PRIMARY KEY,
    user_id {uuid} REFERENCES "user" (id) ON DELETE CASCADE,
    data text NOT NULL,
    is_kept boolean NOT NULL,
    created_at {time} NOT NULL,
    last_used_at {time} NOT NULL,
    expires_at {time} NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);
CREATE TABLE throttle (
    bucket text PRIMARY KEY,
    failures integer NOT NULL,
    blocked_until {time} NOT NULL,
    last_failure_at {time} NOT NULL
);
CREATE TABLE setting (
    name text PRIMARY KEY,
    value text NOT NULL
);
"#;
