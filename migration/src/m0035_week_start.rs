//! The first day of a person's weeks.

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
        ddl::run(manager, COLUMN).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, NO_COLUMN).await
    }
}

const COLUMN: &str = r#"
ALTER TABLE "user" ADD COLUMN week_start text NOT NULL DEFAULT 'locale' CHECK (week_start IN ('locale', 'monday', 'sunday', 'saturday'));
"#;

const NO_COLUMN: &str = r#"
ALTER TABLE "user" DROP COLUMN week_start;
"#;
