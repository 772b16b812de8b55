//! Who works in a project: its members, its groups, their roles. Shows the pages and [`service`].

pub mod api;
mod groups_part;
mod members_page;
mod rows;
#[cfg(feature = "ssr")]
pub mod service;
pub mod view;

pub use members_page::MembersPage;
