//! Reports: what one is made of, how it looks, where it is kept, the pages to look back. Shows
//! [`ReportsPage`] and [`ReportPage`] to the route table, [`service`] to the server.

pub mod api;
pub mod git;
mod report_page;
mod reports_page;
#[cfg(feature = "ssr")]
pub mod service;
pub mod view;

pub use git::{GitArchivePage, ReportHistoryPage};
pub use report_page::ReportPage;
pub use reports_page::ReportsPage;
