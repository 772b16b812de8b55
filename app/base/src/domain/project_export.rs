//! A project as a file (`autoreport/1`): everything in it, in words that other programs can read.
//!
//! Ids are those of the instance it came from, and only tie the parts of the file together; people are named. Times
//! are RFC 3339 in UTC, days ISO 8601. Fields may be added; a reader leaves out those that it does not know. What it
//! cannot read any more gets the next number in `format`.
//!
//! `domain::import::autoreport` reads the file again. Not in it: the bytes of attachments, views that people saved for
//! themselves alone, schedules and reports, groups (their people have the role that the group gives them), and the
//! old keys and numbers under which a project and its tasks were known before.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The word in `format`.
pub const FORMAT: &str = "autoreport/1";
/// The number of [`FORMAT`].
pub const VERSION: u32 = 1;
/// What stands in `format` before the number.
pub const FAMILY: &str = "autoreport/";

/// A whole project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectFile {
    /// [`FORMAT`].
    pub format: String,
    pub exported_at: DateTime<Utc>,
    pub project: ProjectPart,
    pub columns: Vec<ColumnPart>,
    pub labels: Vec<LabelPart>,
    /// Everybody whom the file names.
    pub people: Vec<PersonPart>,
    /// By number, archived ones and those in the trash included.
    pub tasks: Vec<TaskPart>,
    pub rules: Vec<RulePart>,
    /// Saved views that all members have.
    #[serde(default)]
    pub views: Vec<ViewPart>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectPart {
    pub key: String,
    pub name: String,
    /// Markdown.
    pub description: String,
    /// IANA time zone.
    pub zone: String,
    pub archive_after_days: Option<i32>,
    /// The number that was given out last, so that none is given out twice.
    #[serde(default)]
    pub last_number: i32,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// A list, in the order of the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnPart {
    pub id: Uuid,
    pub name: String,
    /// `todo`, `progress`, `pending`, `done`.
    pub status: String,
    pub limit: Option<i32>,
    pub limit_is_hard: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelPart {
    pub id: Uuid,
    pub name: String,
    /// Slot of the palette, 1 to 6.
    pub hue: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonPart {
    pub id: Uuid,
    pub name: String,
    /// `owner`, `editor`, `viewer`, their own or that of a group, whichever may more; none for those who are not in the
    /// project any more.
    pub role: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskPart {
    pub id: Uuid,
    /// Like `T-214`.
    pub reference: String,
    pub number: i32,
    /// Id of its list.
    pub column: Uuid,
    /// Sorts the tasks of a list, byte by byte.
    pub rank: String,
    pub title: String,
    /// Markdown.
    pub description: String,
    pub priority: String,
    pub category: String,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<Utc>>,
    pub start_on: Option<NaiveDate>,
    pub estimate_minutes: Option<i32>,
    /// How it comes again, as stored.
    pub recurrence: Option<String>,
    pub completed_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    /// Since when it is in the trash.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Id of a person, as are the other people below.
    pub deleted_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub labels: Vec<Uuid>,
    pub assignees: Vec<Uuid>,
    pub watchers: Vec<Uuid>,
    /// Ids of tasks that have to be completed first; those of other projects are not in the file.
    pub blocked_by: Vec<Uuid>,
    pub checklist: Vec<ItemPart>,
    /// Oldest first.
    pub comments: Vec<CommentPart>,
    pub notes: Vec<NotePart>,
    /// Names and sizes; the bytes are not in the file.
    pub attachments: Vec<AttachmentPart>,
    pub history: Vec<EventPart>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemPart {
    pub list: String,
    pub text: String,
    pub done_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentPart {
    pub author: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    /// Markdown.
    pub text: String,
    /// What it said before it was edited, oldest first.
    #[serde(default)]
    pub revisions: Vec<RevisionPart>,
}

/// An earlier text of a comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionPart {
    pub at: DateTime<Utc>,
    /// Markdown.
    pub text: String,
}

/// A work note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotePart {
    /// `issue`, `progress`, `resolution`.
    pub kind: String,
    pub on: NaiveDate,
    pub author: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    /// Markdown.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttachmentPart {
    pub name: String,
    pub content_type: String,
    pub size: i64,
    pub sha256: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPart {
    pub at: DateTime<Utc>,
    /// `created`, `moved`, `edited`, …
    pub kind: String,
    pub by: Option<Uuid>,
    /// Ids of lists.
    pub from: Option<Uuid>,
    pub to: Option<Uuid>,
    pub from_status: Option<String>,
    pub to_status: Option<String>,
    /// What else the words of the history need.
    pub detail: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RulePart {
    pub name: String,
    pub is_on: bool,
    pub trigger: serde_json::Value,
    pub actions: serde_json::Value,
}

/// A saved view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewPart {
    pub name: String,
    /// The query of the board's address, without its question mark.
    pub query: String,
    /// Who saved it.
    pub by: Option<Uuid>,
}
