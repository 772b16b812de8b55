//! Projects, their columns, tasks, and the history from which every metric is computed.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, SCHEMA).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(
            manager,
            &[
                "task_event",
                "comment",
                "checklist_item",
                "task_label",
                "label",
                "task_assignee",
                "task",
                "board_column",
                "member",
                "project",
            ],
        )
        .await
    }
}

// A task's column and label belong to its project: the pair (project_id, id) is the foreign key.
const SCHEMA: &str = r#"
CREATE TABLE project (
    id {uuid} PRIMARY KEY,
    key text NOT NULL UNIQUE,
    name text NOT NULL,
    zone text NOT NULL,
    last_number integer NOT NULL,
    created_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    created_at {time} NOT NULL,
    archived_at {time}
);
CREATE TABLE member (
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('viewer', 'editor', 'owner')),
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX member_user ON member (user_id);
CREATE TABLE board_column (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name text NOT NULL,
    status text NOT NULL CHECK (status IN ('todo', 'progress', 'pending', 'done')),
    position integer NOT NULL,
    wip_limit integer CHECK (wip_limit > 0),
    created_at {time} NOT NULL,
    UNIQUE (project_id, id)
);
CREATE INDEX board_column_project ON board_column (project_id, position);
CREATE TABLE task (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    column_id {uuid} NOT NULL,
    number integer NOT NULL,
    rank {bytewise} NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    priority text NOT NULL CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
    category text NOT NULL CHECK (category IN ('ordinary', 'accomplishment', 'highlight')),
    due_on date,
    due_at {time},
    completed_at {time},
    archived_at {time},
    created_by {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version bigint NOT NULL,
    CHECK (due_on IS NULL OR due_at IS NULL),
    UNIQUE (project_id, id),
    UNIQUE (project_id, number),
    UNIQUE (column_id, rank),
    FOREIGN KEY (project_id, column_id) REFERENCES board_column (project_id, id)
);
CREATE TABLE task_assignee (
    task_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    user_id {uuid} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, user_id)
);
CREATE INDEX task_assignee_user ON task_assignee (user_id);
CREATE TABLE label (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name text NOT NULL,
    hue integer NOT NULL CHECK (hue BETWEEN 1 AND 6),
    UNIQUE (project_id, id),
    UNIQUE (project_id, name)
);
CREATE TABLE task_label (
    project_id {uuid} NOT NULL,
    task_id {uuid} NOT NULL,
    label_id {uuid} NOT NULL,
    PRIMARY KEY (task_id, label_id),
    FOREIGN KEY (project_id, task_id) REFERENCES task (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, label_id) REFERENCES label (project_id, id) ON DELETE CASCADE
);
CREATE INDEX task_label_label ON task_label (label_id);
CREATE TABLE checklist_item (
    id {uuid} PRIMARY KEY,
    task_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    list_title text NOT NULL,
    text text NOT NULL,
    position integer NOT NULL,
    done_at {time}
);
CREATE INDEX checklist_item_task ON checklist_item (task_id, position);
CREATE TABLE comment (
    id {uuid} PRIMARY KEY,
    task_id {uuid} NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    author_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    body text NOT NULL,
    created_at {time} NOT NULL,
    edited_at {time}
);
CREATE INDEX comment_task ON comment (task_id, created_at);
CREATE TABLE task_event (
    id {uuid} PRIMARY KEY,
    project_id {uuid} NOT NULL,
    task_id {uuid} NOT NULL,
    at {time} NOT NULL,
    actor_id {uuid} REFERENCES "user" (id) ON DELETE SET NULL,
    kind text NOT NULL,
    from_column_id {uuid},
    to_column_id {uuid},
    from_status text CHECK (from_status IN ('todo', 'progress', 'pending', 'done')),
    to_status text CHECK (to_status IN ('todo', 'progress', 'pending', 'done')),
    detail text NOT NULL,
    op_id {uuid} UNIQUE,
    FOREIGN KEY (project_id, task_id) REFERENCES task (project_id, id) ON DELETE CASCADE
);
CREATE INDEX task_event_task ON task_event (task_id, at);
CREATE INDEX task_event_project ON task_event (project_id, at);
"#;
