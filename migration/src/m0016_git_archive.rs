//! The Git archive: where it is, where it is pushed to, and how the pushes stand. Until somebody says otherwise it is
//! the bare repository in the data folder, and nothing is pushed.

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
        ddl::run(manager, TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["git_push", "git_archive"]).await
    }
}

// One row each.
const TABLES: &str = r#"
CREATE TABLE git_archive (
    id integer PRIMARY KEY CHECK (id = 1),
    repository text NOT NULL,
    branch text NOT NULL,
    author_name text NOT NULL,
    author_email text NOT NULL,
    remote_url text NOT NULL,
    remote_user text NOT NULL,
    remote_secret text,
    public_key text,
    host_keys text NOT NULL,
    offered_host_keys text NOT NULL,
    last_test text,
    last_test_good boolean,
    last_tested_at {time},
    version bigint NOT NULL,
    CHECK ((last_test IS NULL) = (last_tested_at IS NULL) AND (last_test IS NULL) = (last_test_good IS NULL))
);
INSERT INTO git_archive (
    id, repository, branch, author_name, author_email, remote_url, remote_user, host_keys, offered_host_keys, version
) VALUES (1, '', 'main', '', '', '', '', '', '', 1);
CREATE TABLE git_push (
    id integer PRIMARY KEY CHECK (id = 1),
    pending_head text,
    attempts integer NOT NULL,
    next_try_at {time},
    last_error text,
    failed_at {time},
    pushed_commit text,
    pushed_at {time},
    fence bigint NOT NULL,
    lease_until {time},
    CHECK ((last_error IS NULL) = (failed_at IS NULL) AND (pushed_commit IS NULL) = (pushed_at IS NULL))
);
INSERT INTO git_push (id, attempts, fence) VALUES (1, 0, 0);
"#;
