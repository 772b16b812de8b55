//! Cycle times: how long finished tasks took, and what that says about those that are open.

use chrono::{NaiveDate, TimeZone};
use serde::{Deserialize, Serialize};

use super::{figures::percentiles, history::Life};
use crate::domain::{
    ids::TaskId,
    period::{Period, day_of},
};

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
    /// By day, the quickest first.
    pub points: Vec<CyclePoint>,
    pub p50: Option<u32>,
    pub p85: Option<u32>,
    pub p95: Option<u32>,
}

/// The share of finished tasks that the expectation speaks of, in percent.
pub const EXPECTED: u8 = 85;

impl CycleTimes {
    /// The tasks that were finished in a window. `name` gives the reference and the title of a task.
    pub fn of<Z: TimeZone>(
        lives: &[(TaskId, Life)],
        window: Period,
        zone: &Z,
        name: impl Fn(TaskId) -> Option<(String, String)>,
    ) -> Self {
        let point = |(task, life): &(TaskId, Life)| {
            let finished_on = life.finished.map(|at| day_of(at, zone)).filter(|day| window.contains(*day))?;
            let days = life.cycle_days(zone)?;
            let (reference, title) = name(*task)?;
            Some(CyclePoint { task: *task, reference, title, finished_on, days })
        };
        let mut points: Vec<CyclePoint> = lives.iter().filter_map(point).collect();
        points.sort_by_key(|point| (point.finished_on, point.days, point.task));
        let days: Vec<u32> = points.iter().map(|point| point.days).collect();
        let [p50, p85, p95] = percentiles(days, [50, EXPECTED, 95]);
        Self { points, p50, p85, p95 }
    }

    /// The service level expectation: "85 % of tasks finish in 9 days or fewer"; none where nothing was finished.
    pub fn expectation(&self) -> Option<String> {
        let days = match self.p85? {
            1 => "1 day".to_owned(),
            days => format!("{days} days or fewer"),
        };
        Some(format!("{EXPECTED} % of tasks finish in {days}"))
    }

    /// The chance, in percent, that an open task of an age still meets the expectation: of the finished tasks that took
    /// longer than that, those that met it. None where no task took longer.
    pub fn chance(&self, age: u32) -> Option<u8> {
        let limit = self.p85?;
        let longer = self.points.iter().filter(|point| point.days > age);
        let (met, all) =
            longer.fold((0_usize, 0_usize), |(met, all), point| (met + usize::from(point.days <= limit), all + 1));
        if all == 0 {
            return None;
        }
        u8::try_from((met * 100 + all / 2) / all).ok()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        metrics::{Change, History, HistoryEvent},
        task::Status,
    };

    /// Tasks that were finished on the last of the month after so many days.
    fn finished_after(days: &[u32]) -> CycleTimes {
        let end: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().unwrap();
        let events = (1..).zip(days).flat_map(|(number, days)| {
            let task = TaskId(Uuid::from_u128(number));
            let begin = end - TimeDelta::days(i64::from(*days) - 1);
            [
                HistoryEvent { task, at: begin, change: Change::Created { status: Status::Progress } },
                HistoryEvent { task, at: end, change: Change::Moved { to: Status::Done } },
            ]
        });
        let window = Period::ending(end.date_naive(), 90);
        let name = |task: TaskId| Some((format!("T-{}", task.0.as_u128()), String::new()));
        CycleTimes::of(&History::new(events).at(end), window, &Utc, name)
    }

    const CHECK: [u32; 20] = [1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 7, 8, 12];

    #[test]
    fn the_lines_are_the_nearest_ranks() {
        let times = finished_after(&CHECK);
        assert_eq!(times.points.len(), 20);
        assert_eq!((times.p50, times.p85, times.p95), (Some(4), Some(6), Some(8)));
        assert_eq!(times.expectation().unwrap(), "85 % of tasks finish in 6 days or fewer");
        assert_eq!(finished_after(&[]), CycleTimes::default(), "nothing finished says nothing");
    }

    #[test]
    fn the_chance_of_an_open_task_is_that_of_those_that_took_longer_than_its_age() {
        let times = finished_after(&CHECK);
        assert_eq!(times.chance(0), Some(85));
        // Of eight that took more than four days, five took five or six.
        assert_eq!(times.chance(4), Some(63));
        assert_eq!(times.chance(6), Some(0));
        assert_eq!(times.chance(12), None);
        assert_eq!(finished_after(&[]).chance(1), None);
    }

    #[test]
    fn a_task_that_was_never_started_takes_a_day_and_not_none() {
        assert_eq!(finished_after(&[1]).points[0].days, 1);
    }
}
