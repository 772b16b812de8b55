//! Projects and who may do what in them. Shows [`api`] to pages, [`service`] to the server.

pub mod api;
mod list_page;
mod new_page;
#[cfg(feature = "ssr")]
pub mod service;

pub use list_page::ProjectsPage;
pub use new_page::NewProjectPage;
