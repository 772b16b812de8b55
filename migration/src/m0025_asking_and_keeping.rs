//! A run that is started by hand may stop at a draft, and what was typed into a form that was refused is kept for an hour
//! where it is too long for an address.

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
        ddl::drop_tables(manager, &["kept_form"]).await?;
        ddl::run(manager, GONE).await
    }
}

const SCHEMA: &str = r#"
ALTER TABLE occurrence ADD COLUMN wants_draft boolean NOT NULL DEFAULT false;
CREATE TABLE kept_form (
    name text PRIMARY KEY,
    sealed text NOT NULL,
    kept_at {time} NOT NULL
);
CREATE INDEX kept_form_kept_at ON kept_form (kept_at);
"#;

const GONE: &str = r#"
ALTER TABLE occurrence DROP COLUMN wants_draft;
"#;
