//! Cumulative flow: how much work had arrived in each stage by the end of each day.

use chrono::{NaiveDate, TimeZone};
use serde::{Deserialize, Serialize};

use super::history::Life;
use crate::domain::{
    ids::TaskId,
    period::{Period, day_of},
};

/// The bands at the end of a day. Stacked from the bottom (`completed`, `pending`, `in_progress`, `todo`) their upper
/// edges are what had arrived in each stage, and none of them ever falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDay {
    pub date: NaiveDate,
    /// Arrived and not started.
    pub todo: u32,
    pub in_progress: u32,
    pub pending: u32,
    /// Finished since the window began.
    pub completed: u32,
}

impl FlowDay {
    /// The days of a window from what has become of all tasks. As the dates of their last entries are taken, what moved
    /// back later is not shown as if it had gone on; what left the board unfinished has never flowed.
    pub fn of<Z: TimeZone>(lives: &[(TaskId, Life)], window: Period, zone: &Z) -> Vec<Self> {
        let mut arrivals = vec![[0_u32; 4]; window.days() as usize];
        for (_, life) in lives {
            let finished = life.finished.map(|at| day_of(at, zone));
            if !(life.is_open() || life.finished.is_some()) || finished.is_some_and(|day| day < window.first) {
                continue;
            }
            let entries = [Some(life.created), life.started, life.waiting, life.finished];
            for (stage, at) in entries.into_iter().enumerate() {
                let Some(at) = at else { continue };
                let offset = (day_of(at, zone) - window.first).num_days().max(0);
                if let Some(day) = usize::try_from(offset).ok().and_then(|offset| arrivals.get_mut(offset)) {
                    day[stage] += 1;
                }
            }
        }
        let mut lines = [0_u32; 4];
        let bands = |(date, arrived): (NaiveDate, [u32; 4])| {
            for (line, more) in lines.iter_mut().zip(arrived) {
                *line += more;
            }
            let [arrived, started, waiting, finished] = lines;
            Self {
                date,
                todo: arrived.saturating_sub(started),
                in_progress: started.saturating_sub(waiting),
                pending: waiting.saturating_sub(finished),
                completed: finished,
            }
        };
        window.dates().zip(arrivals).map(bands).collect()
    }

    /// Started and not finished.
    pub const fn wip(&self) -> u32 {
        self.in_progress + self.pending
    }

    /// The upper edges of the bands: finished, waiting, started, arrived.
    pub const fn edges(&self) -> [u32; 4] {
        let Self { date: _, todo, in_progress, pending, completed } = *self;
        [completed, completed + pending, completed + pending + in_progress, completed + pending + in_progress + todo]
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        metrics::{Change, History, HistoryEvent, forecast::Random},
        task::Status,
    };

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn window() -> Period {
        Period::ending(date("2026-11-30"), 30)
    }

    fn lives(events: &[(u128, &str, Change)]) -> Vec<(TaskId, Life)> {
        let event = |(task, at, change): &(u128, &str, Change)| HistoryEvent {
            task: TaskId(Uuid::from_u128(*task)),
            at: at.parse().unwrap(),
            change: *change,
        };
        History::new(events.iter().map(event)).at("2026-11-30T20:00:00Z".parse().unwrap())
    }

    use Change::{Archived, Created, Moved};
    use Status::{Done, Pending, Progress, Todo};

    #[test]
    fn each_day_has_the_bands_at_its_end() {
        let lives = lives(&[
            (1, "2026-11-02T09:00:00Z", Created { status: Todo }),
            (1, "2026-11-04T09:00:00Z", Moved { to: Progress }),
            (1, "2026-11-06T09:00:00Z", Moved { to: Pending }),
            (1, "2026-11-08T09:00:00Z", Moved { to: Done }),
            (2, "2026-10-01T09:00:00Z", Created { status: Progress }),
            (3, "2026-09-01T09:00:00Z", Created { status: Todo }),
            (3, "2026-10-01T09:00:00Z", Moved { to: Done }),
            (4, "2026-11-03T09:00:00Z", Created { status: Progress }),
            (4, "2026-11-05T09:00:00Z", Archived),
        ]);
        let days = FlowDay::of(&lives, window(), &Utc);
        let on = |day: &str| {
            let FlowDay { todo, in_progress, pending, completed, .. } =
                *days.iter().find(|flow| flow.date == date(day)).unwrap();
            [todo, in_progress, pending, completed]
        };
        assert_eq!(on("2026-11-01"), [0, 1, 0, 0], "what was finished before the window is not in it");
        assert_eq!(on("2026-11-03"), [1, 1, 0, 0], "what was given up has never flowed");
        assert_eq!(on("2026-11-04"), [0, 2, 0, 0]);
        assert_eq!(on("2026-11-06"), [0, 1, 1, 0]);
        assert_eq!(on("2026-11-30"), [0, 1, 0, 1]);
    }

    /// 60 tasks that go forwards, backwards, and over statuses, for two months.
    fn any_history(seed: u64) -> (History, DateTime<Utc>) {
        let mut random = Random::seeded(seed);
        let begin: DateTime<Utc> = "2026-10-01T00:00:00Z".parse().unwrap();
        let mut events = Vec::new();
        for number in 0..60 {
            let task = TaskId(Uuid::from_u128(number));
            let mut at = begin + TimeDelta::minutes(i64::from(random.below(50 * 24 * 60)));
            let mut change = Created { status: Status::ALL[random.below(4) as usize] };
            for _ in 0..=random.below(6) {
                events.push(HistoryEvent { task, at, change });
                at += TimeDelta::minutes(i64::from(random.below(15 * 24 * 60)));
                change = match random.below(12) {
                    0 => Archived,
                    _ => Moved { to: Status::ALL[random.below(4) as usize] },
                };
            }
        }
        (History::new(events), "2026-11-30T23:59:30Z".parse().unwrap())
    }

    #[test]
    fn no_line_ever_falls_and_work_in_progress_adds_up_to_the_time_that_tasks_stayed() {
        for seed in 0..200 {
            let (history, as_of) = any_history(seed);
            let lives = history.at(as_of);
            let days = FlowDay::of(&lives, window(), &Utc);
            for pair in days.windows(2) {
                let falls = pair[0].edges().iter().zip(pair[1].edges()).any(|(before, after)| after < *before);
                assert!(!falls, "seed {seed}: {pair:?}");
            }
            // Told otherwise than the bands are made: day by day, task by task, whether it was there at the day's end.
            let end = window().last.succ_opt().unwrap();
            let stayed = |life: &Life| {
                let day = |at: DateTime<Utc>| at.date_naive().clamp(window().first, end);
                let from = life.started.filter(|_| life.is_open() || life.finished.is_some());
                from.map_or(0, |from| (life.finished.map_or(end, day) - day(from)).num_days())
            };
            let residence: i64 = lives.iter().map(|(_, life)| stayed(life)).sum();
            let wip: u32 = days.iter().map(FlowDay::wip).sum();
            assert_eq!(i64::from(wip), residence, "seed {seed}");
            let open = lives.iter().filter(|(_, life)| life.is_open() && life.started.is_some()).count();
            assert_eq!(days.last().map(|day| day.wip() as usize), Some(open), "seed {seed}: it ends with what is open");
        }
    }
}
