//! How a report is put together, from rows as the database hands them over to its lists and figures.
//!
//! The service reads ([`around`] and [`facts`] say what) and this makes: nothing here waits for anything.

pub mod around;
mod compose;
mod desk;
pub mod facts;
mod lists;

pub use compose::{Sources, compose};
pub use facts::TaskFacts;
