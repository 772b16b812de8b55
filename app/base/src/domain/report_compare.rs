//! What is different between two reports of a job: their numbers, and the tasks that stand in other lists than before.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    ids::TaskId,
    metrics::{Compared, Figures, Tone},
    report::{Snapshot, TaskLine},
    task::Status,
};

/// Two reports side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub numbers: Vec<Pair>,
    /// What became of tasks, the most telling first; without those that nothing happened to.
    pub moves: Vec<(Move, Vec<Moved>)>,
}

/// A number in both reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub name: String,
    pub earlier: String,
    pub later: String,
    /// "5 more than before"; none where it is the same.
    pub change: Option<String>,
    /// What the change means.
    pub tone: Tone,
}

/// A task that stands in other lists than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// As the later report says it; as the earlier one does where the later one does not name it.
    pub line: TaskLine,
    /// The lists of the earlier report, in words.
    pub from: String,
    /// Those of the later one.
    pub to: String,
}

crate::text_enum!(
    /// What became of a task. Each task that stands elsewhere has exactly one.
    Move {
        Finished = "finished",
        NewlyOverdue = "newly_overdue",
        Reopened = "reopened",
        New = "new",
        Started = "started",
        NoLongerOverdue = "no_longer_overdue",
        DueSoon = "due_soon",
        PutBack = "put_back",
        Postponed = "postponed",
        Gone = "gone",
    }
);

impl Move {
    /// The heading above its tasks.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Finished => "Finished since",
            Self::NewlyOverdue => "Newly overdue",
            Self::Reopened => "Reopened",
            Self::New => "New in the report",
            Self::Started => "Taken up",
            Self::NoLongerOverdue => "No longer overdue",
            Self::DueSoon => "Due soon now",
            Self::PutBack => "Put back",
            Self::Postponed => "No longer due soon",
            Self::Gone => "No longer in the report",
        }
    }
}

impl Comparison {
    /// Compares two reports; which one is the earlier says the caller.
    pub fn of(earlier: &Snapshot, later: &Snapshot) -> Self {
        Self { numbers: numbers(earlier, later), moves: moves(earlier, later) }
    }

    /// How many numbers are different.
    pub fn changed(&self) -> usize {
        self.numbers.iter().filter(|pair| pair.change.is_some()).count()
    }
}

impl Pair {
    /// "17, 5 more than before".
    pub fn later_words(&self) -> String {
        match &self.change {
            Some(change) => format!("{}, {change}", self.later),
            None => self.later.clone(),
        }
    }
}

fn numbers(earlier: &Snapshot, later: &Snapshot) -> Vec<Pair> {
    let count = |name: &str, number: fn(&Figures) -> u32, tone: fn(&Compared<u32>) -> Tone| {
        count_pair(name, number(&earlier.figures), number(&later.figures), tone)
    };
    let mut numbers = vec![
        count("Completed", |figures| figures.completed.now, Compared::<u32>::tone_of_more),
        count("Created", |figures| figures.created.now, |_| Tone::Neutral),
        count("Open", |figures| figures.open.now, Compared::<u32>::tone_of_fewer),
        count("Overdue", |figures| figures.overdue.now, Compared::<u32>::tone_of_fewer),
        days_pair("Cycle time", earlier.figures.cycle_days.now, later.figures.cycle_days.now),
    ];
    let open = |snapshot: &Snapshot, status: Status| {
        snapshot.statuses.iter().find(|one| one.status == status).map_or(0, |one| one.count)
    };
    numbers.extend([Status::Todo, Status::Progress, Status::Pending].into_iter().map(|status| {
        count_pair(&format!("Open in {}", status.label()), open(earlier, status), open(later, status), |_| {
            Tone::Neutral
        })
    }));
    numbers
}

fn count_pair(name: &str, before: u32, now: u32, tone: impl Fn(&Compared<u32>) -> Tone) -> Pair {
    let both = Compared { now, before };
    Pair {
        name: name.into(),
        earlier: before.to_string(),
        later: now.to_string(),
        change: (now != before).then(|| format!("{} than before", both.words())),
        tone: tone(&both),
    }
}

