//! Templates of mails: the library, the designer, versions, previews. Shows [`service`] to jobs, which write reports with
//! published versions, and its pages to the route table.

pub mod api;
#[cfg(feature = "ssr")]
pub mod service;
pub mod view;
