//! What the page of one task knows beyond its card: notes, files, dependencies, former texts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::view::{LabelView, Stamp};
use crate::domain::{
    ids::{AttachmentId, ProjectId, TaskId, WorkNoteId},
    recurrence::Recurrence,
    work_note::NoteKind,
};

/// The parts of a task that only its page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// By day.
    pub notes: Vec<NoteView>,
    /// The oldest first.
    pub files: Vec<FileView>,
    /// What has to be completed before this task.
    pub blockers: Vec<LinkedTask>,
    /// What waits for this task.
    pub blocked: Vec<LinkedTask>,
    pub start_on: Option<NaiveDate>,
    /// As it is typed and shown: `2 h 30 min`.
    pub estimate: Option<String>,
    pub recurrence: Option<Recurrence>,
    /// All labels of the project, to choose from.
    pub labels: Vec<LabelView>,
    /// Other projects that the person may change: where the task can go.
    pub projects: Vec<ProjectChoice>,
    pub is_watching: bool,
    /// How many people watch it.
    pub watchers: u32,
    /// Whether the person was told something of it that is not read.
    pub has_news: bool,
    /// Since when it is in the trash.
    pub deleted: Option<Stamp>,
    /// Whether the person may take it out of the trash.
    pub can_restore: bool,
    /// Whether the person may delete it for good.
    pub can_purge: bool,
    /// The move that the newest line of the history tells, if it can be taken back.
    pub last_move: Option<LastMove>,
}

/// Where a task was before it was moved to where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMove {
    pub column: crate::domain::ids::ColumnId,
    pub name: String,
    /// The place in that list, as the form says it: `top`, or the id of the task above.
    pub place: String,
    /// It was moved within this list.
    pub is_within: bool,
}

/// A work note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    pub id: WorkNoteId,
    pub kind: NoteKind,
    /// The day it tells of.
    pub on_date: NaiveDate,
    /// The same in words.
    pub day: String,
    pub author: Option<String>,
    /// Markdown.
    pub body: String,
    /// Safe HTML.
    pub html: String,
    /// The version that an edit starts from.
    pub version: i64,
    pub is_edited: bool,
    pub can_edit: bool,
}

/// What a comment said before it was edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionView {
    /// Safe HTML.
    pub html: String,
    /// When that text was written.
    pub at: Stamp,
}

/// A file on a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    pub id: AttachmentId,
    pub name: String,
    /// What it is by its content, in a word.
    pub kind: String,
    /// In words.
    pub size: String,
    /// Width and height, for pictures.
    pub pixels: Option<(i32, i32)>,
    pub author: Option<String>,
    pub at: Stamp,
    pub has_thumbnail: bool,
}

/// A task at the other end of a dependency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedTask {
    pub id: TaskId,
    /// `None` where the person does not see its project.
    pub seen: Option<TaskChoice>,
    /// Completed or archived: it blocks no more.
    pub is_done: bool,
}

/// A task to choose or to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskChoice {
    pub id: TaskId,
    /// `T-214`.
    pub reference: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectChoice {
    pub id: ProjectId,
    pub name: String,
}