fn days_pair(name: &str, before: Option<u32>, now: Option<u32>) -> Pair {
    let both = Compared { now, before };
    let change = match (now, before) {
        (Some(now), Some(before)) if now != before => Some(format!("{} than before", both.words())),
        (None, Some(_)) | (Some(_), None) => Some(both.words()),
        _ => None,
    };
    Pair {
        name: name.into(),
        earlier: Compared { now: before, before: None }.value_words(),
        later: both.value_words(),
        change,
        tone: both.tone(),
    }
}

crate::text_enum!(
    /// A list of a report.
    Place { Finished = "finished", InProgress = "in_progress", Overdue = "overdue", DueNext = "due_next" }
);

impl Place {
    const fn label(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::InProgress => "in progress",
            Self::Overdue => "overdue",
            Self::DueNext => "due next",
        }
    }

    const fn list(self, snapshot: &Snapshot) -> &Vec<TaskLine> {
        match self {
            Self::Finished => &snapshot.finished,
            Self::InProgress => &snapshot.in_progress,
            Self::Overdue => &snapshot.overdue,
            Self::DueNext => &snapshot.due_next,
        }
    }
}

/// The lists that a task stands in.
type Places = BTreeSet<Place>;

fn places(snapshot: &Snapshot) -> BTreeMap<TaskId, (Places, &TaskLine)> {
    let mut places: BTreeMap<TaskId, (Places, &TaskLine)> = BTreeMap::new();
    for place in Place::ALL.iter().copied() {
        for line in place.list(snapshot) {
            places.entry(line.id).or_insert_with(|| (Places::new(), line)).0.insert(place);
        }
    }
    places
}

fn moves(earlier: &Snapshot, later: &Snapshot) -> Vec<(Move, Vec<Moved>)> {
    let (before, after) = (places(earlier), places(later));
    let mut found: BTreeMap<Move, Vec<Moved>> = BTreeMap::new();
    let nowhere = Places::new();
    for id in before.keys().chain(after.keys().filter(|id| !before.contains_key(id))) {
        let (from, to) = (before.get(id), after.get(id));
        let Some((_, line)) = to.or(from) else { continue };
        let (from, to) = (from.map_or(&nowhere, |known| &known.0), to.map_or(&nowhere, |known| &known.0));
        if let Some(what) = what_happened(from, to) {
            found.entry(what).or_default().push(Moved { line: (*line).clone(), from: words(from), to: words(to) });
        }
    }
    for tasks in found.values_mut() {
        tasks.sort_by(|a, b| number(&a.line).cmp(&number(&b.line)));
    }
    found.into_iter().collect()
}

/// What the change of lists means, the most telling thing where it means several.
fn what_happened(from: &Places, to: &Places) -> Option<Move> {
    use Place::*;
    let (had, has) = (|place| from.contains(&place), |place| to.contains(&place));
    let came = |place| !had(place) && has(place);
    let was_finished_only = from.len() == 1 && had(Finished);
    // A later report does not name again what an earlier one has named as finished.
    if from == to || (was_finished_only && to.is_empty()) {
        return None;
    }
    Some(if came(Finished) {
        Move::Finished
    } else if had(Finished) && !has(Finished) && !to.is_empty() {
        Move::Reopened
    } else if came(Overdue) {
        Move::NewlyOverdue
    } else if from.is_empty() {
        Move::New
    } else if to.is_empty() {
        Move::Gone
    } else if had(Overdue) && !has(Overdue) {
        Move::NoLongerOverdue
    } else if came(InProgress) {
        Move::Started
    } else if came(DueNext) {
        Move::DueSoon
    } else if had(InProgress) && !has(InProgress) {
        Move::PutBack
    } else {
        Move::Postponed
    })
}

fn words(places: &Places) -> String {
    if places.is_empty() {
        return "not named".into();
    }
    places.iter().map(|place| place.label()).collect::<Vec<_>>().join(", ")
}

/// Number of a task in its project, so that T-9 stands before T-10.
fn number(line: &TaskLine) -> (u32, &str) {
    let number = line.reference.rsplit_once('-').and_then(|(_, number)| number.parse().ok());
    (number.unwrap_or(u32::MAX), &line.reference)
}

#[cfg(test)]
mod tests;
