//! A reminder that its run did not bring is kept as given back, for the run that brings it and for whoever sends its mail
//! again by hand.

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
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The program before this one has deleted them.
        ddl::run(manager, "DELETE FROM reminder_sent WHERE released_at IS NOT NULL").await?;
        ddl::run(manager, "ALTER TABLE reminder_sent DROP COLUMN released_at").await
    }
}

const UP: &str = "ALTER TABLE reminder_sent ADD COLUMN released_at {time}";
