//! One door for each outside thing: the clock, the database, the log, the response being made.

pub mod assets;
pub mod clock;
pub mod crash;
pub mod ctx;
pub mod db;
pub mod events;
pub mod fonts;
pub mod git;
pub mod hash;
pub mod http_client;
pub mod kept_form;
pub mod like;
pub mod machine;
pub mod mail_lines;
pub mod mailer;
pub mod markdown;
pub mod markup;
pub mod meters;
pub mod outbound;
pub mod page;
pub mod pdf;
pub mod plot;
pub mod render;
pub mod rows;
pub mod sealed;
pub mod secrets;
pub mod shelf;
pub mod state;
pub mod turns;
pub mod upload;
pub mod workbook;

/// The door of foreign errors, which stands where their translation has to: beside the error that they become.
pub use crate::error::fault;
