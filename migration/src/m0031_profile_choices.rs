//! What people choose for themselves: how long messages stay, whether others are announced, which days are soon.

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
        ddl::run(manager, COLUMNS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, NO_COLUMNS).await
    }
}

// From 1 to 7 days after today are soon: the form says so, and whoever reads the column takes no other for it.
const COLUMNS: &str = r#"
ALTER TABLE "user" ADD COLUMN keeps_toasts boolean NOT NULL DEFAULT FALSE;
ALTER TABLE "user" ADD COLUMN hears_others boolean NOT NULL DEFAULT TRUE;
ALTER TABLE "user" ADD COLUMN soon_days integer NOT NULL DEFAULT 3;
"#;

const NO_COLUMNS: &str = r#"
ALTER TABLE "user" DROP COLUMN soon_days;
ALTER TABLE "user" DROP COLUMN hears_others;
ALTER TABLE "user" DROP COLUMN keeps_toasts;
"#;
