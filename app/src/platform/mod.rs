//! One door for each outside thing: the clock, the database, the log, the response being made.

pub mod assets;
pub mod clock;
pub mod crash;
pub mod ctx;
pub mod db;
pub mod events;
pub mod fault;
pub mod git;
pub mod hash;
pub mod http_client;
pub mod like;
pub mod machine;
pub mod mail_lines;
pub mod mailer;
pub mod markdown;
pub mod markup;
pub mod meters;
pub mod page;
pub mod pdf;
pub mod plot;
pub mod render;
pub mod sealed;
pub mod secrets;
pub mod state;
pub mod upload;
pub mod workbook;
