//! Shares: whose work it is, how urgent, with which labels, and how late.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::{chart_words::parts_total, history::Life};
use crate::domain::{
    ids::{TaskId, UserId},
    period::day_of,
    task::Priority,
};

/// Rows of a chart of shares; the rest is [`OTHER`].
pub const ROWS: usize = 12;
/// The name of the row that holds what does not have one of its own.
pub const OTHER: &str = "Other";
/// The name of the row of tasks that nobody is assigned to.
pub const NOBODY: &str = "Nobody";
/// The name of the row of tasks without a label.
pub const NO_LABEL: &str = "No label";

/// The tasks of a person or of a label, by priority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub name: String,
    /// Whose it is, which tells two people of one name apart. None of labels, of which those of one name are one row, of
    /// [`NOBODY`], [`NO_LABEL`] and [`OTHER`], and of people in reports from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserId>,
    /// Low, Medium, High, Urgent.
    pub parts: [u32; 4],
}

/// Tasks by who or what they belong to: the longest row first, "Other" last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// Open at the end.
    pub open: Vec<Share>,
    /// Finished in the period.
    pub completed: Vec<Share>,
}

/// Tasks by how urgent they are: Low, Medium, High, Urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityShare {
    /// Open at the end.
    pub open: [u32; 4],
    /// Finished in the period.
    pub completed: [u32; 4],
}

/// Open tasks by how many days they are late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateBuckets {
    pub days_1_2: u32,
    pub days_3_7: u32,
    pub days_8_30: u32,
    pub days_over_30: u32,
}

impl Share {
    /// The rows of tasks by what they belong to; what has no row of its own is in [`OTHER`]. A task of several people
    /// stands in the row of each. `person` says whose row a key is, where it is a person's.
    pub fn rows<'a, K: Ord>(
        tasks: impl IntoIterator<Item = (K, &'a str, Priority)>,
        person: impl Fn(&K) -> Option<UserId>,
    ) -> Vec<Self> {
        let mut rows: BTreeMap<K, Self> = BTreeMap::new();
        for (key, name, priority) in tasks {
            let person = person(&key);
            let row = rows.entry(key).or_insert_with(|| Self { name: name.to_owned(), person, parts: [0; 4] });
            row.parts[part(priority)] += 1;
        }
        let mut rows: Vec<Self> = rows.into_values().collect();
        rows.sort_by(|one, other| other.total().cmp(&one.total()).then_with(|| one.name.cmp(&other.name)));
        let rest = rows.split_off(rows.len().min(ROWS));
        if !rest.is_empty() {
            let mut parts = [0; 4];
            for row in rest {
                for (all, more) in parts.iter_mut().zip(row.parts) {
                    *all += more;
                }
            }
            rows.push(Self { name: OTHER.to_owned(), person: None, parts });
        }
        rows
    }

    /// All priorities together.
    pub fn total(&self) -> u32 {
        self.parts.iter().sum()
    }

    /// Whether it is the row of this name that belongs to no person: [`OTHER`], [`NOBODY`] or [`NO_LABEL`].
    pub fn is_row(&self, name: &str) -> bool {
        self.person.is_none() && self.name == name
    }

    /// Whether both are of the same person, or of the same name where no person is known.
    fn is_of(&self, other: &Self) -> bool {
        match (self.person, other.person) {
            (Some(one), Some(two)) => one == two,
            (None, None) => self.name == other.name,
            _ => false,
        }
    }
}

impl Shares {
    /// Whoever or whatever has work, with what is open by priority and how much was finished: those with open work in
    /// its order, then those that only finished some.
    pub fn rows(&self) -> impl Iterator<Item = (&Share, [u32; 4], u64)> {
        let finished = move |row: &Share| {
            let own = self.completed.iter().find(|other| other.is_of(row));
            own.map_or(0, |share| parts_total(share.parts))
        };
        let only_finished = self.completed.iter().filter(move |row| !self.open.iter().any(|other| other.is_of(row)));
        let rows = self.open.iter().map(|row| (row, row.parts)).chain(only_finished.map(|row| (row, [0; 4])));
        rows.map(move |(row, open)| (row, open, finished(row)))
    }
}

impl PriorityShare {
    /// Counts tasks by priority.
    pub fn of(open: impl IntoIterator<Item = Priority>, completed: impl IntoIterator<Item = Priority>) -> Self {
        let mut share = Self::default();
        for priority in open {
            share.open[part(priority)] += 1;
        }
        for priority in completed {
            share.completed[part(priority)] += 1;
        }
        share
    }
}

impl LateBuckets {
    /// Open tasks that are late at an instant.
    pub fn of<Z: TimeZone>(lives: &[(TaskId, Life)], as_of: DateTime<Utc>, zone: &Z) -> Self {
        let mut buckets = Self::default();
        let today = day_of(as_of, zone);
        for due in lives.iter().filter(|(_, life)| life.is_overdue(as_of)).filter_map(|(_, life)| life.due) {
            // What is due on a day is late from the next midnight on.
            let due_on = day_of(due - TimeDelta::microseconds(1), zone);
            let count = match (today - due_on).num_days() {
                ..=2 => &mut buckets.days_1_2,
                3..=7 => &mut buckets.days_3_7,
                8..=30 => &mut buckets.days_8_30,
                _ => &mut buckets.days_over_30,
            };
            *count += 1;
        }
        buckets
    }

