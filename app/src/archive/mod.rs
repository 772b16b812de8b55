//! The archive of reports: to find them again, read them, send them again, compare them, and let go of old ones. Shows
//! its pages to the route table, [`service`] to the server.

pub mod api;
mod compare_page;
mod draft_panel;
mod report_facts;
mod report_page;
mod reports_filter;
mod reports_page;
mod retention_page;
#[cfg(feature = "ssr")]
pub mod service;
pub mod view;

pub use compare_page::CompareReportsPage;
pub use report_page::ReportPage;
pub use reports_page::ReportsPage;
pub use retention_page::RetentionPage;
