//! Reports: what one is made of, how it looks, the commit that keeps it and where it is pushed. Shows [`service`] to
//! jobs, which run reports, and to the archive, which shows them again; the pages of the Git archive to the route table.

pub mod git;
#[cfg(feature = "ssr")]
pub mod service;

pub use git::{GitArchivePage, ReportHistoryPage};
