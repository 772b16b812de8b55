//! The floor plan: a module may use what stands above it in this list, never what stands below.
//! Above them all stand the floors of `base/src/lib.rs`. A test in `server/tests/it` reads both lists and checks them.

// The types of nested views are deep; the compiler computes the layout of the outermost.
#![recursion_limit = "1024"]

#[cfg(feature = "ssr")]
pub use base::entities;
pub use base::{domain, error, text_enum};

#[cfg(feature = "ssr")]
pub mod platform;
pub mod ui;
pub mod accounts;
pub mod projects;
pub mod notifications;
pub mod tasks;
pub mod members;
pub mod automation;
pub mod search;
pub mod imports;
pub mod mail;
pub mod reports;
pub mod alarms;
pub mod templates;
pub mod jobs;
pub mod archive;
pub mod dashboard;
pub mod shell;
pub mod lazy;
pub mod app;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "testing")]
pub mod testing;
