//! The only place that reads the time; tests set their own.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time, to the microsecond (what both databases keep).
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, off by the seconds that stand in a file: for tests that set the clock of a running program.
    Off(Arc<PathBuf>),
    /// A clock that tests set.
    Set(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands still until it is moved.
    pub fn set_at(now: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(Mutex::new(now)))
    }

    /// The machine's clock, off by what a file says each time that it is looked at.
    pub fn off_by(file: PathBuf) -> Self {
        Self::Off(Arc::new(file))
    }

    /// The time now.
    #[allow(clippy::disallowed_methods, reason = "this is the one door to the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Off(file) => Utc::now().trunc_subsecs(6) + seconds_in(file),
            Self::Set(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a set clock; the machine's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Set(now) = self {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            *now += by;
        }
    }
}

/// The number in a file; none without the file.
fn seconds_in(file: &Path) -> TimeDelta {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    TimeDelta::try_seconds(text.trim().parse().unwrap_or(0)).unwrap_or_default()
}
