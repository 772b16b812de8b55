//! Ageing work: how long the work that is open now has been going on, against what finished work took.

use serde::{Deserialize, Serialize};

use crate::domain::{ids::TaskId, task::Status};

/// A task that is started and not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgePoint {
    pub task: TaskId,
    /// "T-219".
    pub reference: String,
    pub title: String,
    /// In Progress or Pending.
    pub status: Status,
    /// Since it was started, both days counted.
    pub days: u32,
}

/// The age at which finished tasks left a status: so many of them were not older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeBand {
    pub status: Status,
    pub p50: Option<u32>,
    pub p85: Option<u32>,
    pub p95: Option<u32>,
}

/// The open work and the bands behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ageing {
    /// The oldest first.
    pub points: Vec<AgePoint>,
    /// One for In Progress and one for Pending, in board order.
    pub bands: Vec<AgeBand>,
}
