//! Key figures of a period against the one before, counts per day, percentiles.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::history::{History, Life};
use crate::domain::{
    ids::TaskId,
    period::{Period, day_of, days_before, earlier_by},
    task::Status,
    thousands::grouped,
};

/// A figure and what it was a period earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared<T> {
    pub now: T,
    pub before: T,
}

/// What a change means for the reader; colour follows it, words say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Good,
    Bad,
    Neutral,
}

impl Tone {
    /// The word in a class name or a data attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Neutral => "neutral",
        }
    }
}

impl Compared<u32> {
    /// "4 more", "6 fewer", "no change".
    pub fn words(&self) -> String {
        match self.difference() {
            0 => "no change".into(),
            more if more > 0 => format!("{} more", grouped(more)),
            fewer => format!("{} fewer", grouped(-fewer)),
        }
    }

    /// Now minus before.
    pub fn difference(&self) -> i64 {
        i64::from(self.now) - i64::from(self.before)
    }

    /// Good where more is better.
    pub fn tone_of_more(&self) -> Tone {
        tone(self.difference())
    }

    /// Good where fewer is better.
    pub fn tone_of_fewer(&self) -> Tone {
        tone(-self.difference())
    }
}

impl Compared<Option<u32>> {
    /// "3 d", or a dash where nothing was finished.
    pub fn value_words(&self) -> String {
        self.now.map_or_else(|| "–".into(), |days| format!("{days} d"))
    }

    /// "1 d shorter", "2 d longer", "no change"; where one side is missing it says so.
    pub fn words(&self) -> String {
        match (self.now, self.before) {
            (None, _) => "nothing finished".into(),
            (Some(_), None) => "none before".into(),
            (Some(now), Some(before)) if now == before => "no change".into(),
            (Some(now), Some(before)) if now < before => format!("{} d shorter", before - now),
            (Some(now), Some(before)) => format!("{} d longer", now - before),
        }
    }

    /// Shorter is good.
    pub fn tone(&self) -> Tone {
        match (self.now, self.before) {
            (Some(now), Some(before)) => tone(i64::from(before) - i64::from(now)),
            _ => Tone::Neutral,
        }
    }
}

fn tone(improvement: i64) -> Tone {
    match improvement {
        0 => Tone::Neutral,
        better if better > 0 => Tone::Good,
        _ => Tone::Bad,
    }
}

/// The key figures of a period against the period of the same length before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Tasks created in the period.
    pub created: Compared<u32>,
    /// Tasks finished in the period, and not reopened since.
    pub completed: Compared<u32>,
    /// Open tasks at the end.
    pub open: Compared<u32>,
    /// Overdue tasks at the end.
    pub overdue: Compared<u32>,
    /// Median cycle time, in calendar days, of the tasks finished in the period.
    pub cycle_days: Compared<Option<u32>>,
}

/// What happened on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    pub date: NaiveDate,
    pub created: u32,
    pub completed: u32,
}

/// Open tasks of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCount {
    pub status: Status,
    pub count: u32,
}

/// Where each figure went: nine steps up to now, each the figure as it would have been shown then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    pub completed: Vec<u32>,
    pub open: Vec<u32>,
    pub overdue: Vec<u32>,
    pub cycle_days: Vec<Option<u32>>,
}

impl Course {
    /// Points of a sparkline.
    const POINTS: i32 = 9;

    /// The course over one length of the period up to `as_of`.
    pub fn of<Z: TimeZone>(history: &History, period: Period, as_of: DateTime<Utc>, zone: &Z) -> Self {
        let standings: Vec<Standing> = (0..Self::POINTS)
            .rev()
            .map(|back| {
                let earlier = TimeDelta::days(i64::from(period.days())) * back / (Self::POINTS - 1);
                let at = earlier_by(as_of, earlier, zone);
                Standing::of(history, Period::ending(day_of(at, zone), period.days()), at, zone)
            })
            .collect();
        Self {
            completed: standings.iter().map(|standing| standing.completed).collect(),
            open: standings.iter().map(|standing| standing.open).collect(),
            overdue: standings.iter().map(|standing| standing.overdue).collect(),
            cycle_days: standings.iter().map(|standing| standing.cycle_days).collect(),
        }
    }
}

