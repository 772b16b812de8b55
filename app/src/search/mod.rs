//! Search: tasks, comments and work notes by their words. Shows its page, and its server functions to the command palette.

pub mod api;
mod search_page;
#[cfg(feature = "ssr")]
pub mod service;
pub mod view;

pub use search_page::SearchPage;
