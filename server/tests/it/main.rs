//! The host: HTTP, security layers, command line, and the floor plan of the code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod architecture;
mod attachments;
mod bad_input;
mod command_line;
mod git_archive;
mod http;
mod import;
mod jobs_faults;
mod jobs_kinds;
mod jobs_live;
mod jobs_pages;
mod live;
mod mail;
mod mail_consent;
mod metrics;
mod notifications;
mod outbox;
mod notes_file;
mod projects_pages;
mod render_cage;
mod reports;
mod rights;
mod rules_pages;
mod scheduler;
mod seed;
mod site;
mod task_page;
mod templates_file;
mod templates_pictures;
mod unsubscribe;
