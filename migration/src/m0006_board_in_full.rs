//! The board in full: limits that refuse, trash, work notes, attachments, dependencies, recurrence,
//! watchers, old numbers of moved tasks, saved views, groups of people, rules, notifications, and the numbered stream of changes.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, COLUMNS).await?;
        ddl::run(manager, TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(
            manager,
            &[
                "password_link",
                "project_alias",
                "event_stream",
                "notification",
                "rule_cursor",
                "rule_firing",
                "rule_log",
                "rule",
                "team_project",
                "team_member",
                "team",
                "column_fold",
                "saved_view",
                "task_alias",
                "task_watcher",
                "task_dependency",
                "attachment_content",
                "attachment",
                "comment_revision",
                "work_note",
            ],
        )
        .await
    }
}

const COLUMNS: &str = r#"
ALTER TABLE project ADD COLUMN description text NOT NULL DEFAULT '';
ALTER TABLE project ADD COLUMN restored_at {time};
ALTER TABLE project ADD COLUMN last_event bigint NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN archive_after_days integer CHECK (archive_after_days IN (14, 30, 90));
ALTER TABLE board_column ADD COLUMN limit_is_hard boolean NOT NULL DEFAULT FALSE;
ALTER TABLE task ADD COLUMN start_on date;
ALTER TABLE task ADD COLUMN estimate_minutes integer CHECK (estimate_minutes > 0);
ALTER TABLE task ADD COLUMN recurrence text;
ALTER TABLE task ADD COLUMN deleted_at {time};
ALTER TABLE task ADD COLUMN deleted_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL;
ALTER TABLE "user" ADD COLUMN uses_shortcuts boolean NOT NULL DEFAULT TRUE;
ALTER TABLE "user" ADD COLUMN shows_presence boolean NOT NULL DEFAULT TRUE;
ALTER TABLE "user" ADD COLUMN is_compact boolean NOT NULL DEFAULT FALSE;
CREATE INDEX task_deleted ON task (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX task_completed ON task (project_id, completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX task_due_on ON task (project_id, due_on) WHERE due_on IS NOT NULL;
CREATE INDEX task_due_at ON task (project_id, due_at) WHERE due_at IS NOT NULL;
"#;

// Every row that a person can address carries the project it belongs to, or hangs on one that does.
const TABLES: &str = r#"
CREATE TABLE work_note (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL,
    task_id {uuid} NOT NULL,
    author_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    kind text NOT NULL CHECK (kind IN ('issue', 'progress', 'resolution')),
    on_date date NOT NULL,
    body text NOT NULL,
    created_at {time} NOT NULL,
    edited_at {time},
    FOREIGN KEY (project_id, task_id) REFERENCES task (project_id, id) ON DELETE CASCADE
);
CREATE INDEX work_note_task ON work_note (task_id, on_date);
CREATE INDEX work_note_project ON work_note (project_id, on_date);
CREATE TABLE comment_revision (
    id {uuid} PRIMARY KEY,
    comment_id {uuid} NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    body text NOT NULL,
    written_at {time} NOT NULL
);
CREATE INDEX comment_revision_comment ON comment_revision (comment_id, written_at);
CREATE TABLE attachment (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL,
    task_id {uuid} NOT NULL,
    author_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    sha256 text NOT NULL,
    width integer,
    height integer,
    created_at {time} NOT NULL,
    FOREIGN KEY (project_id, task_id) REFERENCES task (project_id, id) ON DELETE CASCADE
);
CREATE INDEX attachment_task ON attachment (task_id, created_at);
CREATE INDEX attachment_project ON attachment (project_id);
CREATE TABLE attachment_content (
    attachment_id {uuid} PRIMARY KEY REFERENCES attachment (id) ON DELETE CASCADE,
    bytes {bytes} NOT NULL,
    thumbnail {bytes}
);
CREATE TABLE task_dependency (
    blocker_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    blocked_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    created_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
);
CREATE INDEX task_dependency_blocked ON task_dependency (blocked_id);
CREATE TABLE task_watcher (
    task_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, user_id)
);
CREATE INDEX task_watcher_user ON task_watcher (user_id);
CREATE TABLE task_alias (
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    number integer NOT NULL,
    task_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, number)
);
CREATE INDEX task_alias_task ON task_alias (task_id);
CREATE TABLE saved_view (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    owner_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    name text NOT NULL,
    query text NOT NULL,
    is_shared boolean NOT NULL,
    created_at {time} NOT NULL,
    UNIQUE (project_id, owner_id, name)
);
CREATE TABLE column_fold (
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    column_id {uuid} NOT NULL REFERENCES board_column (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, column_id)
);
CREATE INDEX column_fold_column ON column_fold (column_id);
CREATE TABLE team (
    id {uuid} PRIMARY KEY,
    name text NOT NULL UNIQUE,
    created_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    created_at {time} NOT NULL
);
CREATE TABLE team_member (
    team_id {uuid} NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_member_user ON team_member (user_id);
CREATE TABLE team_project (
    team_id {uuid} NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('viewer', 'editor', 'owner')),
    PRIMARY KEY (team_id, project_id)
);
CREATE INDEX team_project_project ON team_project (project_id);
CREATE TABLE rule (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name text NOT NULL,
    is_on boolean NOT NULL,
    "trigger" text NOT NULL,
    actions text NOT NULL,
    position integer NOT NULL,
    on_since {time} NOT NULL,
    pause_note text,
    created_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX rule_project ON rule (project_id, position);
CREATE TABLE rule_log (
    id {uuid} PRIMARY KEY,
    rule_id {uuid} NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
    task_id {uuid} REFERENCES task (id) ON DELETE SET NULL,
    at {time} NOT NULL,
    is_error boolean NOT NULL,
    words text NOT NULL
);
CREATE INDEX rule_log_rule ON rule_log (rule_id, at);
CREATE TABLE rule_firing (
    rule_id {uuid} NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
    task_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    cause text NOT NULL,
    generation integer NOT NULL,
    at {time} NOT NULL,
    lease_until {time},
    done_at {time},
    PRIMARY KEY (rule_id, task_id, cause)
);
CREATE INDEX rule_firing_open ON rule_firing (at) WHERE done_at IS NULL;
CREATE TABLE rule_cursor (
    project_id {uuid} PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    seen_at {time} NOT NULL
);
CREATE TABLE notification (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('mentioned', 'assigned', 'watched', 'rule')),
    task_id {uuid} REFERENCES task (id) ON DELETE CASCADE,
    actor_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    words text NOT NULL,
    created_at {time} NOT NULL,
    read_at {time}
);
CREATE INDEX notification_task ON notification (task_id, created_at);
CREATE INDEX notification_user ON notification (user_id, created_at);
CREATE INDEX notification_unread ON notification (user_id) WHERE read_at IS NULL;
CREATE TABLE event_stream (
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    at {time} NOT NULL,
    actor_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    op_id {uuid},
    payload text NOT NULL,
    PRIMARY KEY (project_id, number)
);
CREATE INDEX event_stream_at ON event_stream (at);
CREATE TABLE project_alias (
    key text PRIMARY KEY,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE
);
CREATE INDEX project_alias_project ON project_alias (project_id);
CREATE TABLE password_link (
    token_hash text PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL
);
CREATE INDEX password_link_user ON password_link (user_id);
"#;
