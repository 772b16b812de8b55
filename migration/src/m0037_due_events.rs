//! The edits of a project's tasks in their order, among which are those of due dates: a report would look at every
//! comment and every move for them otherwise.

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
        ddl::run(manager, "DROP INDEX task_event_edits;\n").await
    }
}

// SQLite takes it only for a query that says the same words.
const INDEX: &str = r#"
CREATE INDEX task_event_edits ON task_event (project_id, at, id) WHERE kind = 'edited';
"#;
