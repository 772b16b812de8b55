//! What an import would bring: the board in a file, in our own words and with its history.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::task::{Category, Priority, Status};

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
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedComment {
    pub at: DateTime<Utc>,
    /// `source_id` of the person.
    pub person: Option<String>,
    /// Markdown.
    pub text: String,
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
    Created { column: String },
    Moved { from: String, to: String },
    Archived,
    Restored,
    Renamed { from: String, to: String },
    Described,
    DueChanged { from: Option<PlannedDue>, to: Option<PlannedDue> },
    Commented,
}

impl ImportPlan {
    /// The list with this `source_id`.
    pub fn column(&self, source_id: &str) -> Option<&PlannedColumn> {
        self.columns.iter().find(|column| column.source_id == source_id)
    }
}
