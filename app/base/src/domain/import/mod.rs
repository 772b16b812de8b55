//! Bringing a board from elsewhere: what was found in a file, as a plan that the importer carries out.
//!
//! Reading a file never touches the database: [`trello::read`], [`csv::read`] and [`autoreport::read`] turn bytes into
//! an [`plan::ImportPlan`] or say which line is wrong and what was expected there.

pub mod mapping;
pub mod plan;
pub mod problem;
pub mod run;
pub mod words;

#[cfg(feature = "ssr")]
pub mod autoreport;
#[cfg(feature = "ssr")]
pub mod broken_json;
#[cfg(feature = "ssr")]
pub mod clean;
#[cfg(feature = "ssr")]
pub mod csv;
#[cfg(feature = "ssr")]
pub mod dates;
#[cfg(feature = "ssr")]
pub mod references;
#[cfg(feature = "ssr")]
pub mod replay;
#[cfg(feature = "ssr")]
pub mod text;
#[cfg(feature = "ssr")]
pub mod trello;

/// The largest file that is read, in bytes. Trello's limit of 5,000 open cards on a board stays far below it.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
