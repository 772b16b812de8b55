//! Imports: bringing the board that people have elsewhere. Shows [`api`] to pages, [`service`] and the upload to the server.

pub mod api;
mod columns_form;
mod confirm_form;
mod ended;
mod import_page;
mod preview;
mod running;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod upload;
mod upload_page;

pub use import_page::ImportPage;
pub use upload_page::UploadPage;
