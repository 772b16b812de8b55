//! Rules of jobs that need the database. The way of a run: [`planner`] makes its row when its instant comes,
//! [`worker`] claims it, freezes its data and renders them, [`sending`] takes its messages to the mail server.

mod addressees;
pub mod backfill;
mod book;
pub mod bounces;
pub mod dry_run;
mod ledger;
mod messages;
pub mod planner;
pub mod recipients;
mod rules;
pub mod runs;
pub mod schedules;
mod sending;
pub mod worker;
