//! Templates of mails, their published versions, and what the designer shows of a draft.

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
        ddl::drop_tables(manager, &["template_preview", "template_version", "template"]).await
    }
}

// `published` is the number of the version that new reports are written with. A preview is what one person saw last of
// one template; it is replaced by the next.
const TABLES: &str = r#"
CREATE TABLE template (
    id {uuid} PRIMARY KEY,
    name text NOT NULL,
    category text NOT NULL,
    owner_id {uuid} REFERENCES "user"(id) ON DELETE SET NULL,
    draft text NOT NULL,
    draft_version bigint NOT NULL,
    drafted_at {time} NOT NULL,
    drafted_by {uuid} REFERENCES "user"(id) ON DELETE SET NULL,
    published integer,
    created_at {time} NOT NULL,
    deleted_at {time}
);
CREATE INDEX template_owner ON template (owner_id);
CREATE INDEX template_drafted_by ON template (drafted_by);
CREATE TABLE template_version (
    template_id {uuid} NOT NULL REFERENCES template(id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 1),
    document text NOT NULL,
    note text NOT NULL,
    published_by {uuid} REFERENCES "user"(id) ON DELETE SET NULL,
    published_at {time} NOT NULL,
    commit_id text,
    PRIMARY KEY (template_id, number)
);
CREATE INDEX template_version_published_by ON template_version (published_by);
CREATE TABLE template_preview (
    template_id {uuid} NOT NULL REFERENCES template(id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user"(id) ON DELETE CASCADE,
    token text NOT NULL,
    html text NOT NULL,
    made_at {time} NOT NULL,
    PRIMARY KEY (template_id, user_id)
);
CREATE INDEX template_preview_user ON template_preview (user_id);
"#;
