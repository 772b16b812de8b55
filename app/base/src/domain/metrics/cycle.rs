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
    /// Tasks that the lines are of: as many as `points`, or more; see [`CycleTimes::count`].
    #[serde(default)]
    pub tasks: u32,
    pub p50: Option<u32>,
    pub p85: Option<u32>,
    pub p95: Option<u32>,
    /// How long the same tasks took since they were created; unknown in reports from before it was reckoned.
    #[serde(default)]
    pub lead: LeadTimes,
}

/// Lead times, in days from created to finished, both counted: so many of a hundred tasks took no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadTimes {
    pub p50: Option<u32>,
    pub p85: Option<u32>,
    pub p95: Option<u32>,
}

/// The chances of open tasks to still meet the expectation, by their age.
#[derive(Clone, Debug)]
pub struct Chances {
    /// What finished tasks took, the shortest first.
    days: Vec<u32>,
    /// The days of the expectation.
    limit: Option<u32>,
}

/// Most tasks that are named, the latest ones: a chart shows no more, and reports are kept for years. The lines are those
/// of all.
const POINTS_KEPT: usize = 1_000;

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
        let finished = |(task, life): &(TaskId, Life)| {
            let finished_on = life.finished.map(|at| day_of(at, zone)).filter(|day| window.contains(*day))?;
            Some(((finished_on, life.cycle_days(zone)?, *task), life.lead_days(zone)?))
        };
        let (mut all, lead): (Vec<(NaiveDate, u32, TaskId)>, Vec<u32>) = lives.iter().filter_map(finished).unzip();
        all.sort_unstable();
        let days = all.iter().map(|(_, days, _)| *days).collect();
        let [p50, p85, p95] = percentiles(days, [50, EXPECTED, 95]);
        let [lead_p50, lead_p85, lead_p95] = percentiles(lead, [50, EXPECTED, 95]);
        let point = |(finished_on, days, task): &(NaiveDate, u32, TaskId)| {
            let (reference, title) = name(*task)?;
            Some(CyclePoint { task: *task, reference, title, finished_on: *finished_on, days: *days })
        };
        let points = all[all.len().saturating_sub(POINTS_KEPT)..].iter().filter_map(point).collect();
        let tasks = u32::try_from(all.len()).unwrap_or(u32::MAX);
        Self { points, tasks, p50, p85, p95, lead: LeadTimes { p50: lead_p50, p85: lead_p85, p95: lead_p95 } }
    }

    /// Of how many tasks the lines are. Reports from before they were counted have those that they name.
    pub fn count(&self) -> u32 {
        self.tasks.max(u32::try_from(self.points.len()).unwrap_or(u32::MAX))
    }

    /// The service level expectation: "85 % of tasks finish in 9 days or fewer"; none where nothing was finished.
    pub fn expectation(&self) -> Option<String> {
        let days = match self.p85? {
            1 => "1 day".to_owned(),
            days => format!("{days} days or fewer"),
        };
        Some(format!("{EXPECTED} % of tasks finish in {days}"))
    }

    /// What the days of the finished tasks say about open ones.
    pub fn chances(&self) -> Chances {
        let mut days: Vec<u32> = self.points.iter().map(|point| point.days).collect();
        days.sort_unstable();
        Chances { days, limit: self.p85 }
    }
}

impl Chances {
    /// The chance, in percent, that an open task of an age still meets the expectation: of the finished tasks that took
    /// longer than that, those that met it. None where no task took longer.
    pub fn of(&self, age: u32) -> Option<u8> {
        let limit = self.limit?;
        let up_to = |most: u32| self.days.partition_point(|days| *days <= most);
        let all = self.days.len() - up_to(age);
        if all == 0 {
            return None;
        }
        let met = up_to(limit).saturating_sub(up_to(age));
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
        assert_eq!((times.points.len(), times.count()), (20, 20));
        assert_eq!((times.p50, times.p85, times.p95), (Some(4), Some(6), Some(8)));
        assert_eq!(times.expectation().unwrap(), "85 % of tasks finish in 6 days or fewer");
        assert_eq!(finished_after(&[]), CycleTimes::default(), "nothing finished says nothing");
    }

    #[test]
    fn the_latest_are_named_and_the_lines_are_those_of_all() {
        let days: Vec<u32> = (0..1_500).map(|number| if number < 1_000 { 1 } else { 9 }).collect();
        let times = finished_after(&days);
        assert_eq!((times.points.len(), times.count(), times.p50, times.p85), (1_000, 1_500, Some(1), Some(9)));
        let older = CycleTimes { tasks: 0, ..times };
        assert_eq!(older.count(), 1_000, "a report from before they were counted");
    }

    #[test]
    fn the_chance_of_an_open_task_is_that_of_those_that_took_longer_than_its_age() {
        let chances = finished_after(&CHECK).chances();
        assert_eq!(chances.of(0), Some(85));
        // Of eight that took more than four days, five took five or six.
        assert_eq!(chances.of(4), Some(63));
        assert_eq!(chances.of(6), Some(0));
        assert_eq!(chances.of(8), Some(0), "older than the expectation");
        assert_eq!(chances.of(12), None);
        assert_eq!(finished_after(&[]).chances().of(1), None);
    }

    #[test]
    fn lead_times_begin_with_the_creation_and_not_with_the_start() {
        let task = TaskId(Uuid::from_u128(1));
        let event = |day: u32, change| {
            let at = format!("2026-11-{day:02}T12:00:00Z").parse().unwrap();
            HistoryEvent { task, at, change }
        };
        let history = History::new([
            event(2, Change::Created { status: Status::Todo }),
            event(9, Change::Moved { to: Status::Progress }),
            event(11, Change::Moved { to: Status::Done }),
        ]);
        let end: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().unwrap();
        let window = Period::ending(end.date_naive(), 90);
        let times = CycleTimes::of(&history.at(end), window, &Utc, |_| Some((String::new(), String::new())));
        assert_eq!((times.p50, times.lead.p50, times.lead.p95), (Some(3), Some(10), Some(10)));
    }

    #[test]
    fn a_task_that_was_never_started_takes_a_day_and_not_none() {
        assert_eq!(finished_after(&[1]).points[0].days, 1);
    }
}
