//! SeaORM entities: columns as they stand in the tables. One file a table.

mod value;

pub mod artifact;
pub mod board_column;
pub mod checklist_item;
pub mod comment;
pub mod delivery;
pub mod import_run;
pub mod import_source;
pub mod label;
pub mod member;
pub mod occurrence;
pub mod occurrence_log;
pub mod outbox_message;
pub mod project;
pub mod recipient;
pub mod schedule;
pub mod session;
pub mod setting;
pub mod smtp_account;
pub mod task;
pub mod task_assignee;
pub mod task_event;
pub mod task_label;
pub mod throttle;
pub mod user;
