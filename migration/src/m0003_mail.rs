//! Mail accounts, and the mail that the built-in outbox caught.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, SCHEMA).await?;
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => "'00000000-0000-7000-8000-000000000001'",
            _ => "x'00000000000070008000000000000001'",
        };
        ddl::run(manager, &OUTBOX.replace("{id}", id)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["outbox_message", "smtp_account"]).await
    }
}

const SCHEMA: &str = r#"
CREATE TABLE smtp_account (
    id {uuid} PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('outbox', 'smtp')),
    host text NOT NULL,
    port integer NOT NULL CHECK (port BETWEEN 0 AND 65535),
    tls text NOT NULL CHECK (tls IN ('start_tls', 'implicit', 'none')),
    auth text NOT NULL CHECK (auth IN ('automatic', 'plain', 'login', 'cram_md5', 'none')),
    username text NOT NULL,
    secret_ciphertext text,
    sender_name text NOT NULL,
    sender_address text NOT NULL,
    is_default boolean NOT NULL,
    last_test text,
    last_tested_at {time},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version bigint NOT NULL,
    CHECK (kind = 'outbox' OR (host <> '' AND port > 0))
);
CREATE UNIQUE INDEX smtp_account_default ON smtp_account (is_default) WHERE is_default;
CREATE TABLE outbox_message (
    id {uuid} PRIMARY KEY,
    account_id {uuid} REFERENCES smtp_account (id) ON DELETE SET NULL,
    message_id text NOT NULL UNIQUE,
    envelope_from text NOT NULL,
    envelope_to text NOT NULL,
    subject text NOT NULL,
    mime {bytes} NOT NULL,
    caught_at {time} NOT NULL
);
CREATE INDEX outbox_message_caught ON outbox_message (caught_at);
CREATE INDEX outbox_message_to ON outbox_message (envelope_to, caught_at);
"#;

/// The account that is always there and takes all mail until there is another.
const OUTBOX: &str = r#"
INSERT INTO smtp_account
    (id, name, kind, host, port, tls, auth, username, sender_name, sender_address, is_default, created_at, updated_at, version)
VALUES
    ({id}, 'Outbox', 'outbox', '', 0, 'none', 'none', '', 'AutoReport', 'autoreport@localhost', TRUE,
     '2026-11-23 00:00:00+00:00', '2026-11-23 00:00:00+00:00', 1);
"#;
