//! The sign-in with a provider that gives the first refresh token of a mail account.

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
        ddl::run(manager, SCHEMA).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["mail_consent"]).await?;
        ddl::run(manager, GONE).await
    }
}

// A sign-in belongs to one session of one person, and ends with the account that it is for.
const SCHEMA: &str = r#"
CREATE TABLE mail_consent (
    state_hash text PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES smtp_account (id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    session_hash text NOT NULL,
    authorize_url text NOT NULL,
    token_url text NOT NULL,
    client_id text NOT NULL,
    scope text NOT NULL,
    client_secret_ciphertext text,
    verifier_ciphertext text NOT NULL,
    expires_at {time} NOT NULL,
    taken_at {time}
);
CREATE INDEX mail_consent_account ON mail_consent (account_id);
CREATE INDEX mail_consent_user ON mail_consent (user_id);
ALTER TABLE mail_oauth ADD COLUMN authorize_url text NOT NULL DEFAULT '';
"#;

const GONE: &str = r#"
ALTER TABLE mail_oauth DROP COLUMN authorize_url;
"#;
