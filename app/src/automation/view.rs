//! What the pages of rules know.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        automation::{Action, Trigger},
        ids::{ColumnId, LabelId, RuleId, UserId},
    },
    projects::api::ProjectHead,
    tasks::view::Stamp,
};

/// The rules of a project, in the order they act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub head: ProjectHead,
    pub rules: Vec<RuleItem>,
}

/// A rule in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleItem {
    pub id: RuleId,
    pub name: String,
    pub is_on: bool,
    /// Why the program switched it off.
    pub pause_note: Option<String>,
    /// "When a task enters Review".
    pub when: String,
    /// "set the priority to High".
    pub then: Vec<String>,
    /// When it last did something.
    pub last: Option<Stamp>,
}

/// A rule with its form and its log; without a rule, for a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDetail {
    pub head: ProjectHead,
    pub rule: Option<StoredRule>,
    pub choices: Choices,
    /// The newest line first.
    pub log: Vec<LogLine>,
}

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRule {
    pub item: RuleItem,
    pub version: i64,
    pub trigger: Trigger,
    pub actions: Vec<Action>,
}

/// What a rule's form offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    pub columns: Vec<(ColumnId, String)>,
    pub labels: Vec<(LabelId, String)>,
    pub people: Vec<(UserId, String)>,
}

/// Something that a rule did, or could not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub at: Stamp,
    pub is_error: bool,
    /// `T-214`, where the task is still there.
    pub reference: Option<String>,
    pub words: String,
}
