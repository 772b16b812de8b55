//! The Git archive on pages: its settings and how its pushes stand, and the history of a report. Shows
//! [`GitArchivePage`] and [`ReportHistoryPage`] to the route table.

pub mod api;
mod archive_page;
mod history_page;
mod push_panel;
mod remote_panel;
pub mod view;

pub use archive_page::GitArchivePage;
pub use history_page::ReportHistoryPage;
