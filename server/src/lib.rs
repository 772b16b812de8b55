//! The host: configuration, command line, router, security layers, sessions, the accept loop.

// The types of nested views are deep; the compiler computes the layout of the outermost.
#![recursion_limit = "1024"]

pub mod accept;
pub mod attachments;
pub mod cli;
pub mod config;
mod downloads;
mod event_stream;
pub mod export;
pub mod frames;
pub mod health;
pub mod live;
mod mail_consent;
pub mod metrics;
mod my_work_stream;
mod notes_file;
pub mod outbox;
pub mod pages;
pub mod router;
pub mod rpc;
pub mod run_log;
pub mod scheduler;
pub mod security;
pub mod seed;
pub mod sessions;
pub mod telemetry;
pub mod templates;
pub mod unsubscribe;
