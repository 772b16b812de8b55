//! Rules of the search that need the database.

mod candidates;
pub mod find;
mod score;
pub mod words;
