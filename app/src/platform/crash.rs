//! Ends this process at a named moment, as a `kill -9` would: for tests that start the program. Off unless
//! `AUTOREPORT_TEST_CRASH_AT` names a moment, which the configuration takes on a loopback address only.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use crate::domain::crash_point::CrashPoint;

/// The moment at which the process ends itself; the default is none.
#[derive(Clone, Debug, Default)]
pub struct Crash(Option<Arc<Armed>>);

#[derive(Debug)]
struct Armed {
    point: CrashPoint,
    /// How often it must still come.
    left: AtomicU32,
}

impl Crash {
    /// At a point, when it is reached for the n-th time, counted from 1.
    pub fn at(point: CrashPoint, times: u32) -> Self {
        Self(Some(Arc::new(Armed { point, left: AtomicU32::new(times) })))
    }

    /// Reads `POINT` or `POINT:N`.
    ///
    /// # Errors
    /// One sentence that names the points there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, times) = text.split_once(':').unwrap_or((text, "1"));
        let times = times.parse::<u32>().ok().filter(|times| *times > 0);
        match (word.parse::<CrashPoint>(), times) {
            (Ok(point), Some(times)) => Ok(Self::at(point, times)),
            _ => {
                let points: Vec<&str> = CrashPoint::ALL.iter().map(|point| point.as_str()).collect();
                Err(format!(
                    "“{text}” is no POINT or POINT:N with a number from 1; the points are {}.",
                    points.join(", ")
                ))
            }
        }
    }

    /// Whether a moment is named.
    pub fn is_armed(&self) -> bool {
        self.0.is_some()
    }

    /// Said at each point. It returns unless this is the moment.
    pub fn reach(&self, point: CrashPoint) {
        if let Some(armed) = &self.0
            && armed.point == point
            && armed.left.fetch_sub(1, Ordering::Relaxed) == 1
        {
            tracing::warn!("ending here, at {point}, as a test asks");
            // No destructor runs and nothing is flushed: for files, sockets and the database it is a SIGKILL.
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_with_and_without_a_number() {
        let left = |text: &str| {
            let armed = Crash::parse(text).unwrap().0.unwrap();
            (armed.point, armed.left.load(Ordering::Relaxed))
        };
        assert_eq!(left("data_sent"), (CrashPoint::DataSent, 1));
        assert_eq!(left("answered:3"), (CrashPoint::Answered, 3));
        for wrong in ["", "data", "data_sent:0", "data_sent:x", "data_sent:1:2"] {
            assert!(Crash::parse(wrong).unwrap_err().contains("plan_inserted, planned"), "{wrong}");
        }
    }

    #[test]
    fn nothing_happens_at_another_point_before_the_last_time_or_without_a_point() {
        Crash::default().reach(CrashPoint::Claimed);
        let crash = Crash::at(CrashPoint::Claimed, 3);
        crash.reach(CrashPoint::Built);
        crash.reach(CrashPoint::Claimed);
        crash.reach(CrashPoint::Claimed);
        assert!(crash.is_armed() && !Crash::default().is_armed());
    }
}
