//! Templates of mails: the library, the designer, versions, previews. Shows [`service`] to jobs, which write reports with
//! published versions, and its pages to the route table.

pub mod api;
mod designer;
pub mod forms_api;
mod library_page;
pub mod preview_api;
mod removal;
#[cfg(feature = "ssr")]
mod logo_upload;
pub mod logo_words;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod upload;
pub mod upload_form;
pub mod versions_api;
mod versions_page;
pub mod versions_view;
pub mod view;

pub use designer::DesignerPage;
pub use library_page::TemplatesPage;
pub use versions_page::VersionsPage;
