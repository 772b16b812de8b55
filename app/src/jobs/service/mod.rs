//! Rules of jobs that need the database. The way of a run: [`planner`] makes its row when its instant comes,
//! [`worker`] claims it, freezes its data and renders them, [`sending`] takes its messages to the mail server. What a
//! run does that makes no report stands in [`kinds`].

mod addressees;
pub mod backfill;
mod book;
pub mod bounces;
mod clerk;
pub mod copies;
pub mod drafts;
mod desk;
pub mod dry_run;
pub mod duplicate;
mod editions;
mod kinds;
pub mod ledger;
pub mod local_time;
mod messages;
pub mod options;
mod outcomes;
mod pausing;
mod pen;
pub mod plan_pages;
pub mod planner;
pub mod recipients;
pub mod report;
mod rules;
mod rules_words;
pub mod run_actions;
pub mod run_log;
pub mod runs;
pub mod schedules;
pub mod report_choices;
mod sending;
mod steps;
pub mod test_form;
pub mod test_mail;
mod way;
pub mod worker;
