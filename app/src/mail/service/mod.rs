//! Rules of mail that need the database or a mail server.

pub mod accounts;
pub mod allow_list;
pub mod authorities;
pub mod consent;
pub mod gate;
pub mod oauth;
pub mod oauth_client;
pub mod outbox;
pub mod probe;
mod probe_steps;
pub mod signing;
pub mod suppressions;
pub mod transport;
pub mod unsubscribe;
