//! The finding of a period in one sentence, chosen by rules: the most telling change first.

use serde::{Deserialize, Serialize};

use super::figures::{Compared, DayCount, Figures, StatusCount};
use crate::domain::task::Status;

/// What a period says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "says")]
pub enum Finding {
    /// Nothing was created, finished or left open.
    Quiet,
    /// Nothing was created or finished, but work is open.
    Still {
        open: u32,
    },
    Overdue {
        count: Compared<u32>,
    },
    MoreFinished {
        completed: u32,
        created: u32,
    },
    MoreAdded {
        completed: u32,
        created: u32,
    },
    Completed {
        count: Compared<u32>,
    },
    Cycle {
        days: Compared<u32>,
    },
    KeptPace,
}

impl Finding {
    /// The change that stands out most: each difference is measured against the scatter that counts
    /// of its size have anyway (the square root of their sum), so that 40 against 42 does not outrank
    /// 6 against 1. Below half of that scatter nothing stands out, and created kept pace with completed; where there was
    /// neither, what has become late is all that changed.
    pub fn of(figures: &Figures) -> Self {
        let (created, completed) = (figures.created.now, figures.completed.now);
        let is_still = created == 0 && completed == 0;
        if is_still && figures.overdue.difference() == 0 {
            return if figures.open.now == 0 { Self::Quiet } else { Self::Still { open: figures.open.now } };
        }
        let flow = if completed > created {
            Self::MoreFinished { completed, created }
        } else {
            Self::MoreAdded { completed, created }
        };
        let cycle = match (figures.cycle_days.now, figures.cycle_days.before) {
            (Some(now), Some(before)) => Compared { now, before },
            _ => Compared { now: 0, before: 0 },
        };
        // In this order where two stand out alike: what is late matters before what moved.
        let candidates = [
            (Self::Overdue { count: figures.overdue }, weight(figures.overdue)),
            (flow, weight(Compared { now: completed, before: created })),
            (Self::Completed { count: figures.completed }, weight(figures.completed)),
            (Self::Cycle { days: cycle }, weight(cycle)),
        ];
        let usual = if is_still { Self::Overdue { count: figures.overdue } } else { Self::KeptPace };
        let mut first = (usual, 0.5);
        for candidate in candidates {
            if candidate.1 > first.1 {
                first = candidate;
            }
        }
        first.0
    }

    /// The sentence, without a full stop: it is the subject and the headline.
    pub fn words(&self) -> String {
        match *self {
            Self::Quiet => "Nothing was created or completed".into(),
            Self::Still { open } => format!("Nothing moved; {} open", tasks_are(open)),
            Self::Overdue { count: Compared { now: 0, .. } } => "Nothing is overdue any more".into(),
            Self::Overdue { count: Compared { now, before: 0 } } => format!("{} overdue", tasks_are(now)),
            Self::Overdue { count } if count.difference() > 0 => {
                format!("Overdue work grew from {} to {}", count.before, count.now)
            }
            Self::Overdue { count } => format!("Overdue work fell from {} to {}", count.before, count.now),
            Self::MoreFinished { .. } => "More work was finished than added".into(),
            Self::MoreAdded { .. } => "More work was added than finished".into(),
            Self::Completed { count: Compared { now: 0, before } } => {
                format!("Nothing was completed, after {before} before")
            }
            Self::Completed { count } => {
                let difference = count.words();
                format!("{} completed, {difference} than before", tasks(count.now))
            }
            Self::Cycle { days } if days.now < days.before => {
                format!("Work got faster: {} d instead of {} d", days.now, days.before)
            }
            Self::Cycle { days } => format!("Work took longer: {} d instead of {} d", days.now, days.before),
            Self::KeptPace => "Completed kept pace with created".into(),
        }
    }
}

/// |difference| over the square root of the sum; 0 where both are 0.
pub(super) fn weight(count: Compared<u32>) -> f64 {
    let sum = f64::from(count.now) + f64::from(count.before);
    #[allow(clippy::cast_precision_loss, reason = "counts of tasks are far below 2^52")]
    let difference = count.difference().unsigned_abs() as f64;
    if sum > 0.0 { difference / sum.sqrt() } else { 0.0 }
}

/// The title of the chart of created and completed per day.
pub fn flow_words(days: &[DayCount]) -> &'static str {
    let created = days.iter().map(|day| day.created).fold(0, u32::saturating_add);
    let completed = days.iter().map(|day| day.completed).fold(0, u32::saturating_add);
    let stands_out = weight(Compared { now: completed, before: created }) > 0.5;
    match (created, completed) {
        (0, 0) => "Nothing was created or completed",
        _ if stands_out && completed > created => "More work was finished than added",
        _ if stands_out => "More work was added than finished",
        _ => "Completed kept pace with created",
    }
}

