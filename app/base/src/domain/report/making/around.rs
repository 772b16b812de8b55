//! What stands around tasks: people, labels, the tasks before them, and work notes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;

use super::super::NOTES_KEPT;
use crate::domain::{
    ids::{LabelId, ProjectId, TaskId, UserId, WorkNoteId},
    work_note::NoteKind,
};

/// The people of each task, by name.
pub type People = BTreeMap<TaskId, Vec<(UserId, String)>>;
/// The labels of each task, by name.
pub type Labels = BTreeMap<TaskId, Vec<(LabelId, String)>>;
/// What stands before each task.
pub type Blockers = BTreeMap<TaskId, Vec<Blocker>>;

/// The names of what a report is narrowed to, and how much of it has none to say.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    /// The names of labels, with their projects.
    pub labels: Vec<(ProjectId, String)>,
    /// Labels that were deleted: no task has them any more.
    pub lost_labels: usize,
    pub people: Vec<String>,
    /// People outside the project of the schedule, who are not named.
    pub strangers: usize,
}

/// A task that has to be completed before another one. It may be of a project that readers do not see: so its reference
/// is all that is known of it.
#[derive(Clone, Debug)]
pub struct Blocker {
    pub id: TaskId,
    pub reference: String,
    /// As its row says now; where its history is known, that says more.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Where a work note stands, without its words.
#[derive(Clone, Copy, Debug)]
pub struct NotePlace {
    pub id: WorkNoteId,
    pub task: TaskId,
    pub author: Option<UserId>,
    pub day: NaiveDate,
}

/// A work note as it is stored.
#[derive(Clone, Debug)]
pub struct Note {
    pub task: TaskId,
    pub author: Option<(UserId, String)>,
    pub kind: NoteKind,
    pub day: NaiveDate,
    pub body: String,
}

/// Reads the rows of who is assigned to which task.
///
/// # Errors
/// Where a row is not a pair of ids.
pub fn people_of(json: &str) -> serde_json::Result<Vec<(TaskId, UserId)>> {
    pairs(json)
}

/// Reads the rows of which task has which label.
///
/// # Errors
/// Where a row is not a pair of ids.
pub fn labels_of(json: &str) -> serde_json::Result<Vec<(TaskId, LabelId)>> {
    pairs(json)
}

// Generic code is compiled where its types are named: here, for speed.
fn pairs<I: DeserializeOwned>(json: &str) -> serde_json::Result<Vec<(TaskId, I)>> {
    serde_json::from_str(json)
}

/// The people of each task, in the order of their names.
pub fn people_by_task(rows: Vec<(TaskId, UserId)>, names: Vec<(UserId, String)>) -> People {
    by_task(rows, names)
}

/// The labels of each task, in the order of their names.
pub fn labels_by_task(rows: Vec<(TaskId, LabelId)>, names: Vec<(LabelId, String)>) -> Labels {
    by_task(rows, names)
}

fn by_task<I: Copy + Ord>(rows: Vec<(TaskId, I)>, names: Vec<(I, String)>) -> BTreeMap<TaskId, Vec<(I, String)>> {
    let names: BTreeMap<I, String> = names.into_iter().collect();
    let mut by_task: BTreeMap<TaskId, Vec<(I, String)>> = BTreeMap::new();
    for (task, id) in rows {
        if let Some(name) = names.get(&id) {
            by_task.entry(task).or_default().push((id, name.clone()));
        }
    }
    for all in by_task.values_mut() {
        all.sort_by(|(one_id, one), (other_id, other)| one.cmp(other).then(one_id.cmp(other_id)));
    }
    by_task
}

/// The notes that a report can show, whichever of its projects a reader sees: of each project those of as many lines as
/// a report keeps. `project_of` knows the tasks of the report.
pub fn shown(places: &[NotePlace], project_of: impl Fn(TaskId) -> Option<ProjectId>) -> Vec<WorkNoteId> {
    let mut lines: BTreeMap<ProjectId, BTreeSet<(NaiveDate, TaskId, Option<UserId>)>> = BTreeMap::new();
    let mut shown = Vec::new();
    for place in places {
        let Some(project) = project_of(place.task) else { continue };
        let lines = lines.entry(project).or_default();
        // What somebody wrote about a task on a day is a line, however many notes that are.
        let line = (place.day, place.task, place.author);
        if lines.len() < NOTES_KEPT || lines.contains(&line) {
            lines.insert(line);
            shown.push(place.id);
        }
    }
    shown
}
