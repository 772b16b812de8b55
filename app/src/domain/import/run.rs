//! An import from upload to end: its states, what a person chose, what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::mapping::{CsvMapping, Layout, ListMapping};
use crate::domain::ids::{ProjectId, UserId};

crate::text_enum!(
    /// What a file is.
    ImportKind { Trello = "trello", Csv = "csv" }
);

impl ImportKind {
    /// The kind that a file's name and beginning show. Anything that is not JSON is read as a table.
    pub fn of_file(name: &str, content: &[u8]) -> Self {
        let first = content.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF));
        let is_named_json = name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("json"));
        if is_named_json || matches!(first, Some(b'{' | b'[' | b'<')) { Self::Trello } else { Self::Csv }
    }

    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Trello => "Trello board",
            Self::Csv => "CSV table",
        }
    }
}

crate::text_enum!(
    /// `uploaded → running → done | failed`; cancelled from either of the first two.
    ImportState {
        /// Waits for a person to look at it and confirm.
        Uploaded = "uploaded",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
);

/// What a person chose before they confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportChoices {
    /// Only for tables.
    pub csv: CsvMapping,
    pub target: ImportTarget,
    pub layout: Layout,
    pub lists: ListMapping,
    /// By `source_id`; who is missing becomes a placeholder.
    pub people: BTreeMap<String, PersonTarget>,
}

/// Where the cards go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportTarget {
    /// A project of its own. An empty key is made of the name.
    New { name: String, key: String },
    /// A project that is there; cards that came before are skipped.
    Existing(ProjectId),
}

/// Who a person of the source is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonTarget {
    User(UserId),
    /// A name that can be assigned but cannot sign in.
    Placeholder,
    LeaveOut,
}

impl PersonTarget {
    /// The value in a form.
    pub fn to_form(self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::Placeholder => "placeholder".to_owned(),
            Self::LeaveOut => "leave_out".to_owned(),
        }
    }

    /// The choice behind a form's value.
    pub fn from_form(value: &str) -> Option<Self> {
        match value {
            "placeholder" => Some(Self::Placeholder),
            "leave_out" => Some(Self::LeaveOut),
            id => id.parse().ok().map(Self::User),
        }
    }
}

/// What an import brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSummary {
    pub tasks: usize,
    /// Already there from an earlier import.
    pub skipped: usize,
    /// In lists that were left out.
    pub left_out: usize,
    /// Entries of the history.
    pub events: usize,
    pub comments: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_shows_its_kind_by_its_beginning_or_its_name() {
        assert_eq!(ImportKind::of_file("board.json", b"broken"), ImportKind::Trello);
        assert_eq!(ImportKind::of_file("board.txt", b"\xEF\xBB\xBF\n{\"name\""), ImportKind::Trello);
        assert_eq!(ImportKind::of_file("tasks.csv", b"Title;Due"), ImportKind::Csv);
        assert_eq!(ImportKind::of_file("download", b"<!DOCTYPE html>"), ImportKind::Trello);
    }

    #[test]
    fn the_choice_for_a_person_survives_a_form() {
        let user = PersonTarget::User(UserId(uuid::Uuid::from_u128(7)));
        for target in [user, PersonTarget::Placeholder, PersonTarget::LeaveOut] {
            assert_eq!(PersonTarget::from_form(&target.to_form()), Some(target));
        }
        assert_eq!(PersonTarget::from_form("somebody"), None);
    }
}