impl Figures {
    /// The share of the work that there was in the period, in percent, that was finished in it; `None` where there was
    /// no work.
    pub fn completion_rate(&self) -> Compared<Option<u32>> {
        let rate = |completed: u32, open: u32| {
            let all = u64::from(completed) + u64::from(open);
            let percent = (u64::from(completed) * 100 + all / 2).checked_div(all)?;
            u32::try_from(percent).ok()
        };
        Compared { now: rate(self.completed.now, self.open.now), before: rate(self.completed.before, self.open.before) }
    }

    /// The figures of `period` as they stood at `as_of`, against those of the period before as they
    /// stood as many days earlier, at the same time of day.
    pub fn of<Z: TimeZone>(history: &History, period: Period, as_of: DateTime<Utc>, zone: &Z) -> Self {
        let now = Standing::of(history, period, as_of, zone);
        let before = Standing::of(history, period.previous(), days_before(as_of, period.days(), zone), zone);
        Self {
            created: Compared { now: now.created, before: before.created },
            completed: Compared { now: now.completed, before: before.completed },
            open: Compared { now: now.open, before: before.open },
            overdue: Compared { now: now.overdue, before: before.overdue },
            cycle_days: Compared { now: now.cycle_days, before: before.cycle_days },
        }
    }
}

/// The figures of one period by itself.
struct Standing {
    created: u32,
    completed: u32,
    open: u32,
    overdue: u32,
    cycle_days: Option<u32>,
}

impl Standing {
    fn of<Z: TimeZone>(history: &History, period: Period, as_of: DateTime<Utc>, zone: &Z) -> Self {
        let lives = history.at(as_of);
        let within = |at: DateTime<Utc>| period.contains(day_of(at, zone));
        let count = |which: &dyn Fn(&Life) -> bool| {
            u32::try_from(lives.iter().filter(|(_, life)| which(life)).count()).unwrap_or(u32::MAX)
        };
        let cycles: Vec<u32> = lives
            .iter()
            .filter(|(_, life)| life.finished.is_some_and(within))
            .filter_map(|(_, life)| life.cycle_days(zone))
            .collect();
        Self {
            created: count(&|life| within(life.created)),
            completed: count(&|life| life.finished.is_some_and(within)),
            open: count(&Life::is_open),
            overdue: count(&|life| life.is_overdue(as_of)),
            cycle_days: percentile(&cycles, 50),
        }
    }
}

impl DayCount {
    /// Created and completed on each day of a period, days without either included.
    pub fn of<Z: TimeZone>(lives: &[(TaskId, Life)], period: Period, zone: &Z) -> Vec<Self> {
        let mut days: Vec<Self> = period.dates().map(|date| Self { date, created: 0, completed: 0 }).collect();
        let place = |at: DateTime<Utc>| usize::try_from((day_of(at, zone) - period.first).num_days()).ok();
        for (_, life) in lives {
            if let Some(day) = place(life.created).and_then(|index| days.get_mut(index)) {
                day.created += 1;
            }
            if let Some(day) = life.finished.and_then(place).and_then(|index| days.get_mut(index)) {
                day.completed += 1;
            }
        }
        days
    }
}

/// Throughput: how many tasks were finished on each day, days without any included.
pub fn throughput<Z: TimeZone>(lives: &[(TaskId, Life)], window: Period, zone: &Z) -> Vec<u32> {
    DayCount::of(lives, window, zone).into_iter().map(|day| day.completed).collect()
}

