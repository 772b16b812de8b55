//! What an import would bring: the board in a file, in our own words and with its history.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{
    automation::{Action, Trigger},
    project::MemberRole,
    recurrence::Recurrence,
    task::{Category, EventKind, Priority, Status},
    work_note::NoteKind,
};

/// Everything that was found in a file. Nothing is stored until a person confirms it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportPlan {
    /// Name of the board, or of the file.
    pub project_name: String,
    /// Lists in board order, closed ones and those that only the history knows included.
    pub columns: Vec<PlannedColumn>,
    pub labels: Vec<PlannedLabel>,
    pub people: Vec<PlannedPerson>,
    /// Cards in the order of their lists and of their places in them.
    pub cards: Vec<PlannedCard>,
    /// The past of every card, oldest first; each card begins with [`PlannedChange::Created`].
    pub history: Vec<PlannedEvent>,
    /// What was left out or completed by inference, and why; for the person to read.
    pub warnings: Vec<String>,
    /// The project around the board: only our own export tells of it.
    pub project: Option<PlannedProject>,
}

/// Settings, rules and shared views of a project. They come with a project that the import makes, never into another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedProject {
    pub key: String,
    /// Markdown.
    pub description: String,
    /// IANA time zone.
    pub zone: String,
    pub archive_after_days: Option<i32>,
    pub last_number: i32,
    /// Their ids are those of the source.
    pub rules: Vec<PlannedRule>,
    pub views: Vec<PlannedView>,
}

/// A rule; it comes switched off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedRule {
    pub name: String,
    pub trigger: Trigger,
    pub actions: Vec<Action>,
}

/// A view that all members have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedView {
    pub name: String,
    /// The query of the board's address.
    pub query: String,
    /// `source_id` of the person who saved it.
    pub person: Option<String>,
}

/// A list of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedColumn {
    pub source_id: String,
    pub name: String,
    /// Status that its name suggests; a person can choose another.
    pub status: Status,
    pub state: ColumnState,
    /// Cards that stand in it, archived ones included.
    pub cards: usize,
    pub limit: Option<PlannedLimit>,
}

/// How many cards a list should have at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLimit {
    pub most: i32,
    /// Whether a full list refuses further cards.
    pub is_hard: bool,
}

/// Whether a list still stands on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnState {
    Open,
    /// Archived with its cards.
    Closed,
    /// Deleted or moved to another board; cards once went through it.
    Gone,
}

/// A label, by its name unique in the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedLabel {
    pub source_id: String,
    pub name: String,
    /// Slot of the label palette, 1 to 6.
    pub hue: u8,
}

/// Somebody who is assigned to a card or did something on the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedPerson {
    pub source_id: String,
    pub name: String,
    /// Account name or e-mail address, as far as the source tells it.
    pub username: String,
    pub part: PlannedPart,
}

/// What somebody had to do with the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedPart {
    /// The source knows no roles: who has or did something edits.
    #[default]
    Involved,
    Member(MemberRole),
    /// Named by something, but not in the project any more.
    Former,
}

/// A card as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedCard {
    /// Stays the same in every export of the same board: by it a second import knows the card again.
    pub source_id: String,
    /// Its number on the source board.
    pub number: Option<i32>,
    pub title: String,
    /// Markdown.
    pub description: String,
    pub due: Option<PlannedDue>,
    /// Ticked as complete at the source, wherever the card stands.
    pub due_complete: bool,
    pub priority: Option<Priority>,
    pub category: Option<Category>,
    /// `source_id`s of labels, people, and the list.
    pub labels: Vec<String>,
    pub people: Vec<String>,
    pub column: String,
    pub checklists: Vec<PlannedChecklist>,
    /// Oldest first.
    pub comments: Vec<PlannedComment>,
    pub archived: bool,
    pub created_at: DateTime<Utc>,
    /// When the source last touched it.
    pub updated_at: DateTime<Utc>,
    /// Only our own export tells it.
    pub rest: Option<Box<PlannedRest>>,
}

/// What other boards do not have. People are `source_id`s.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlannedRest {
    pub created_by: Option<String>,
    pub completed_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
    pub start_on: Option<NaiveDate>,
    pub estimate_minutes: Option<i32>,
    pub series: Option<PlannedSeries>,
    pub watchers: Vec<String>,
    /// `source_id`s of cards of the plan, without circles.
    pub blocked_by: Vec<String>,
    pub notes: Vec<PlannedNote>,
}

/// How a card comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSeries {
    pub rule: Recurrence,
    /// `source_id` of the list in which the next ones appear.
    pub column: String,
}

/// A work note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedNote {
    pub kind: NoteKind,
    pub on: NaiveDate,
    pub person: Option<String>,
    pub at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    /// Markdown.
    pub text: String,
}

/// A day, or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedDue {
    On(NaiveDate),
    At(DateTime<Utc>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedChecklist {
    pub name: String,
    pub items: Vec<PlannedItem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedItem {
    pub text: String,
    pub done: bool,
    /// When it was ticked, as far as the source tells it.
    pub done_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedComment {
    pub at: DateTime<Utc>,
    /// `source_id` of the person.
    pub person: Option<String>,
    /// Markdown.
    pub text: String,
    pub edited_at: Option<DateTime<Utc>>,
    /// What it said before, oldest first, each with the time at which that was written.
    pub before: Vec<(DateTime<Utc>, String)>,
}

/// Something that happened to a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedEvent {
    /// `source_id` of the card.
    pub card: String,
    pub at: DateTime<Utc>,
    /// `source_id` of the person.
    pub person: Option<String>,
    pub change: PlannedChange,
    pub origin: EventOrigin,
}

/// Whether the source recorded an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventOrigin {
    /// It stands in the file.
    Recorded,
    /// The file lacks it, but what stands in the file can be so only if it happened.
    Inferred,
}

/// What happened. Lists are `source_id`s of [`PlannedColumn`]s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedChange {
    Created {
        column: String,
    },
    Moved {
        from: String,
        to: String,
    },
    Archived,
    Restored,
    Renamed {
        from: String,
        to: String,
    },
    Described,
    DueChanged {
        from: Option<PlannedDue>,
        to: Option<PlannedDue>,
    },
    Commented,
    /// An entry of our own history, as it stands there.
    Own(Box<OwnEntry>),
}

/// An entry of the history in our own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnEntry {
    pub kind: EventKind,
    pub from: Option<PlannedStand>,
    pub to: Option<PlannedStand>,
    /// What its words need; a task in it is a `source_id`.
    pub detail: Map<String, Value>,
}

/// Where a card stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStand {
    /// `source_id` of a list; one that is not in the plan was deleted.
    pub column: String,
    /// What the list meant then.
    pub status: Option<Status>,
}

impl PlannedChange {
    /// The list to which a card comes by it.
    pub fn arrives_in(&self) -> Option<&str> {
        match self {
            Self::Created { column } => Some(column),
            Self::Moved { to, .. } => Some(to),
            Self::Own(entry) => entry.to.as_ref().map(|stand| stand.column.as_str()),
            _ => None,
        }
    }

    /// Whether a card goes from one place to another by it.
    pub fn is_move(&self) -> bool {
        match self {
            Self::Moved { .. } => true,
            Self::Own(entry) => entry.kind == EventKind::Moved,
            _ => false,
        }
    }
}

impl ImportPlan {
    /// The list with this `source_id`.
    pub fn column(&self, source_id: &str) -> Option<&PlannedColumn> {
        self.columns.iter().find(|column| column.source_id == source_id)
    }
}
