//! What tests stand on: a database of either engine, a clock that they set, a named cast.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by failing")]

mod cast;
mod database;
pub mod git_servers;
mod job;
mod message;
mod report;
mod silent_archive;
pub mod smtp_server;
pub mod token_endpoint;

pub use cast::{Cast, person, project, task};
pub use database::{TestApp, each_database};
pub use job::mondays_at_ten;
pub use message::{Message, messages};
pub use report::{frozen, next_report, removed, replace_frozen, sent_report};
pub use silent_archive::SilentArchive;
