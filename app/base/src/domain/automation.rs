//! Automatic rules of a project: what sets one off, what it does, and how far rules may set each other off.

use serde::{Deserialize, Serialize};

use super::{
    ids::{ColumnId, LabelId, UserId},
    task::{Category, EventKind, Priority},
};

/// What sets a rule off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum Trigger {
    /// A task is made in a list or moved into it from another.
    Enters { column: ColumnId },
    /// A task's due date passes and it is not finished.
    Overdue,
    /// A task is made with a label, or gets it.
    Labelled { label: LabelId },
}

/// Something that a rule does with the task that set it off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    SetPriority {
        priority: Priority,
    },
    SetCategory {
        category: Category,
    },
    /// Due so many days after the day it acts; 0 is the same day.
    DueIn {
        days: u32,
    },
    Assign {
        person: UserId,
    },
    Unassign {
        person: UserId,
    },
    UnassignAll,
    AddLabel {
        label: LabelId,
    },
    RemoveLabel {
        label: LabelId,
    },
    MoveTo {
        column: ColumnId,
    },
    /// Markdown.
    Comment {
        text: String,
    },
    Notify {
        whom: Whom,
    },
}

/// Whom a rule tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Everybody who has the task.
    Assignees,
    Person(UserId),
}

/// Longest due in days: ten years.
pub const DUE_IN_MAX: u32 = 3_650;
/// Longest chain of rules that set each other off.
pub const GENERATIONS: u32 = 3;
/// Most rules of a project.
pub const RULES_MAX: u64 = 50;

/// Something that happened to a task, as far as rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening<'a> {
    pub kind: EventKind,
    pub from: Option<ColumnId>,
    pub to: Option<ColumnId>,
    /// The label's name, where one was added.
    pub label: Option<&'a str>,
}

/// What is known of a project's labels and of those that a task has.
#[derive(Clone, Copy, Debug)]
pub struct LabelFacts<'a> {
    /// The labels that the task has now.
    pub of_task: &'a [LabelId],
    /// Id and name of the project's labels.
    pub all: &'a [(LabelId, String)],
}

impl Trigger {
    /// Whether something that happened sets it off. What passes with time ([`Trigger::Overdue`]) does not happen
    /// to a task and is looked for apart.
    pub fn is_met(self, happening: Happening<'_>, labels: LabelFacts<'_>) -> bool {
        match self {
            Self::Enters { column } => {
                matches!(happening.kind, EventKind::Created | EventKind::Moved | EventKind::Transferred)
                    && happening.to == Some(column)
                    && happening.from != Some(column)
            }
            Self::Overdue => false,
            Self::Labelled { label } => match happening.kind {
                EventKind::Created => labels.of_task.contains(&label),
                EventKind::Labelled => {
                    labels.all.iter().any(|(id, name)| *id == label && Some(name.as_str()) == happening.label)
                }
                _ => false,
            },
        }
    }
}

impl Action {
    /// The list, label or person that it cannot do without.
    pub fn needs(&self) -> Need {
        match self {
            Self::MoveTo { column } => Need::Column(*column),
            Self::AddLabel { label } | Self::RemoveLabel { label } => Need::Label(*label),
            Self::Assign { person } | Self::Notify { whom: Whom::Person(person) } => Need::Person(*person),
            Self::SetPriority { .. }
            | Self::SetCategory { .. }
            | Self::DueIn { .. }
            | Self::Unassign { .. }
            | Self::UnassignAll
            | Self::Comment { .. }
            | Self::Notify { whom: Whom::Assignees } => Need::Nothing,
        }
    }
}

/// What must be there for a rule to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Nothing,
    Column(ColumnId),
    Label(LabelId),
    Person(UserId),
}

impl Trigger {
    /// The list or label that it watches.
    pub const fn needs(self) -> Need {
        match self {
            Self::Enters { column } => Need::Column(column),
            Self::Labelled { label } => Need::Label(label),
            Self::Overdue => Need::Nothing,
        }
    }
}

/// Why a rule cannot act any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    Column,
    Label,
    Person,
}

impl Lack {
    /// The sentence on the rule's page.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Column => "A list that it uses is gone. Choose another and switch it on again.",
            Self::Label => "A label that it uses is gone. Choose another and switch it on again.",
            Self::Person => {
                "A person whom it uses is not in the project any more. Choose another and switch it on again."
            }
        }
    }
}

