//! Rules of mail that need the database or a mail server.

pub mod accounts;
pub mod outbox;
pub mod probe;
mod probe_steps;
pub mod transport;
