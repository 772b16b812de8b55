//! Templates of mails: the library, the designer, versions, previews. Shows [`service`] to jobs, which write reports with
//! published versions, and its pages to the route table.

pub mod api;
mod library_page;
pub mod preview_api;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod upload;
pub mod upload_form;
pub mod view;

pub use library_page::TemplatesPage;
