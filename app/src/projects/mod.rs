//! Projects and who may do what in them. Shows [`api`] to pages, [`service`] to the server.

pub mod api;
mod copy_page;
mod end_part;
mod list_page;
mod new_page;
mod project_frame;
mod project_page;
#[cfg(feature = "ssr")]
pub mod service;

pub use copy_page::CopyProjectPage;
pub use list_page::ProjectsPage;
pub use new_page::NewProjectPage;
pub use project_frame::ProjectFrame;
pub use project_page::ProjectPage;
