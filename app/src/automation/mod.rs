//! Automatic rules of a project, and the archive of finished tasks. Shows its pages, and [`service`] to the scheduler.

pub mod api;
mod rule_form;
mod rule_page;
mod rules_page;
#[cfg(feature = "ssr")]
pub mod service;
pub mod view;

pub use rule_page::{NewRulePage, RulePage};
pub use rules_page::RulesPage;
