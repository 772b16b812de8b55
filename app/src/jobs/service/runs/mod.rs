//! Runs and their jobs as pages show them, and what people do with runs by hand.

mod by_hand;
mod jobs;
mod listed;
mod messages;
mod run;
mod trouble;
mod words;

pub use by_hand::{Decision, Ending, decide, resend_failed, start, start_as};
pub use jobs::{account_name, failing, job, job_before, jobs, list, next_runs};
pub use run::{run, run_as};
pub(super) use words::{moment, seconds};
