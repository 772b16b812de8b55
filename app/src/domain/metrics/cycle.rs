//! Cycle times: how long finished tasks took, and what that says about those that are open.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::ids::TaskId;

/// A finished task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CyclePoint {
    pub task: TaskId,
    /// "T-219".
    pub reference: String,
    pub title: String,
    pub finished_on: NaiveDate,
    /// From started to finished, both days counted.
    pub days: u32,
}

/// What finished tasks took, and the lines below which so many of them lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleTimes {
    /// By day, then by number.
    pub points: Vec<CyclePoint>,
    pub p50: Option<u32>,
    pub p85: Option<u32>,
    pub p95: Option<u32>,
}
