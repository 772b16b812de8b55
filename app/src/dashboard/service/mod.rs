//! Reads what the dashboard shows.

mod charts;
mod mine;
mod next_jobs;
pub mod overview;