/// What a project has, for [`lack`].
#[derive(Clone, Debug, Default)]
pub struct Stock {
    pub columns: Vec<ColumnId>,
    pub labels: Vec<LabelId>,
    pub people: Vec<UserId>,
}

/// The first thing that a rule needs and the project lacks.
pub fn lack(trigger: Trigger, actions: &[Action], stock: &Stock) -> Option<Lack> {
    let needs = std::iter::once(trigger.needs()).chain(actions.iter().map(Action::needs));
    needs.into_iter().find_map(|need| match need {
        Need::Nothing => None,
        Need::Column(id) => (!stock.columns.contains(&id)).then_some(Lack::Column),
        Need::Label(id) => (!stock.labels.contains(&id)).then_some(Lack::Label),
        Need::Person(id) => (!stock.people.contains(&id)).then_some(Lack::Person),
    })
}

/// The generation of a rule that is set off by something of generation `before` (0: a person did it); none where
/// the chain has become too long.
pub const fn next_generation(before: u32) -> Option<u32> {
    if before < GENERATIONS { Some(before + 1) } else { None }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn column(n: u128) -> ColumnId {
        ColumnId(Uuid::from_u128(n))
    }

    fn label(n: u128) -> LabelId {
        LabelId(Uuid::from_u128(n))
    }

    fn moved(from: Option<u128>, to: u128) -> Happening<'static> {
        let kind = if from.is_some() { EventKind::Moved } else { EventKind::Created };
        Happening { kind, from: from.map(column), to: Some(column(to)), label: None }
    }

    const NO_LABELS: LabelFacts<'static> = LabelFacts { of_task: &[], all: &[] };

    #[test]
    fn a_task_enters_a_list_when_it_is_made_there_or_comes_from_another_but_not_within_it() {
        let trigger = Trigger::Enters { column: column(2) };
        assert!(trigger.is_met(moved(None, 2), NO_LABELS));
        assert!(trigger.is_met(moved(Some(1), 2), NO_LABELS));
        assert!(!trigger.is_met(moved(Some(2), 2), NO_LABELS), "only another place of the same list");
        assert!(!trigger.is_met(moved(Some(2), 1), NO_LABELS));
    }

    #[test]
    fn a_label_counts_from_the_beginning_or_when_it_is_added() {
        let all = [(label(1), "Urgent".to_owned()), (label(2), "Later".to_owned())];
        let trigger = Trigger::Labelled { label: label(1) };
        let has = LabelFacts { of_task: &[label(1)], all: &all };
        let has_not = LabelFacts { of_task: &[label(2)], all: &all };
        let created = moved(None, 1);
        assert!(trigger.is_met(created, has));
        assert!(!trigger.is_met(created, has_not));
        let added = |name| Happening { kind: EventKind::Labelled, from: None, to: None, label: Some(name) };
        assert!(trigger.is_met(added("Urgent"), has));
        assert!(!trigger.is_met(added("Later"), has), "another label, though it has this one too");
    }

    #[test]
    fn rules_set_each_other_off_three_times_at_most() {
        assert_eq!(next_generation(0), Some(1));
        assert_eq!(next_generation(2), Some(3));
        assert_eq!(next_generation(3), None);
    }

    #[test]
    fn a_rule_lacks_what_is_gone() {
        let stock = Stock { columns: vec![column(1)], labels: vec![label(1)], people: Vec::new() };
        let enters = Trigger::Enters { column: column(1) };
        assert_eq!(lack(enters, &[Action::UnassignAll], &stock), None);
        assert_eq!(lack(enters, &[Action::MoveTo { column: column(9) }], &stock), Some(Lack::Column));
        assert_eq!(lack(Trigger::Labelled { label: label(2) }, &[], &stock), Some(Lack::Label));
        let nobody = Action::Notify { whom: Whom::Person(UserId(Uuid::from_u128(1))) };
        assert_eq!(lack(enters, &[nobody], &stock), Some(Lack::Person));
    }

    #[test]
    fn what_is_stored_reads_back() {
        let actions = vec![
            Action::Comment { text: "<b>late</b>".into() },
            Action::Notify { whom: Whom::Assignees },
            Action::DueIn { days: 3 },
        ];
        let json = serde_json::to_string(&actions).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Action>>(&json).unwrap(), actions);
    }
}
