//! Rules of accounts that need the database.

pub mod backend;
pub mod passwords;
pub mod sign_in;
pub mod throttle;
pub mod users;
