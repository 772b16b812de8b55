//! Which projects the message of a report of several projects shows, so that its reader's sight can be asked for again
//! before it leaves.

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
        ddl::run(manager, PROJECTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, PROJECTS_GONE).await
    }
}

// JSON, a list of ids; none where the project of the run is the only one.
const PROJECTS: &str = r#"
ALTER TABLE delivery ADD COLUMN projects text;
"#;

const PROJECTS_GONE: &str = r#"
ALTER TABLE delivery DROP COLUMN projects;
"#;
