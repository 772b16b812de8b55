//! Ageing work: how long the work that is open now has been going on, against what finished work took.

use chrono::{DateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::{figures::percentiles, history::Life};
use crate::domain::{
    ids::TaskId,
    period::{Period, day_of},
    task::Status,
};

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

impl Ageing {
    /// The work that is open at an instant, against the tasks that were finished in a window. `name` gives the reference
    /// and the title of a task.
    pub fn of<Z: TimeZone>(
        lives: &[(TaskId, Life)],
        window: Period,
        as_of: DateTime<Utc>,
        zone: &Z,
        name: impl Fn(TaskId) -> Option<(String, String)>,
    ) -> Self {
        let point = |(task, life): &(TaskId, Life)| {
            let days = life.age_days(as_of, zone)?;
            let (reference, title) = name(*task)?;
            Some(AgePoint { task: *task, reference, title, status: life.status, days })
        };
        let mut points: Vec<AgePoint> = lives.iter().filter_map(point).collect();
        points.sort_by_key(|point| (std::cmp::Reverse(point.days), point.task));
        let was_then = |life: &&Life| life.finished.is_some_and(|at| window.contains(day_of(at, zone)));
        let finished: Vec<&Life> = lives.iter().map(|(_, life)| life).filter(was_then).collect();
        let band = |status, left: fn(&Life) -> Option<DateTime<Utc>>| {
            let age = |life: &&Life| {
                let days = (day_of(left(life)?, zone) - day_of(life.started?, zone)).num_days() + 1;
                u32::try_from(days).ok()
            };
            let [p50, p85, p95] = percentiles(finished.iter().filter_map(age).collect(), [50, 85, 95]);
            AgeBand { status, p50, p85, p95 }
        };
        // A status that was skipped was left when the next one was entered.
        let bands = vec![band(Status::Progress, |life| life.waiting), band(Status::Pending, |life| life.finished)];
        Self { points, bands }
    }

    /// How many open tasks are older than so many days.
    pub fn older_than(&self, days: u32) -> u32 {
        u32::try_from(self.points.iter().filter(|point| point.days > days).count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::metrics::{Change, History, HistoryEvent};

    #[test]
    fn open_work_stands_over_the_ages_at_which_finished_work_left_each_status() {
        use Change::{Archived, Created, Moved};
        let events = [
            (1, "2026-11-02", Created { status: Status::Progress }),
            (1, "2026-11-04", Moved { to: Status::Pending }),
            (1, "2026-11-08", Moved { to: Status::Done }),
            (2, "2026-11-10", Created { status: Status::Todo }),
            (2, "2026-11-12", Moved { to: Status::Progress }),
            (2, "2026-11-13", Moved { to: Status::Done }),
            (3, "2026-11-20", Created { status: Status::Progress }),
            (4, "2026-11-18", Created { status: Status::Pending }),
            (5, "2026-11-01", Created { status: Status::Todo }),
            (6, "2026-11-01", Created { status: Status::Progress }),
            (6, "2026-11-05", Archived),
        ];
        let event = |(task, day, change): (u128, &str, Change)| HistoryEvent {
            task: TaskId(Uuid::from_u128(task)),
            at: format!("{day}T12:00:00Z").parse().unwrap(),
            change,
        };
        let as_of: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let lives = History::new(events.map(event)).at(as_of);
        let window = Period::ending("2026-11-22".parse().unwrap(), 90);
        let name = |task: TaskId| Some((format!("T-{}", task.0.as_u128()), String::new()));
        let ageing = Ageing::of(&lives, window, as_of, &Utc, name);
        let points: Vec<_> =
            ageing.points.iter().map(|point| (point.reference.as_str(), point.status, point.days)).collect();
        assert_eq!(points, [("T-4", Status::Pending, 6), ("T-3", Status::Progress, 4)], "the oldest first");
        let lines = |band: &AgeBand| (band.p50, band.p85);
        assert_eq!(ageing.bands[0].status, Status::Progress);
        assert_eq!(lines(&ageing.bands[0]), (Some(2), Some(3)), "left after three days, and after two");
        assert_eq!(lines(&ageing.bands[1]), (Some(2), Some(7)));
        assert_eq!((ageing.older_than(4), ageing.older_than(6)), (1, 0));
    }
}
