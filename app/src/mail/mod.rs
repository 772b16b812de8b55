//! Mail accounts, their test, and the built-in outbox. Shows [`api`] to pages and
//! [`service::transport`] to whatever sends.

pub mod account_api;
mod account_form;
mod account_page;
mod accounts_page;
pub mod api;
mod authorities_panel;
mod certificate_list;
mod consent_failure;
mod conversation;
mod mail_page;
mod mail_parts;
pub mod outbox_api;
mod outbox_page;
mod outbox_tools;
pub mod outbox_view;
mod probe_panel;
mod release_panel;
mod renewal_panel;
mod sending_panel;
#[cfg(feature = "ssr")]
pub mod service;
mod signing_panel;
pub mod suppressions_api;
mod suppressions_page;
mod unsubscribe_page;

pub use account_page::{MailAccountPage, NewMailAccountPage};
pub use accounts_page::MailAccountsPage;
pub use conversation::conversation;
pub use mail_page::MailPage;
pub use outbox_page::OutboxPage;
pub use suppressions_page::SuppressionsPage;
pub use unsubscribe_page::UnsubscribePage;
