//! Rules of automation that need the database.

pub mod effects;
pub mod engine;
pub mod finished;
mod form;
mod log;
pub mod rules;
mod scan;
mod words;

pub use form::{RuleInput, read_input};
