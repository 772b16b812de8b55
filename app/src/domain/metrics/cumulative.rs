//! Cumulative flow: how much work had arrived in each stage by the end of each day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The bands at the end of a day. Stacked from the bottom (`completed`, `pending`, `in_progress`, `todo`) their upper
/// edges are what had arrived in each stage, and none of them ever falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDay {
    pub date: NaiveDate,
    /// Arrived and not started.
    pub todo: u32,
    pub in_progress: u32,
    pub pending: u32,
    /// Finished since the window began.
    pub completed: u32,
}
