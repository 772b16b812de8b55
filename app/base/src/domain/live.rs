//! What open pages are told about a project, as the stream of its changes stores it: which thing
//! has changed, not what it has become. Pages get it as it is when they are told.

use serde::{Deserialize, Serialize};

use super::{
    ids::{ColumnId, TaskId, UserId},
    task::EventKind,
};

/// What stands in place of a project's key where My work is followed, which is of many projects. No key is written so.
pub const MY_WORK: &str = "my-work";

/// Somebody who looks at a project now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    /// The tasks they have open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<TaskId>,
    /// Those of them whose description they are writing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub describing: Vec<TaskId>,
}

/// What somebody does with a task that they have open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    #[default]
    Reading,
    /// Writing its description.
    Describing,
}

/// What stands beside a description that others are writing; nothing where nobody is.
pub fn describing_words(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("{one} is editing the description")),
        [one, other] => Some(format!("{one} and {other} are editing the description")),
        [one, others @ ..] => Some(format!("{one} and {} others are editing the description", others.len())),
    }
}

/// One change of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Change {
    /// A task: made, moved, edited, put away, brought back.
    Task {
        task: TaskId,
        what: EventKind,
        /// The column it left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<ColumnId>,
        /// The column it came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<ColumnId>,
    },
    /// Columns were added, renamed, put in another order, limited or deleted.
    Columns,
    /// Labels were renamed, coloured, merged or deleted.
    Labels,
    /// The project's own: its name, its key, whether it is archived.
    Project,
    /// Who may see or change it.
    Members,
    /// So much at once that the board is better read again: an import, new ranks of a whole list.
    Board,
}

impl Change {
    /// Whether it may have taken somebody's right to be told more.
    pub const fn is_about_rights(&self) -> bool {
        matches!(self, Self::Members | Self::Project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_writes_a_description_is_named_and_a_crowd_is_counted() {
        let names = ["Dana Admin", "Mina Kovač", "Jonas Ortiz"].map(str::to_owned);
        assert_eq!(describing_words(&[]), None);
        assert_eq!(describing_words(&names[..1]).unwrap(), "Dana Admin is editing the description");
        assert_eq!(describing_words(&names[..2]).unwrap(), "Dana Admin and Mina Kovač are editing the description");
        assert_eq!(describing_words(&names).unwrap(), "Dana Admin and 2 others are editing the description");
    }

    #[test]
    fn a_person_as_an_older_instance_tells_of_them_is_understood() {
        let id = uuid::Uuid::from_u128(1);
        let json = format!(r#"{{"id":"{id}","name":"Mina","open":["{id}"]}}"#);
        let mina = serde_json::from_str::<Person>(&json).unwrap();
        assert_eq!((mina.open.len(), mina.describing.len()), (1, 0));
        assert_eq!(serde_json::to_string(&mina).unwrap(), json, "what is empty is not sent");
    }

    #[test]
    fn a_stored_change_reads_back() {
        let task = TaskId(uuid::Uuid::from_u128(1));
        let moved = Change::Task { task, what: EventKind::Moved, from: None, to: Some(ColumnId(task.0)) };
        for change in [moved, Change::Columns, Change::Members] {
            let json = serde_json::to_string(&change).unwrap();
            assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change, "{json}");
        }
        assert_eq!(serde_json::to_string(&Change::Columns).unwrap(), r#"{"about":"columns"}"#);
    }
}
