//! What pages know of boards and tasks: read by the server, sent to the browser, never stored.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::parts::{Parts, RevisionView};
use super::saved::api::ViewItem;
use crate::domain::{
    due::{Due, Finish, ViewerClock},
    ids::{ChecklistItemId, ColumnId, CommentId, EventId, LabelId, OpId, ProjectId, TaskId, UserId},
    lane::Lane,
    live::Change,
    project::ReadOnly,
    task::{Category, Priority, Status},
};

/// One board as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    pub project: ProjectId,
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    pub can_edit: bool,
    /// Why not, where it may only be read.
    pub read_only: Option<ReadOnly>,
    /// The number of the last change that it surely shows: the stream goes on behind it.
    pub number: i64,
    /// The time in the viewer's zone when the board was read.
    pub clock: ViewerClock,
    /// Open tasks of the project whose due date is past, filtered or not.
    pub overdue: u32,
    /// From the left.
    pub columns: Vec<Column>,
    /// From the top; none on a board without lanes.
    pub lanes: Vec<LaneView>,
    /// Whether the cards stand close.
    pub is_compact: bool,
    /// What the menus above the board offer.
    pub tools: BoardTools,
}

/// What the menus above a board offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardTools {
    /// People whose tasks can be shown.
    pub people: Vec<PersonChoice>,
    /// Names of labels; `None` where there are too many for a menu.
    pub labels: Option<Vec<String>>,
    pub views: Vec<ViewItem>,
}

/// One lane of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneView {
    pub lane: Lane,
    pub title: String,
    /// Its tasks in each column, loaded or not.
    pub counts: Vec<u32>,
}

/// One list of the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub id: ColumnId,
    pub name: String,
    pub status: Status,
    /// How many tasks it should hold at most.
    pub limit: Option<u32>,
    /// Whether it refuses more.
    pub limit_is_hard: bool,
    /// Whether the person has collapsed it.
    pub is_folded: bool,
    /// Tasks that were completed long ago and are left out.
    pub older: u32,
    /// Tasks in it.
    pub total: u32,
    /// Tasks in it that the filter lets through.
    pub shown: u32,
    /// The first of them.
    pub cards: Vec<Card>,
    /// Where to go on loading; `None` when all are here.
    pub next: Option<Cursor>,
}

/// The place in a list behind the cards that are loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// More cards of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreCards {
    pub cards: Vec<Card>,
    pub next: Option<Cursor>,
}

/// One task as its card shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub id: TaskId,
    pub number: i32,
    /// Its place among the cards of its list: they stand in the byte order of their ranks.
    pub rank: String,
    pub title: String,
    pub priority: Priority,
    pub due: Option<Due>,
    pub finish: Finish,
    pub labels: Vec<LabelView>,
    /// Names of the people who have it.
    pub people: Vec<String>,
    /// Their ids, in the same order.
    pub assignees: Vec<UserId>,
    /// Ticked and all items of its checklists.
    pub checklist: (u32, u32),
    pub comments: u32,
    /// The version that edits start from.
    pub version: i64,
    /// Files on it.
    pub files: u32,
    /// Tasks that have to be completed before it and are not.
    pub blocked_by: u32,
    /// Open tasks that wait for it.
    pub blocks: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelView {
    pub id: LabelId,
    pub name: String,
    /// Slot of the chart palette, 1 to 6.
    pub hue: u8,
}

/// One task with all that its page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDetail {
    pub card: Card,
    /// Prefix of task numbers.
    pub key: String,
    pub project_name: String,
    pub can_edit: bool,
    /// Why not, where it may only be read.
    pub read_only: Option<ReadOnly>,
    /// The time in the viewer's zone when the task was read.
    pub clock: ViewerClock,
    /// The number of its project's last change before it was read.
    pub last_event: i64,
    /// The version that edits start from.
    pub version: i64,
    pub column: ColumnId,
    /// Where it can go, from the left.
    pub columns: Vec<ColumnChoice>,
    /// Markdown.
    pub description: String,
    /// The description as safe HTML.
    pub description_html: String,
    pub category: Category,
    pub assignees: Vec<UserId>,
    /// Who can be assigned.
    pub people: Vec<PersonChoice>,
    pub checklist: Vec<ChecklistItem>,
    pub comments: Vec<CommentView>,
    /// The newest first.
    pub history: Vec<HistoryLine>,
    /// How many lines of it were asked for.
    pub history_lines: u32,
    /// Whether there are more lines.
    pub is_history_cut: bool,
    pub created: Stamp,
    pub created_by: Option<String>,
    pub archived: Option<Stamp>,
    pub parts: Parts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChoice {
    pub id: ColumnId,
    pub name: String,
    pub status: Status,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChoice {
    pub id: UserId,
    pub name: String,
}

/// What tasks of a project can be given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskChoices {
    /// Who can be assigned, by name.
    pub people: Vec<PersonChoice>,
    /// The labels, by name.
    pub labels: Vec<LabelView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    pub id: ChecklistItemId,
    /// Heading of the checklist it belongs to.
    pub list: String,
    pub text: String,
    pub is_done: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentView {
    pub id: CommentId,
    pub author: Option<String>,
    /// Markdown.
    pub body: String,
    /// Safe HTML.
    pub html: String,
    pub at: Stamp,
    pub is_edited: bool,
    /// The version that an edit starts from.
    pub version: i64,
    pub can_edit: bool,
    /// What it said before, the latest first.
    pub former: Vec<RevisionView>,
}

/// One line of a task's history: who, and what happened, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    pub who: Option<String>,
    pub what: String,
    pub at: Stamp,
    /// Whether it tells of a comment or a note.
    pub is_comment: bool,
    /// What it is called where it can be taken back: what it says is still so, and nothing later is about it.
    pub undo: Option<EventId>,
}

/// What became of a change that was to be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// The tasks that it has changed, as they are now.
    pub cards: Vec<Card>,
    /// Tasks that stay as they are, wholly or partly, because somebody has changed them since.
    pub kept: u32,
}

/// A task that has come to where it is: a copy, or one of another project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    pub task: TaskId,
    /// As it is called there: `T-214`.
    pub reference: String,
}

/// An instant with the words for the viewer's zone, made on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub at: DateTime<Utc>,
    /// `22 Nov, 17:05`.
    pub words: String,
}

/// What a card says of the open tasks before it.
pub fn blocked_words(many: u32) -> String {
    format!("Blocked by {many}")
}

/// What a card says of the open tasks that wait for it.
pub fn blocks_words(many: u32) -> String {
    format!("Blocks {many}")
}

impl Card {
    /// `T-214`.
    pub fn reference(&self, key: &str) -> String {
        format!("{key}-{}", self.number)
    }
}

/// Where a new task can go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTaskPlaces {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    /// From the left.
    pub columns: Vec<ColumnChoice>,
}

/// A numbered change of a project, as open pages are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEvent {
    pub number: i64,
    /// The change that a page asked for, so that it knows its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OpId>,
    /// Who did it; nobody where the program did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonChoice>,
    pub change: Change,
    /// A task as it is now; nothing where it is not on the board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<PlacedCard>,
    /// A later change of the same task comes at once, with the same card.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_followed: bool,
}

/// A card and the list it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedCard {
    pub column: ColumnId,
    pub card: Card,
}
