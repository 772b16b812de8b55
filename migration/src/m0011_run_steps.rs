//! When a run came to its steps: collecting, writing, sending. Runs that are there have none, and their page shows none.

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
        ddl::run(manager, COLUMNS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, COLUMNS_GONE).await
    }
}

const COLUMNS: &str = r#"
ALTER TABLE occurrence ADD COLUMN building_at {time};
ALTER TABLE occurrence ADD COLUMN frozen_at {time};
ALTER TABLE occurrence ADD COLUMN sending_at {time};
"#;

const COLUMNS_GONE: &str = r#"
ALTER TABLE occurrence DROP COLUMN sending_at;
ALTER TABLE occurrence DROP COLUMN frozen_at;
ALTER TABLE occurrence DROP COLUMN building_at;
"#;
