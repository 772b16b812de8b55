//! Shares: whose work it is, how urgent, with which labels, and how late.

use serde::{Deserialize, Serialize};

/// Rows of a chart of shares; the rest is [`OTHER`].
pub const ROWS: usize = 12;
/// The name of the row that holds what does not have one of its own.
pub const OTHER: &str = "Other";

/// The tasks of a person or of a label, by priority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub name: String,
    /// Low, Medium, High, Urgent.
    pub parts: [u32; 4],
}

/// Tasks by who or what they belong to: the longest row first, "Other" last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// Open at the end.
    pub open: Vec<Share>,
    /// Finished in the period.
    pub completed: Vec<Share>,
}

/// Tasks by how urgent they are: Low, Medium, High, Urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityShare {
    /// Open at the end.
    pub open: [u32; 4],
    /// Finished in the period.
    pub completed: [u32; 4],
}

/// Open tasks by how many days they are late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateBuckets {
    pub days_1_2: u32,
    pub days_3_7: u32,
    pub days_8_30: u32,
    pub days_over_30: u32,
}
