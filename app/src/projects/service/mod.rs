//! Rules of projects that need the database.

pub mod access;
pub mod projects;
