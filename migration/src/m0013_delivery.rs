//! Delivery in full: authorities of an account, the key that signs its mail, access tokens that renew themselves, and
//! bounce messages with what they are about.

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
        ddl::run(manager, DELIVERY).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["bounce", "mail_oauth", "mail_signature"]).await?;
        ddl::run(manager, DELIVERY_GONE).await
    }
}

const DELIVERY: &str = r#"
ALTER TABLE smtp_account ADD COLUMN authorities text;
CREATE TABLE mail_signature (
    account_id {uuid} PRIMARY KEY REFERENCES smtp_account (id) ON DELETE CASCADE,
    domain text NOT NULL,
    selector text NOT NULL,
    algorithm text NOT NULL CHECK (algorithm IN ('ed25519', 'rsa')),
    key_ciphertext text NOT NULL,
    record text NOT NULL,
    created_at {time} NOT NULL
);
CREATE TABLE mail_oauth (
    account_id {uuid} PRIMARY KEY REFERENCES smtp_account (id) ON DELETE CASCADE,
    token_url text NOT NULL,
    client_id text NOT NULL,
    scope text NOT NULL,
    client_secret_ciphertext text,
    refresh_token_ciphertext text NOT NULL,
    access_token_ciphertext text,
    access_expires_at {time},
    updated_at {time} NOT NULL
);
CREATE TABLE bounce (
    id {uuid} PRIMARY KEY,
    uploaded_by {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    report text NOT NULL,
    created_at {time} NOT NULL,
    applied_at {time}
);
CREATE INDEX bounce_uploaded_by ON bounce (uploaded_by);
CREATE INDEX delivery_message_id ON delivery (message_id);
"#;

const DELIVERY_GONE: &str = r#"
DROP INDEX IF EXISTS delivery_message_id;
ALTER TABLE smtp_account DROP COLUMN authorities;
"#;