impl StatusCount {
    /// Open tasks by status, in board order, statuses without any included.
    pub fn of_open(lives: &[(TaskId, Life)]) -> Vec<Self> {
        [Status::Todo, Status::Progress, Status::Pending]
            .into_iter()
            .map(|status| {
                let open = lives.iter().filter(|(_, life)| life.is_open() && life.status == status);
                Self { status, count: u32::try_from(open.count()).unwrap_or(u32::MAX) }
            })
            .collect()
    }
}

/// The nearest-rank percentile ⌈p·n⌉ of some values, in any order; `None` without values.
pub fn percentile(values: &[u32], percent: u8) -> Option<u32> {
    let [found] = percentiles(values.to_vec(), [percent]);
    found
}

/// As [`percentile`], several of the same values.
pub fn percentiles<const N: usize>(mut values: Vec<u32>, percents: [u8; N]) -> [Option<u32>; N] {
    values.sort_unstable();
    percents.map(|percent| ranked(&values, percent))
}

/// The nearest-rank percentile of values in order.
pub(super) fn ranked(sorted: &[u32], percent: u8) -> Option<u32> {
    let rank = (usize::from(percent.min(100)) * sorted.len()).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::metrics::{Change, HistoryEvent};

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let values = [1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 7, 8, 12];
        let at = |percent| percentile(&values, percent).unwrap();
        assert_eq!([at(50), at(70), at(85), at(95)], [4, 5, 6, 8]);
        assert_eq!(percentile(&[9], 1), Some(9));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn differences_are_said_in_words() {
        assert_eq!(Compared { now: 17, before: 13 }.words(), "4 more");
        assert_eq!(Compared { now: 48, before: 54 }.words(), "6 fewer");
        assert_eq!(Compared { now: 3, before: 3 }.words(), "no change");
        assert_eq!(Compared { now: Some(3), before: Some(4) }.words(), "1 d shorter");
        assert_eq!(Compared { now: None, before: Some(4) }.words(), "nothing finished");
        assert_eq!(Compared { now: 3_u32, before: 2 }.tone_of_fewer(), Tone::Bad);
    }

    fn event(task: u128, at: &str, change: Change) -> HistoryEvent {
        HistoryEvent { task: TaskId(Uuid::from_u128(task)), at: at.parse().unwrap(), change }
    }

    fn week() -> Period {
        Period::ending("2026-11-22".parse().unwrap(), 7)
    }

    #[test]
    fn a_period_is_compared_with_the_one_before() {
        let history = History::new([
            event(1, "2026-11-10T09:00:00Z", Change::Created { status: Status::Todo }),
            event(1, "2026-11-12T09:00:00Z", Change::Moved { to: Status::Done }),
            event(2, "2026-11-10T09:00:00Z", Change::Created { status: Status::Progress }),
            event(2, "2026-11-18T09:00:00Z", Change::Moved { to: Status::Done }),
            event(3, "2026-11-17T09:00:00Z", Change::Created { status: Status::Todo }),
            event(3, "2026-11-17T09:00:00Z", Change::Due { to: Some("2026-11-20T00:00:00Z".parse().unwrap()) }),
            event(4, "2026-11-16T09:00:00Z", Change::Created { status: Status::Progress }),
            event(4, "2026-11-16T10:00:00Z", Change::Moved { to: Status::Done }),
        ]);
        let end = week().last_instant(&Utc);
        let figures = Figures::of(&history, week(), end, &Utc);
        assert_eq!(figures.created, Compared { now: 2, before: 2 });
        assert_eq!(figures.completed, Compared { now: 2, before: 1 });
        assert_eq!(figures.open, Compared { now: 1, before: 1 });
        assert_eq!(figures.overdue, Compared { now: 1, before: 0 });
        assert_eq!(figures.cycle_days, Compared { now: Some(1), before: Some(1) });

        // Two of three, and one of two.
        assert_eq!(figures.completion_rate(), Compared { now: Some(67), before: Some(50) });
        assert_eq!(Figures::default().completion_rate().now, None);

        let days = DayCount::of(&history.at(end), week(), &Utc);
        assert_eq!(throughput(&history.at(end), week(), &Utc), [1, 0, 1, 0, 0, 0, 0]);
        assert_eq!(days.len(), 7);
        assert_eq!((days[0].created, days[0].completed), (1, 1));
        assert_eq!((days[2].created, days[2].completed), (0, 1));
        let sum: u32 = days.iter().map(|day| day.completed).sum();
        assert_eq!(sum, figures.completed.now, "the chart adds up to the figure beside it");
    }

    #[test]
    fn a_week_in_which_the_clocks_change_is_compared_with_the_whole_week_before() {
        use chrono_tz::Europe::Ljubljana;
        let of = |at: &str, last: &str, events: Vec<HistoryEvent>| {
            let week = Period::ending(last.parse().unwrap(), 7);
            Figures::of(&History::new(events), week, at.parse().unwrap(), &Ljubljana)
        };
        // Asked for at midnight on Monday. Back: the hour after midnight a week before does not belong to that week.
        let early = event(1, "2026-10-18T22:30:00Z", Change::Created { status: Status::Todo });
        assert_eq!(of("2026-10-25T23:00:00Z", "2026-10-25", vec![early]).open, Compared { now: 1, before: 0 });
        // And on: the last hour of Sunday does.
        let late = [
            event(1, "2026-03-20T09:00:00Z", Change::Created { status: Status::Progress }),
            event(1, "2026-03-22T22:30:00Z", Change::Moved { to: Status::Done }),
        ];
        let figures = of("2026-03-29T22:00:00Z", "2026-03-29", late.to_vec());
        assert_eq!(figures.completed, Compared { now: 0, before: 1 });
    }

    #[test]
    fn the_course_ends_with_the_figure_shown() {
        let history = History::new([
            event(1, "2026-11-02T09:00:00Z", Change::Created { status: Status::Todo }),
            event(2, "2026-11-20T09:00:00Z", Change::Created { status: Status::Todo }),
            event(1, "2026-11-21T09:00:00Z", Change::Moved { to: Status::Done }),
        ]);
        let end = week().last_instant(&Utc);
        let (course, figures) = (Course::of(&history, week(), end, &Utc), Figures::of(&history, week(), end, &Utc));
        assert_eq!(course.open, [1, 1, 1, 1, 1, 1, 2, 1, 1]);
        assert_eq!(course.open.last(), Some(&figures.open.now));
        assert_eq!(course.completed.last(), Some(&figures.completed.now));
        assert_eq!(course.cycle_days.first(), Some(&None), "nothing was finished yet");
    }

    #[test]
    fn the_course_begins_with_the_figure_before_also_when_the_clocks_change() {
        use chrono_tz::Europe::Ljubljana;
        // Done on the first day of the week before the one in which the clocks went back, and before they went on.
        for (done, last) in [("2026-10-12T09:00:00Z", "2026-10-25"), ("2026-03-22T22:30:00Z", "2026-03-29")] {
            let week = Period::ending(last.parse().unwrap(), 7);
            let history = History::new([event(1, done, Change::Created { status: Status::Done })]);
            let end = week.last_instant(&Ljubljana);
            let figures = Figures::of(&history, week, end, &Ljubljana);
            let course = Course::of(&history, week, end, &Ljubljana);
            assert_eq!((figures.completed.before, course.completed.first()), (1, Some(&1)), "{last}");
            assert_eq!((figures.completed.now, course.completed.last()), (0, Some(&0)), "{last}");
        }
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let late = event(1, "2026-11-15T23:30:00Z", Change::Created { status: Status::Todo });
        let lives = History::new([late]).at(week().last_instant(&Utc));
        let created = |zone: &chrono_tz::Tz| DayCount::of(&lives, week(), zone)[0].created;
        assert_eq!(created(&chrono_tz::Europe::Ljubljana), 1, "half past midnight on Monday there");
        assert_eq!(created(&chrono_tz::UTC), 0, "still Sunday there");
    }
}
