//! What the page asks of the server for a board, as it is sent and as the browser's storage keeps it.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        column::Between,
        ids::{ColumnId, TaskId},
        task_edit::{Edit, TaskEdit},
    },
    tasks::board::state::Anchor,
};

/// What a change of the board asks of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Change {
    Move {
        card: TaskId,
        to: Anchor,
        /// It takes a move back, or does it again.
        #[serde(default)]
        is_back: bool,
    },
    Archive {
        card: TaskId,
    },
    Restore {
        card: TaskId,
    },
    Edit {
        edits: Vec<TaskEdit>,
        /// They take earlier changes back, or do them again.
        #[serde(default)]
        is_back: bool,
    },
    /// A list to another place among the lists.
    Shift {
        list: ColumnId,
        between: Between,
    },
    /// New tasks, a line each, at the place that `at` says as the form does.
    Add {
        column: ColumnId,
        at: String,
        text: String,
    },
}

impl Change {
    /// The card that shows that the change is on its way.
    pub fn card(&self) -> Option<TaskId> {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => Some(*card),
            Self::Edit { edits, .. } => edits.first().map(|edit| edit.task),
            Self::Shift { .. } | Self::Add { .. } => None,
        }
    }

    /// Whether a card is changed.
    pub(super) fn is_about(&self, id: TaskId) -> bool {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => *card == id,
            Self::Edit { edits, .. } => edits.iter().any(|edit| edit.task == id),
            Self::Shift { .. } | Self::Add { .. } => false,
        }
    }

    /// The cards that are changed.
    pub(super) fn cards(&self) -> Vec<TaskId> {
        match self {
            Self::Move { card, .. } | Self::Archive { card } | Self::Restore { card } => vec![*card],
            Self::Edit { edits, .. } => edits.iter().map(|edit| edit.task).collect(),
            Self::Shift { .. } | Self::Add { .. } => Vec::new(),
        }
    }

    /// Whether a card comes back from the archive or the trash.
    pub(super) fn brings_back(&self) -> bool {
        match self {
            Self::Restore { .. } => true,
            Self::Edit { edits, .. } => edits.iter().any(|edit| matches!(edit.edit, Edit::Restore | Edit::Undelete)),
            Self::Move { .. } | Self::Archive { .. } | Self::Shift { .. } | Self::Add { .. } => false,
        }
    }

    /// What it does to the cards, as in “was not moved”.
    pub(super) fn deed(&self) -> &'static str {
        let edits = match self {
            Self::Move { .. } | Self::Shift { .. } => return "moved",
            Self::Archive { .. } => return "archived",
            Self::Restore { .. } => return "restored",
            Self::Add { .. } => return "added",
            Self::Edit { edits, .. } => edits,
        };
        match edits.first().map(|one| &one.edit) {
            Some(Edit::Title { .. }) => "renamed",
            Some(Edit::Priority(_)) => "given another priority",
            Some(Edit::Due(_)) => "given another due date",
            Some(Edit::Move { .. }) => "moved",
            Some(Edit::Archive) => "archived",
            Some(Edit::Restore | Edit::Undelete) => "restored",
            Some(Edit::Delete) => "put into the trash",
            Some(Edit::People { .. } | Edit::Labels { .. }) | None => "changed",
        }
    }

    /// The task that gets a new title, and the title.
    pub(super) fn title(&self) -> Option<(TaskId, String)> {
        let Self::Edit { edits, .. } = self else { return None };
        edits.iter().find_map(|edit| Some((edit.task, edit.title()?.to_owned())))
    }

    /// The list that a card is moved to.
    pub fn column_of(&self, id: TaskId) -> Option<ColumnId> {
        match self {
            Self::Move { card, to, .. } => (*card == id).then_some(to.column),
            Self::Archive { .. } | Self::Restore { .. } | Self::Shift { .. } | Self::Add { .. } => None,
            Self::Edit { edits, .. } => edits.iter().rev().find_map(|edit| match &edit.edit {
                Edit::Move { column, .. } if edit.task == id => Some(*column),
                _ => None,
            }),
        }
    }
}
