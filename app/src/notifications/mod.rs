//! Notifications in the app: what a person is told about. Shows the bell of the head, the page, and
//! to services the way to tell somebody.

pub mod api;
mod bell;
mod notifications_page;
#[cfg(feature = "ssr")]
pub mod service;

pub use bell::{Bell, Unread, provide_unread};
pub use notifications_page::NotificationsPage;