/// The title of the chart of open work by status.
pub fn status_words(counts: &[StatusCount]) -> &'static str {
    let open: u64 = counts.iter().map(|entry| u64::from(entry.count)).sum();
    if open == 0 {
        return "No work is open";
    }
    match counts.iter().find(|entry| u64::from(entry.count) * 2 > open).map(|entry| entry.status) {
        Some(Status::Todo) => "Most open work has not been started",
        Some(Status::Progress) => "Most open work is in progress",
        Some(Status::Pending) => "Most open work is waiting",
        Some(Status::Done) | None => "Open work by status",
    }
}

fn tasks(count: u32) -> String {
    if count == 1 { "1 task".into() } else { format!("{count} tasks") }
}

fn tasks_are(count: u32) -> String {
    if count == 1 { "1 task is".into() } else { format!("{count} tasks are") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(created: u32, completed: (u32, u32), overdue: (u32, u32)) -> Figures {
        let compared = |(now, before)| Compared { now, before };
        Figures {
            created: Compared { now: created, before: created },
            completed: compared(completed),
            open: Compared { now: 40, before: 40 },
            overdue: compared(overdue),
            cycle_days: Compared { now: Some(3), before: Some(3) },
        }
    }

    fn words(figures: &Figures) -> String {
        Finding::of(figures).words()
    }

    #[test]
    fn the_change_that_stands_out_most_comes_first() {
        assert_eq!(words(&figures(20, (20, 19), (6, 1))), "Overdue work grew from 1 to 6");
        assert_eq!(words(&figures(8, (25, 22), (3, 3))), "More work was finished than added");
        assert_eq!(words(&figures(25, (8, 9), (3, 3))), "More work was added than finished");
        assert_eq!(words(&figures(10, (9, 25), (3, 3))), "9 tasks completed, 16 fewer than before");
        assert_eq!(words(&figures(40, (42, 41), (3, 3))), "Completed kept pace with created");
    }

    #[test]
    fn good_news_about_overdue_work_is_said_as_such() {
        assert_eq!(words(&figures(10, (10, 10), (0, 4))), "Nothing is overdue any more");
        assert_eq!(words(&figures(10, (10, 10), (1, 0))), "1 task is overdue");
        assert_eq!(words(&figures(10, (10, 10), (2, 9))), "Overdue work fell from 9 to 2");
    }

    #[test]
    fn a_week_without_movement_says_so() {
        assert_eq!(words(&figures(0, (0, 5), (2, 2))), "Nothing moved; 40 tasks are open");
        assert_eq!(words(&figures(0, (0, 0), (41, 40))), "Overdue work grew from 40 to 41", "no pace was kept");
        let mut empty = figures(0, (0, 0), (0, 0));
        empty.open = Compared { now: 0, before: 0 };
        assert_eq!(words(&empty), "Nothing was created or completed");
    }

    #[test]
    fn equal_numbers_and_tiny_ones_make_no_sentence_of_nothing() {
        assert_eq!(words(&figures(1, (1, 1), (1, 1))), "Completed kept pace with created");
        assert_eq!(words(&figures(1, (1, 0), (0, 0))), "1 task completed, 1 more than before");
        assert_eq!(words(&figures(3, (0, 0), (0, 0))), "More work was added than finished");
        for (now, before) in [(0, 0), (0, 1), (1, 0), (1, 1), (0, u32::MAX), (u32::MAX, 0)] {
            for figures in [figures(now, (before, now), (now, before)), figures(before, (now, before), (0, 0))] {
                let words = words(&figures);
                let has = |bad: &&str| words.contains(*bad);
                assert!(!["NaN", "inf", "+", "-", " 0 more", " 0 fewer", "no change"].iter().any(has), "{words}");
            }
        }
    }

    #[test]
    fn chart_titles_say_what_the_chart_shows() {
        let counts = |todo, progress, pending| {
            [(Status::Todo, todo), (Status::Progress, progress), (Status::Pending, pending)]
                .map(|(status, count)| StatusCount { status, count })
        };
        assert_eq!(status_words(&counts(30, 10, 8)), "Most open work has not been started");
        assert_eq!(status_words(&counts(10, 10, 8)), "Open work by status");
        assert_eq!(status_words(&counts(0, 0, 0)), "No work is open");
    }
}
