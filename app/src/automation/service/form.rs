//! The form of a rule, read: one trigger, and at most one action of each kind, in a fixed order.

use crate::{
    domain::{
        automation::{Action, DUE_IN_MAX, Trigger, Whom},
        task::COMMENT_MAX,
    },
    error::{AppResult, Checks, Problem},
};

/// A rule that has passed all checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInput {
    pub name: String,
    pub trigger: Trigger,
    pub actions: Vec<Action>,
}

/// Longest name, in characters.
const NAME_MAX: u32 = 100;

/// Reads a rule out of the fields of its form, by their names.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] with the fields that are wrong.
pub fn read_input(field: impl Fn(&str) -> String) -> AppResult<RuleInput> {
    let mut checks = Checks::default();
    let name = checks.line("name", &field("name"), NAME_MAX);
    let trigger = match field("when").as_str() {
        "enters" => choice(&mut checks, "when_column", &field("when_column")).map(|column| Trigger::Enters { column }),
        "overdue" => Some(Trigger::Overdue),
        "labelled" => choice(&mut checks, "when_label", &field("when_label")).map(|label| Trigger::Labelled { label }),
        _ => {
            checks.add("when", Problem::UnknownChoice);
            None
        }
    };
    let actions = read_actions(&mut checks, &field);
    if actions.is_empty() {
        checks.add("actions", Problem::Required);
    }
    checks.done()?;
    // Without a trigger there was a problem above.
    let trigger = trigger.ok_or(crate::error::AppError::Malformed)?;
    Ok(RuleInput { name, trigger, actions })
}

fn read_actions(checks: &mut Checks, field: &impl Fn(&str) -> String) -> Vec<Action> {
    let mut actions = Vec::new();
    let optional = |name: &str| Some(field(name)).filter(|word| !word.is_empty());
    if let Some(word) = optional("priority") {
        actions.extend(choice(checks, "priority", &word).map(|priority| Action::SetPriority { priority }));
    }
    if let Some(word) = optional("category") {
        actions.extend(choice(checks, "category", &word).map(|category| Action::SetCategory { category }));
    }
    if let Some(word) = optional("due_in") {
        match word.trim().parse::<u32>() {
            Ok(days) if days <= DUE_IN_MAX => actions.push(Action::DueIn { days }),
            Ok(_) => checks.add("due_in", Problem::OutOfRange { min: 0, max: DUE_IN_MAX.into() }),
            Err(_) => checks.add("due_in", Problem::NotANumber),
        }
    }
    // Taking off comes before giving, so that a task can be handed over.
    match field("unassign").as_str() {
        "" => {}
        "everybody" => actions.push(Action::UnassignAll),
        word => actions.extend(choice(checks, "unassign", word).map(|person| Action::Unassign { person })),
    }
    if let Some(word) = optional("assign") {
        actions.extend(choice(checks, "assign", &word).map(|person| Action::Assign { person }));
    }
    if let Some(word) = optional("remove_label") {
        actions.extend(choice(checks, "remove_label", &word).map(|label| Action::RemoveLabel { label }));
    }
    if let Some(word) = optional("add_label") {
        actions.extend(choice(checks, "add_label", &word).map(|label| Action::AddLabel { label }));
    }
    if let Some(word) = optional("move_to") {
        actions.extend(choice(checks, "move_to", &word).map(|column| Action::MoveTo { column }));
    }
    let text = checks.text("comment", &field("comment"), COMMENT_MAX);
    if !text.trim().is_empty() {
        actions.push(Action::Comment { text });
    }
    match field("notify").as_str() {
        "" => {}
        "assignees" => actions.push(Action::Notify { whom: Whom::Assignees }),
        word => {
            actions.extend(choice(checks, "notify", word).map(|person| Action::Notify { whom: Whom::Person(person) }))
        }
    }
    actions
}

fn choice<T: std::str::FromStr>(checks: &mut Checks, field: &str, word: &str) -> Option<T> {
    let read = word.parse().ok();
    if read.is_none() {
        checks.add(field, Problem::UnknownChoice);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::task::Priority, error::AppError};

    fn form(pairs: &'static [(&'static str, &'static str)]) -> AppResult<RuleInput> {
        read_input(|name| {
            pairs.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned()).unwrap_or_default()
        })
    }

    #[test]
    fn a_form_becomes_a_trigger_and_its_actions_in_order() {
        let read = form(&[
            ("name", "Escalate"),
            ("when", "overdue"),
            ("notify", "assignees"),
            ("priority", "urgent"),
            ("due_in", "2"),
        ])
        .unwrap();
        assert_eq!(read.trigger, Trigger::Overdue);
        assert_eq!(
            read.actions,
            [
                Action::SetPriority { priority: Priority::Urgent },
                Action::DueIn { days: 2 },
                Action::Notify { whom: Whom::Assignees }
            ]
        );
    }

    #[test]
    fn every_wrong_field_is_named() {
        let error = form(&[
            ("when", "enters"),
            ("when_column", "nowhere"),
            ("due_in", "99999"),
            ("assign", "nobody"),
            ("comment", "a\u{0}b"),
        ])
        .unwrap_err();
        for field in ["name", "when_column", "due_in", "assign", "comment"] {
            assert!(error.problems_of(field).next().is_some(), "{field} in {error:?}");
        }
    }

    #[test]
    fn a_rule_that_does_nothing_is_none() {
        let error = form(&[("name", "Nothing"), ("when", "overdue"), ("comment", "  \n ")]).unwrap_err();
        assert_eq!(error, AppError::field("actions", Problem::Required));
    }
}