    /// The buckets with their words, the least late first.
    pub const fn rows(&self) -> [(&'static str, u32); 4] {
        let Self { days_1_2, days_3_7, days_8_30, days_over_30 } = *self;
        [("1–2 days", days_1_2), ("3–7 days", days_3_7), ("8–30 days", days_8_30), ("Over 30 days", days_over_30)]
    }
}

/// The place of a priority in the parts of a row.
const fn part(priority: Priority) -> usize {
    match priority {
        Priority::Low => 0,
        Priority::Medium => 1,
        Priority::High => 2,
        Priority::Urgent => 3,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        metrics::{Change, History, HistoryEvent},
        task::Status,
    };

    #[test]
    fn rows_are_stacked_by_priority_and_the_longest_comes_first() {
        use Priority::{High, Low, Urgent};
        let tasks = [(1, "Mina", Low), (2, "Jonas", High), (1, "Mina", Urgent), (3, "Alex", High), (1, "Mina", Low)];
        let rows = Share::rows(tasks, |_| None);
        let row = |name: &str, parts| Share { name: name.into(), person: None, parts };
        assert_eq!(rows, [row("Mina", [2, 0, 0, 1]), row("Alex", [0, 0, 1, 0]), row("Jonas", [0, 0, 1, 0])]);
        assert_eq!(rows[0].total(), 3);
    }

    #[test]
    fn two_people_of_one_name_have_a_row_and_counts_each() {
        use Priority::{Low, Urgent};
        let (one, two) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let rows = |tasks: &[(Option<UserId>, Priority)]| {
            let name = |person: &Option<UserId>| if person.is_some() { "Sam" } else { NOBODY };
            Share::rows(tasks.iter().map(|(person, priority)| (*person, name(person), *priority)), |person| *person)
        };
        let shares = Shares {
            open: rows(&[(Some(one), Low), (Some(two), Urgent), (Some(two), Urgent), (None, Low)]),
            completed: rows(&[(Some(one), Low), (Some(one), Low), (Some(one), Low), (None, Low)]),
        };
        let told: Vec<_> =
            shares.rows().map(|(row, open, finished)| (row.name.as_str(), row.person, open, finished)).collect();
        assert_eq!(
            told,
            [("Sam", Some(two), [0, 0, 0, 2], 0), (NOBODY, None, [1, 0, 0, 0], 1), ("Sam", Some(one), [1, 0, 0, 0], 3),]
        );
        let only = Shares { open: Vec::new(), ..shares };
        assert_eq!(
            only.rows().map(|(_, open, finished)| (open, finished)).collect::<Vec<_>>(),
            [([0; 4], 3), ([0; 4], 1)]
        );
    }

    #[test]
    fn rows_that_were_kept_without_their_person_are_told_apart_by_their_names() {
        let old = r#"{"open":[{"name":"Sam","parts":[0,2,0,0]}],"completed":[{"name":"Sam","parts":[1,0,0,0]}]}"#;
        let shares: Shares = serde_json::from_str(old).unwrap();
        let told: Vec<_> = shares.rows().map(|(row, open, finished)| (row.name.as_str(), open, finished)).collect();
        assert_eq!(told, [("Sam", [0, 2, 0, 0], 1)]);
        assert_eq!(serde_json::to_string(&shares).unwrap(), old);
    }

    #[test]
    fn what_has_no_row_of_its_own_is_counted_under_other() {
        let names: Vec<String> = (0..15).map(|number| format!("Person {number:02}")).collect();
        let tasks = names.iter().enumerate().map(|(key, name)| (key, name.as_str(), Priority::Medium));
        let rows = Share::rows(tasks, |_| None);
        assert_eq!(rows.len(), ROWS + 1);
        assert_eq!(rows[ROWS], Share { name: OTHER.into(), person: None, parts: [0, 3, 0, 0] });
        assert_eq!(rows.iter().map(Share::total).sum::<u32>(), 15);
        let twelve = names.iter().take(ROWS).enumerate().map(|(key, name)| (key, name.as_str(), Priority::Medium));
        assert_eq!(Share::rows(twelve, |_| None).len(), ROWS, "no empty row");
    }

    #[test]
    fn late_work_is_sorted_by_how_late_it_is() {
        let as_of: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().unwrap();
        // From when it was late: a task due on a day from the next midnight, one due at a time from then.
        let dues = [
            "2026-11-30T00:00:00Z",
            "2026-11-30T09:00:00Z",
            "2026-11-29T00:00:00Z",
            "2026-11-28T00:00:00Z",
            "2026-11-24T00:00:00Z",
            "2026-11-23T00:00:00Z",
            "2026-11-01T00:00:00Z",
            "2026-10-31T00:00:00Z",
            "2026-12-01T00:00:00Z",
        ];
        let events = (1..).zip(dues).flat_map(|(number, due)| {
            let task = TaskId(Uuid::from_u128(number));
            let at = "2026-10-01T00:00:00Z".parse().unwrap();
            let due = Change::Due { to: Some(due.parse().unwrap()) };
            [Change::Created { status: Status::Todo }, due].map(|change| HistoryEvent { task, at, change })
        });
        let buckets = LateBuckets::of(&History::new(events).at(as_of), as_of, &Utc);
        assert_eq!(buckets.rows().map(|(_, count)| count), [3, 2, 2, 1], "what is due tomorrow is not late");
    }

    #[test]
    fn priorities_are_counted_for_open_and_for_completed_work() {
        let share = PriorityShare::of([Priority::Low, Priority::Low], [Priority::Urgent]);
        assert_eq!((share.open, share.completed), ([2, 0, 0, 0], [0, 0, 0, 1]));
    }
}
