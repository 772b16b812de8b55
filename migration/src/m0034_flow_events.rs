//! The changes that metrics are made of, found without a look at the rows themselves: a report reads them all, and there
//! are as many comments and edits beside them.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing: a program that is killed in the middle must find a schema that it can bring up to date.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, INDEX).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, "DROP INDEX task_event_flow;\n").await
    }
}

// SQLite takes it only for a query that says the same words.
const INDEX: &str = r#"
CREATE INDEX task_event_flow ON task_event (project_id, task_id, at, id, kind, to_status, from_status)
    WHERE kind IN ('created', 'moved', 'transferred', 'archived', 'restored', 'deleted', 'undeleted');
"#;
