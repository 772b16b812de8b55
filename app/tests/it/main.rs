//! Services against real databases: each test on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accounts;
mod automation;
mod dashboard;
mod import_export;
mod import_run;
mod jobs_kinds;
mod jobs_recipients;
mod jobs_runs;
mod jobs_schedules;
mod jobs_stage;
mod live;
mod mail_accounts;
mod mail_gate;
mod mail_smtp;
mod mail_suppressions;
mod mail_transport;
mod people;
mod projects;
mod projects_access;
mod projects_life;
mod reports_archive;
mod reports_mail;
mod reports_snapshot;
mod search;
mod tasks_bulk;
mod tasks_columns;
mod tasks_edit;
mod tasks_labels;
mod tasks_life;
mod tasks_look;
mod tasks_move;
mod tasks_parts;
mod tasks_saved_views;
mod tasks_talk;
mod tasks_views;
