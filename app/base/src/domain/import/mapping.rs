//! What a person decides between upload and import: which CSV column means what, which list becomes which status.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::plain;
use crate::domain::task::Status;

/// What the cells under a CSV header mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CsvField {
    Title,
    Description,
    Status,
    Priority,
    Category,
    Due,
    Labels,
    People,
    Created,
    Started,
    Completed,
    Archived,
    Id,
}

impl CsvField {
    pub const ALL: [Self; 13] = [
        Self::Title,
        Self::Description,
        Self::Status,
        Self::Priority,
        Self::Category,
        Self::Due,
        Self::Labels,
        Self::People,
        Self::Created,
        Self::Started,
        Self::Completed,
        Self::Archived,
        Self::Id,
    ];

    /// Name in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Category => "category",
            Self::Due => "due",
            Self::Labels => "labels",
            Self::People => "people",
            Self::Created => "created",
            Self::Started => "started",
            Self::Completed => "completed",
            Self::Archived => "archived",
            Self::Id => "id",
        }
    }

    /// Name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Description => "Description",
            Self::Status => "Column (status)",
            Self::Priority => "Priority",
            Self::Category => "Category",
            Self::Due => "Due date",
            Self::Labels => "Labels",
            Self::People => "Assignees",
            Self::Created => "Created on",
            Self::Started => "Started on",
            Self::Completed => "Completed on",
            Self::Archived => "Archived (yes or no)",
            Self::Id => "Number or id at the source",
        }
    }

    /// The field with this name in forms.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// The field that a header suggests.
    fn guess(header: &str) -> Option<Self> {
        match plain(header).as_str() {
            "title" | "name" | "card name" | "task" | "task name" | "summary" | "subject" | "issue" | "item"
            | "titel" | "aufgabe" | "naslov" | "naloga" => Some(Self::Title),
            "description" | "desc" | "details" | "notes" | "body" | "card description" | "beschreibung" | "opis" => {
                Some(Self::Description)
            }
            "status" | "list" | "list name" | "column" | "column name" | "state" | "stage" | "section"
            | "section column" | "section name" | "spalte" | "stanje" | "stolpec" => Some(Self::Status),
            "priority" | "prio" | "importance" | "severity" | "priorität" | "prioriteta" => Some(Self::Priority),
            "category" | "kategorie" | "kategorija" => Some(Self::Category),
            "due" | "due date" | "deadline" | "due on" | "due at" | "due by" | "fällig" | "fällig am" | "rok" => {
                Some(Self::Due)
            }
            "labels" | "label" | "tags" | "tag" | "components" | "etiketten" | "oznake" => Some(Self::Labels),
            "assignee" | "assignees" | "assigned to" | "assigned" | "owner" | "members" | "member" | "people"
            | "person" | "responsible" | "zugewiesen" | "dodeljeno" => Some(Self::People),
            "created" | "created at" | "created on" | "created date" | "date created" | "creation date"
            | "erstellt" | "ustvarjeno" => Some(Self::Created),
            "started" | "started at" | "started on" | "start" | "start date" => Some(Self::Started),
            "completed" | "completed at" | "completed on" | "completion date" | "done" | "done on" | "finished"
            | "finished at" | "closed at" | "closed on" | "resolved" | "resolution date" | "erledigt" | "končano" => {
                Some(Self::Completed)
            }
            "archived" | "closed" | "is archived" => Some(Self::Archived),
            "id" | "key" | "number" | "no" | "card id" | "task id" | "issue key" | "issue id" => Some(Self::Id),
            _ => None,
        }
    }
}

/// How `03/04/2026` is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3 April.
    #[default]
    DayFirst,
    /// March 4.
    MonthFirst,
}

impl DateOrder {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::DayFirst, Self::MonthFirst].into_iter().find(|order| order.as_str() == name)
    }
}

/// What to do with CSV lines that have faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultyLines {
    /// Import nothing until the file is right.
    #[default]
    Refuse,
    /// Import the others.
    LeaveOut,
}

/// What each column of a CSV file means, in the order of its headers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CsvMapping {
    pub fields: Vec<Option<CsvField>>,
    pub date_order: DateOrder,
    pub faulty_lines: FaultyLines,
}

impl CsvMapping {
    /// The mapping that the headers suggest; each field at most once, the first header wins.
    pub fn guess(headers: &[String]) -> Self {
        let mut fields: Vec<Option<CsvField>> = Vec::with_capacity(headers.len());
        for header in headers {
            let guess = CsvField::guess(header).filter(|field| !fields.contains(&Some(*field)));
            fields.push(guess);
        }
        // A file whose first column is not known by name still most likely begins with the title.
        if !fields.contains(&Some(CsvField::Title))
            && let Some(first) = fields.iter_mut().find(|field| field.is_none())
        {
            *first = Some(CsvField::Title);
        }
        Self { fields, ..Self::default() }
    }

    /// The column that holds a field.
    pub fn column_of(&self, field: CsvField) -> Option<usize> {
        self.fields.iter().position(|mapped| *mapped == Some(field))
    }
}

/// How the lists of the source stand on the new board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One column for each list.
    #[default]
    KeepLists,
    /// The four columns, one for each status.
    FourColumns,
}

/// What becomes of a list: cards of this status, or not brought along. Keys are `source_id`s.
pub type ListMapping = BTreeMap<String, ListTarget>;

/// Where the cards of a list go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListTarget {
    Status(Status),
    LeaveOut,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(headers: &[&str]) -> Vec<Option<CsvField>> {
        CsvMapping::guess(&headers.iter().map(|header| (*header).to_owned()).collect::<Vec<_>>()).fields
    }

    #[test]
    fn headers_of_common_exports_are_recognised() {
        use CsvField::{Created, Due, Id, Labels, People, Priority, Status, Title};
        assert_eq!(
            guess(&["Issue key", "Summary", "Status", "Priority", "Assignee", "Due Date", "Labels", "Created"]),
            [Id, Title, Status, Priority, People, Due, Labels, Created].map(Some)
        );
    }

    #[test]
    fn a_field_is_taken_once_and_an_unknown_first_column_is_the_title() {
        assert_eq!(guess(&["Name", "Title"]), [Some(CsvField::Title), None]);
        assert_eq!(guess(&["Vorhaben", "Status"]), [Some(CsvField::Title), Some(CsvField::Status)]);
    }

    #[test]
    fn form_names_lead_back_to_their_field() {
        for field in CsvField::ALL {
            assert_eq!(CsvField::parse(field.as_str()), Some(field));
        }
    }
}
