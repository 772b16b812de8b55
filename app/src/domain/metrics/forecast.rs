//! Forecasts by resampling past days (Monte Carlo): how many tasks by a date, and when so many are done.

use serde::{Deserialize, Serialize};

/// What holds in so many of a hundred trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chance {
    pub percent: u8,
    pub value: u32,
}

/// How many trials were done after so many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    pub days: u32,
    pub trials: u32,
}

/// A forecast from the days of a history. Nothing finished there: there is none, and it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// How many days were sampled.
    pub history_days: u32,
    /// Open tasks: what `days` and `bins` are about.
    pub open: u32,
    /// At least so many tasks in the next 30 days, at 50, 85 and 95 %.
    pub items: Option<Vec<Chance>>,
    /// At most so many days until `open` tasks are done, at 50, 85 and 95 %.
    pub days: Option<Vec<Chance>>,
    /// The trials behind `days`, by day; days without a trial are left out.
    pub bins: Vec<Bin>,
}
