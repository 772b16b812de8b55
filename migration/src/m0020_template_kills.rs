//! Templates that had to be stopped while they were rendered.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["template_kill"]).await
    }
}

// `template_key` is whatever its caller calls a template by. `version` is the hash of the sources that were stopped:
// other sources count from the beginning.
const TABLES: &str = r#"
CREATE TABLE template_kill (
    template_key text PRIMARY KEY,
    version text NOT NULL,
    kills integer NOT NULL CHECK (kills >= 0),
    last_stop text,
    last_at {time} NOT NULL
);
"#;
