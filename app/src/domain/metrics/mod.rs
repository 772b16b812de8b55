//! Flow metrics, computed from the history of tasks alone, so that any past day can be rebuilt.
//!
//! Definitions follow the Kanban Guide: a task is *started* when it first enters a column of status
//! In Progress or Pending, *finished* when it enters Completed; cycle time counts both days.

mod ageing;
mod cumulative;
mod cycle;
mod figures;
mod finding;
mod forecast;
mod history;
mod share;

pub use ageing::{AgeBand, AgePoint, Ageing};
pub use cumulative::FlowDay;
pub use cycle::{CyclePoint, CycleTimes};
pub use figures::{Compared, Course, DayCount, Figures, StatusCount, Tone, percentile};
pub use finding::{Finding, flow_words, status_words};
pub use forecast::{Bin, Chance, Forecast};
pub use history::{Change, History, HistoryEvent, Life, Presence};
pub use share::{LateBuckets, OTHER, PriorityShare, ROWS, Share, Shares};
