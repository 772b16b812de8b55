//! The language that a person reads mails in, the last few previews of a template for each person instead of one, and no
//! stops of what the program writes itself.

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
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}

// A preview is made anew by the next look at its template, so none is taken along.
const UP: &str = r#"
ALTER TABLE "user" ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de', 'fr', 'es', 'it'));
DELETE FROM template_kill WHERE template_key LIKE 'sections:%' OR template_key = 'template:00000000-0000-0000-0000-000000000000';
DROP TABLE template_preview;
CREATE TABLE template_preview (
    token text PRIMARY KEY,
    template_id {uuid} NOT NULL REFERENCES template(id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user"(id) ON DELETE CASCADE,
    html text NOT NULL,
    made_at {time} NOT NULL
);
CREATE INDEX template_preview_of ON template_preview (template_id, user_id, made_at);
CREATE INDEX template_preview_user ON template_preview (user_id);
"#;

const DOWN: &str = r#"
DROP TABLE template_preview;
CREATE TABLE template_preview (
    template_id {uuid} NOT NULL REFERENCES template(id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user"(id) ON DELETE CASCADE,
    token text NOT NULL,
    html text NOT NULL,
    made_at {time} NOT NULL,
    PRIMARY KEY (template_id, user_id)
);
CREATE INDEX template_preview_user ON template_preview (user_id);
ALTER TABLE "user" DROP COLUMN language;
"#;
