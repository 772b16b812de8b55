//! Rules in words: when they act and what they do.

use crate::{
    automation::view::Choices,
    domain::automation::{Action, Trigger, Whom},
};

/// "When a task enters Review".
pub fn when(trigger: Trigger, known: &Choices) -> String {
    match trigger {
        Trigger::Enters { column } => {
            format!("When a task enters {}", name(&known.columns, column, "a list that is gone"))
        }
        Trigger::Overdue => "When a task is overdue".into(),
        Trigger::Labelled { label } => {
            format!("When a task has or gets the label {}", name(&known.labels, label, "that is gone"))
        }
    }
}

/// "set the priority to High".
pub fn then(action: &Action, known: &Choices) -> String {
    let person = |id| name(&known.people, id, "somebody who is gone");
    let label = |id| name(&known.labels, id, "that is gone");
    match action {
        Action::SetPriority { priority } => format!("set the priority to {}", priority.label()),
        Action::SetCategory { category } => format!("set the category to {}", category.label()),
        Action::DueIn { days: 0 } => "make it due the same day".into(),
        Action::DueIn { days: 1 } => "make it due the next day".into(),
        Action::DueIn { days } => format!("make it due in {days} days"),
        Action::Assign { person: id } => format!("assign {}", person(*id)),
        Action::Unassign { person: id } => format!("take {} off", person(*id)),
        Action::UnassignAll => "take everybody off".into(),
        Action::AddLabel { label: id } => format!("add the label {}", label(*id)),
        Action::RemoveLabel { label: id } => format!("remove the label {}", label(*id)),
        Action::MoveTo { column } => format!("move it to {}", name(&known.columns, *column, "a list that is gone")),
        Action::Comment { .. } => "comment".into(),
        Action::Notify { whom: Whom::Assignees } => "notify those who have it".into(),
        Action::Notify { whom: Whom::Person(id) } => format!("notify {}", person(*id)),
    }
}

fn name<T: PartialEq>(known: &[(T, String)], id: T, gone: &str) -> String {
    known.iter().find(|(known, _)| *known == id).map_or_else(|| gone.to_owned(), |(_, name)| name.clone())
}
