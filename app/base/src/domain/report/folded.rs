//! A report as it is stored: each task stands once, and the lists name it.
//!
//! A task that was finished in its week is in half of the lists. Written out in each of them, the report of a project of
//! thousands of tasks is more than twice as large, takes twice as long to make, and a changed title is a dozen lines of a
//! diff.

use std::{collections::BTreeMap, fmt, mem};

use serde::{Deserialize, Serialize};

use super::{FORMAT, Snapshot, TaskLine};
use crate::domain::task::Status;

/// A report whose lists name the tasks.
pub type Folded = Snapshot<Entry>;

/// A task in a list of a [`Folded`] report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// As it stands among the tasks: by its reference.
    Named(String),
    /// The same, with what this list says of it beside.
    Told(Told),
    /// A task that does not stand among them. In formats before 3 all do so.
    Whole(Box<TaskLine>),
}

/// What lists hold in a report that is stored: never the tasks themselves, however simple it would be to write those.
pub trait Stored {}

impl Stored for Entry {}

/// What a list says of a task that others do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its reference.
    pub task: String,
    /// The status it came to, in a list of moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// See [`TaskLine::moved_from`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<Status>,
    /// See [`TaskLine::blocked_by`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
}

/// A list names a task that does not stand among the tasks.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownTask(String);

impl fmt::Display for UnknownTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list names the task {}, which is not among the tasks", self.0)
    }
}

impl Folded {
    /// The report with the tasks in its lists.
    ///
    /// # Errors
    /// Where a list names a task that is not there.
    pub fn unfolded(mut self) -> Result<Snapshot, UnknownTask> {
        let variants = mem::take(&mut self.variants);
        let tasks = mem::take(&mut self.tasks);
        let tasks: BTreeMap<&str, &TaskLine> = tasks.iter().map(|line| (line.reference.as_str(), line)).collect();
        let known = |reference: String| match tasks.get(reference.as_str()) {
            Some(line) => Ok((*line).clone()),
            None => Err(UnknownTask(reference)),
        };
        let line = |entry| match entry {
            Entry::Named(reference) => known(reference),
            Entry::Whole(line) => Ok(*line),
            Entry::Told(Told { task, status, moved_from, blocked_by }) => {
                let line = known(task)?;
                Ok(TaskLine { status: status.unwrap_or(line.status), moved_from, blocked_by, ..line })
            }
        };
        let mut report = self.with_lists(|list| list.into_iter().map(line).collect())?;
        report.variants = variants.into_iter().map(Self::unfolded).collect::<Result<_, _>>()?;
        Ok(report)
    }
}

impl Snapshot {
    /// The report as it is stored.
    #[must_use]
    pub fn folded(mut self) -> Folded {
        let variants = mem::take(&mut self.variants);
        let tasks = self.each_once();
        let entry = |line: TaskLine| match tasks.get(&line.reference) {
            Some(known) => entry(known, line),
            None => Entry::Whole(Box::new(line)),
        };
        let folded = self.with_lists(|list| Ok(list.into_iter().map(entry).collect()));
        let Ok(mut report) = folded.map_err(|never: std::convert::Infallible| match never {});
        report.format = FORMAT;
        report.tasks = tasks.into_values().collect();
        report.tasks.sort_by(|one, other| one.id.cmp(&other.id));
        report.variants = variants.into_iter().map(Self::folded).collect();
        report
    }

    /// The tasks of all lists by their references, without what only one list says of them.
    fn each_once(&self) -> BTreeMap<String, TaskLine> {
        let Self { finished, in_progress, overdue, due_next, accomplishments, highlights, .. } = self;
        let Self { blocked, moved, reopened, created, .. } = self;
        // A line of a move has the status that the task came to in the period, which may have changed since.
        let lists =
            [finished, in_progress, overdue, due_next, accomplishments, highlights, reopened, created, blocked, moved];
        let mut tasks: BTreeMap<String, TaskLine> = BTreeMap::new();
        for line in lists.into_iter().flatten() {
            if !tasks.contains_key(&line.reference) {
                let line = TaskLine { moved_from: None, blocked_by: Vec::new(), ..line.clone() };
                tasks.insert(line.reference.clone(), line);
            }
        }
        tasks
    }
}

/// The entry of a line, where a task of its reference is known.
fn entry(known: &TaskLine, line: TaskLine) -> Entry {
    if *known == line {
        return Entry::Named(line.reference);
    }
    let status = line.moved_from.map(|_| line.status);
    let told = TaskLine {
        status: status.unwrap_or(known.status),
        moved_from: line.moved_from,
        blocked_by: line.blocked_by.clone(),
        ..known.clone()
    };
    if told == line {
        let TaskLine { reference, moved_from, blocked_by, .. } = line;
        return Entry::Told(Told { task: reference, status, moved_from, blocked_by });
    }
    Entry::Whole(Box::new(line))
}

impl<L> Snapshot<L> {
    /// The report with other lists, without tasks beside them and without variants.
    fn with_lists<M, E>(self, mut of: impl FnMut(Vec<L>) -> Result<Vec<M>, E>) -> Result<Snapshot<M>, E> {
        Ok(Snapshot {
            format: self.format,
            title: self.title,
            tasks: Vec::new(),
            project: self.project,
            projects: self.projects,
            scope: self.scope,
            period: self.period,
            as_of: self.as_of,
            finding: self.finding,
            summary: self.summary,
            figures: self.figures,
            days: self.days,
            statuses: self.statuses,
            cumulative: self.cumulative,
            cycle: self.cycle,
            ageing: self.ageing,
            forecast: self.forecast,
            people: self.people,
            labels: self.labels,
            priorities: self.priorities,
            late: self.late,
            finished: of(self.finished)?,
            in_progress: of(self.in_progress)?,
            overdue: of(self.overdue)?,
            due_next: of(self.due_next)?,
            accomplishments: of(self.accomplishments)?,
            highlights: of(self.highlights)?,
            blocked: of(self.blocked)?,
            moved: of(self.moved)?,
            reopened: of(self.reopened)?,
            created: of(self.created)?,
            notes: self.notes,
            variants: Vec::new(),
        })
    }
}

#[cfg(feature = "ssr")]
mod json {
    use serde::de::Error;

    use super::{Folded, Snapshot};
    use crate::domain::report::rows;

    /// About how many bytes a task takes as JSON.
    const ROOM_OF_TASK: usize = 600;
    /// The same of its place in a list.
    const ROOM_OF_ENTRY: usize = 32;
    /// The same of everything beside them.
    const ROOM: usize = 512 * 1024;

    impl Folded {
        /// The bytes that are stored, hashed and committed: JSON with a line for each row of a list.
        ///
        /// # Errors
        /// None that is known: it has no maps but those of words.
        pub fn to_json(&self) -> serde_json::Result<String> {
            let Self { tasks, finished, in_progress, accomplishments, moved, created, .. } = self;
            let entries: usize =
                [finished, in_progress, accomplishments, moved, created].into_iter().map(Vec::len).sum();
            rows::to_json(self, ROOM + tasks.len() * ROOM_OF_TASK + entries * ROOM_OF_ENTRY)
        }
    }

    impl Snapshot {
        /// The bytes of a report as it is stored.
        ///
        /// # Errors
        /// None that is known.
        pub fn to_json(&self) -> serde_json::Result<String> {
            self.clone().folded().to_json()
        }

        /// Reads what was stored, in any format up to now.
        ///
        /// # Errors
        /// Where the text is no snapshot.
        pub fn from_json(json: &str) -> serde_json::Result<Self> {
            serde_json::from_str::<Folded>(json)?.unfolded().map_err(serde_json::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests;
