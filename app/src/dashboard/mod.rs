//! The dashboard: where the project stands, what runs next, what is mine. Shows [`DashboardPage`].

pub mod api;
mod page;
mod panels;
#[cfg(feature = "ssr")]
pub mod service;
pub mod view;

pub use page::DashboardPage;
