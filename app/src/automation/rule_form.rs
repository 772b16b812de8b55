//! The form of a rule: when, and what then. One action of each kind, so that it works without WebAssembly.

use std::fmt::Display;

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::SaveRule,
    view::{Choices, StoredRule},
};
use crate::{
    domain::{
        automation::{Action, Trigger, Whom},
        ids::ProjectId,
        task::{Category, Priority},
    },
    ui::{Choice, ErrorSummary, SelectField, TextAreaField, TextField, base_version, plain_error},
};

/// The fields of a rule; without a rule, of a new one.
#[component]
pub fn RuleForm(project: ProjectId, rule: Option<StoredRule>, choices: Choices) -> impl IntoView {
    let error = plain_error::<SaveRule>();
    let typed = move |name: &str, stored: String| {
        error.with_untracked(|error| error.as_ref().and_then(|error| error.typed(name))).unwrap_or(stored)
    };
    let id = rule.as_ref().map(|rule| rule.item.id.to_string()).unwrap_or_default();
    let version = rule.as_ref().map_or(0, |rule| rule.version);
    let name = rule.as_ref().map(|rule| rule.item.name.clone()).unwrap_or_default();
    let stored = Stored::of(rule.as_ref());
    let when = typed("when", stored.when.to_owned());
    let columns = || options(&choices.columns);
    let labels = || options(&choices.labels);
    let people = || options(&choices.people);
    let with_none = |mut choices: Vec<Choice>, none: &str| {
        choices.insert(0, Choice::new("", none));
        choices
    };
    let with_both = |mut choices: Vec<Choice>, none: &str, first: (&str, &str)| {
        choices.insert(0, Choice::new(first.0, first.1));
        choices.insert(0, Choice::new("", none));
        choices
    };
    let priorities: Vec<Choice> =
        Priority::ALL.iter().rev().map(|priority| Choice::new(priority.as_str(), priority.label())).collect();
    let categories: Vec<Choice> =
        Category::ALL.iter().map(|category| Choice::new(category.as_str(), category.label())).collect();
    let has_labels = !choices.labels.is_empty();
    view! {
        <section class="panel is-padded" aria-labelledby="form-head">
            <div class="panel__head"><h2 id="form-head">"Rule"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveRule::url()>
                <input type="hidden" name="project" value=project.to_string() />
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="version" value=base_version(error, version) />
                <TextField label="Name" name="name" value=name hint="Stands in the history of the tasks." error=error required=true autocomplete="off" />
                <fieldset class="fieldset is-when" id="when">
                    <legend>"When a task"</legend>
                    <div class="choices">
                        {radio("enters", "enters a list", &when)}
                        <div class="when__enters"><SelectField label="List" name="when_column" choices=columns() value=stored.when_column error=error /></div>
                        {radio("overdue", "is overdue", &when)}
                        <p class="field__hint when__overdue">"Its due date passes and it is not finished. Tasks that are overdue already when the rule is switched on are left alone."</p>
                        {has_labels.then(|| view! {
                            {radio("labelled", "is made with a label, or gets it", &when)}
                            <div class="when__labelled"><SelectField label="Label" name="when_label" choices=labels() value=stored.when_label error=error /></div>
                        })}
                    </div>
                </fieldset>
                <fieldset class="fieldset" id="actions">
                    <legend>"Then"</legend>
                    <div class="form__row">
                        <SelectField label="Set the priority" name="priority" choices=with_none(priorities, "Leave it") value=stored.priority error=error />
                        <SelectField label="Set the category" name="category" choices=with_none(categories, "Leave it") value=stored.category error=error />
                        <TextField label="Make it due in days" name="due_in" kind="number" value=stored.due_in hint="0 is the same day" error=error autocomplete="off" />
                    </div>
                    <div class="form__row">
                        <SelectField label="Take off" name="unassign" choices=with_both(people(), "Nobody", ("everybody", "Everybody")) value=stored.unassign error=error />
                        <SelectField label="Assign" name="assign" choices=with_none(people(), "Nobody") value=stored.assign error=error />
                    </div>
                    {has_labels.then(|| view! {
                        <div class="form__row">
                            <SelectField label="Remove the label" name="remove_label" choices=with_none(labels(), "None") value=stored.remove_label error=error />
                            <SelectField label="Add the label" name="add_label" choices=with_none(labels(), "None") value=stored.add_label error=error />
                        </div>
                    })}
                    <SelectField label="Move to" name="move_to" choices=with_none(columns(), "Leave it where it is") value=stored.move_to error=error />
                    <TextAreaField label="Comment" name="comment" value=stored.comment hint="Markdown. Empty: no comment." error=error rows=2 />
                    <SelectField label="Notify" name="notify" choices=with_both(people(), "Nobody", ("assignees", "Those who have the task")) value=stored.notify error=error />
                </fieldset>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Save the rule"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn radio(value: &'static str, words: &'static str, chosen: &str) -> impl IntoView + use<> {
    view! {
        <label class="choice"><input type="radio" name="when" value=value checked=chosen == value /><span>{words}</span></label>
    }
}

fn options<T: Display>(known: &[(T, String)]) -> Vec<Choice> {
    known.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect()
}

/// What is stored, field by field, as the form writes it.
#[derive(Default)]
struct Stored {
    when: &'static str,
    when_column: String,
    when_label: String,
    priority: String,
    category: String,
    due_in: String,
    assign: String,
    unassign: String,
    add_label: String,
    remove_label: String,
    move_to: String,
    comment: String,
    notify: String,
}

impl Stored {
    fn of(rule: Option<&StoredRule>) -> Self {
        let mut stored = Self { when: "enters", ..Self::default() };
        let Some(rule) = rule else { return stored };
        match rule.trigger {
            Trigger::Enters { column } => stored.when_column = column.to_string(),
            Trigger::Overdue => stored.when = "overdue",
            Trigger::Labelled { label } => {
                stored.when = "labelled";
                stored.when_label = label.to_string();
            }
        }
        for action in &rule.actions {
            match action {
                Action::SetPriority { priority } => stored.priority = priority.to_string(),
                Action::SetCategory { category } => stored.category = category.to_string(),
                Action::DueIn { days } => stored.due_in = days.to_string(),
                Action::Assign { person } => stored.assign = person.to_string(),
                Action::Unassign { person } => stored.unassign = person.to_string(),
                Action::UnassignAll => stored.unassign = "everybody".into(),
                Action::AddLabel { label } => stored.add_label = label.to_string(),
                Action::RemoveLabel { label } => stored.remove_label = label.to_string(),
                Action::MoveTo { column } => stored.move_to = column.to_string(),
                Action::Comment { text } => stored.comment = text.clone(),
                Action::Notify { whom: Whom::Assignees } => stored.notify = "assignees".into(),
                Action::Notify { whom: Whom::Person(person) } => stored.notify = person.to_string(),
            }
        }
        stored
    }
}
