//! An import from upload to end: its states, what a person chose, what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::mapping::{CsvMapping, Layout, ListMapping};
use crate::domain::ids::{ProjectId, UserId};

crate::text_enum!(
    /// What a file is.
    ImportKind {
        Trello = "trello",
        Csv = "csv",
        /// A project that AutoReport exported.
        AutoReport = "autoreport",
    }
);

impl ImportKind {
    /// The kind that a file's name and beginning show. Anything that is not JSON is read as a table.
    pub fn of_file(name: &str, content: &[u8]) -> Self {
        if format_of(content).is_some() {
            return Self::AutoReport;
        }
        let first = content.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF));
        let is_named_json = name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("json"));
        if is_named_json || matches!(first, Some(b'{' | b'[' | b'<')) { Self::Trello } else { Self::Csv }
    }

    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Trello => "Trello board",
            Self::Csv => "CSV table",
            Self::AutoReport => "AutoReport project",
        }
    }
}

/// How far into a file the mark of our own export is looked for. It stands first; a tool that sorts keys puts the
/// lists before it.
const MARK_WITHIN: usize = 64 * 1024;

/// The number behind `"format": "autoreport/` in the beginning of a JSON file, as it stands there. Whether the rest
/// of the file is whole does not matter. Within a text of JSON the quotes would have backslashes.
pub fn format_of(content: &[u8]) -> Option<String> {
    let beginning = String::from_utf8_lossy(&content[..content.len().min(MARK_WITHIN)]);
    if !beginning.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return None;
    }
    beginning.match_indices("\"format\"").find_map(|(at, key)| {
        let behind = beginning[at + key.len()..].trim_start().strip_prefix(':')?.trim_start();
        let number = behind.strip_prefix("\"autoreport/")?;
        Some(number.chars().take_while(|c| *c != '"').take(20).collect())
    })
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
    fn our_own_export_shows_by_its_mark_whatever_its_name_and_even_if_it_is_cut_off() {
        for content in [
            "{\n  \"format\": \"autoreport/1\",\n  \"proj",
            "\u{feff} {\"columns\":[{\"name\":\"format\"}],\"format\" :\"autoreport/12\"}",
        ] {
            assert_eq!(ImportKind::of_file("export.csv", content.as_bytes()), ImportKind::AutoReport, "{content}");
        }
        assert_eq!(format_of(b"{\"format\":\"autoreport/12\"}").as_deref(), Some("12"));
        let told_of = r#"{"name": "\"format\": \"autoreport/1\"", "lists": []}"#;
        assert_eq!(ImportKind::of_file("board.json", told_of.as_bytes()), ImportKind::Trello);
        assert_eq!(format_of(b"\"format\": \"autoreport/1\""), None, "a table may say it, too");
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
