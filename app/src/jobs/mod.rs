//! Jobs: schedules and their runs. Shows the planner and the worker to the scheduler, `schedules::upcoming` to the dashboard.

pub mod api;
mod backfill_page;
mod badge;
mod cron_field;
mod dry_run_page;
mod bounce_page;
#[cfg(feature = "ssr")]
pub mod bounce_upload;
pub mod bounces_api;
mod bounces_page;
mod edit_page;
mod editor;
mod field_names;
pub mod form;
mod kind_fields;
mod recipients_field;
pub mod kind_form;
mod report_fields;
pub mod report_form;
mod rules_fields;
pub mod rules_form;
mod when_fields;
pub mod when_form;
mod job_menu;
mod job_page;
mod list_page;
mod log_panel;
mod marks;
pub mod plan_api;
pub mod plan_view;
mod run_page;
mod run_recipients;
mod run_steps;
#[cfg(feature = "ssr")]
pub mod service;
mod test_panel;
pub mod test_api;
pub mod view;

pub use backfill_page::BackfillPage;
pub use badge::{FailingBadge, provide_failing};
pub use bounce_page::BouncePage;
pub use bounces_page::BouncesPage;
pub use dry_run_page::DryRunPage;
pub use edit_page::{EditJobPage, NewJobPage};
pub use job_page::JobPage;
pub use list_page::JobsPage;
pub use run_page::RunPage;
pub use view::{JobItem, NextRun};
