//! Flow metrics, computed from the history of tasks alone, so that any past day can be rebuilt.
//!
//! Definitions follow the Kanban Guide: a task is *started* when it first enters a column of status
//! In Progress or Pending, *finished* when it enters Completed; cycle time counts both days.

mod ageing;
mod chart_words;
mod cumulative;
mod cycle;
mod figures;
mod finding;
mod forecast;
mod history;
mod share;
mod summary;

pub use ageing::{AgeBand, AgePoint, Ageing};
pub use chart_words::{
    ageing_words, cumulative_words, cycle_words, forecast_words, is_from_the_right, isolated, isolated_all,
    label_words, late_words, parts_total, person_words, priority_words, tasks_words,
};
pub use cumulative::FlowDay;
pub use cycle::{Chances, CyclePoint, CycleTimes, EXPECTED, LeadTimes};
pub use figures::{Compared, Course, DayCount, Figures, StatusCount, Tone, percentile, throughput};
pub use finding::{Finding, flow_words, status_words};
pub use forecast::{AHEAD, Bin, CHANCES, Chance, Forecast};
pub use history::{Change, History, HistoryEvent, Life, Passage, Presence};
pub use share::{LateBuckets, NO_LABEL, NOBODY, OTHER, PriorityShare, ROWS, Share, Shares};
pub use summary::{Told, summary};
