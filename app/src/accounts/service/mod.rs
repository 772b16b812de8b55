//! Rules of accounts that need the database.

pub mod backend;
pub mod groups;
pub mod links;
pub mod merge;
pub mod passwords;
pub mod people;
pub mod security;
pub mod sign_in;
pub mod throttle;
pub mod users;
