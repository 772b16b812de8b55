//! Failed pushes wait in a table until people are told of them.

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
        ddl::drop_tables(manager, &["git_push_failure"]).await
    }
}

const TABLES: &str = r#"
CREATE TABLE git_push_failure (
    id {uuid} PRIMARY KEY,
    remote text NOT NULL,
    last_good {time},
    times integer NOT NULL CHECK (times > 0),
    words text NOT NULL,
    at {time} NOT NULL
);
"#;
