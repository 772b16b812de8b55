//! Rules of membership that need the database.

pub mod groups;
pub mod list;
pub mod members;
