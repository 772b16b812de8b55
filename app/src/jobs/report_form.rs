//! The fields of a job's form that say what its report shows, as text: days, scope, an ordered list of sections, files,
//! template, and whether its owner is asked first. Fields that come any number of times are numbered.

mod press;
mod section;
mod spec;

pub use press::Changed;
pub use section::{SectionForm, kinds, label};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::report::spec::{AttachmentKind, SECTIONS_MAX};

/// Choices of projects, labels and people that a form has, each.
pub const CHOICES: usize = 100;

/// What stands in the fields, by name; empty where the form does not ask what a report shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReportForm(BTreeMap<String, String>);

const FIXED: [&str; 7] = ["period", "period_days", "period_first", "period_last", "template", "draft", "add_section"];
/// Fields that are named by a number from 0: values of boxes that are ticked.
pub const PROJECT: &str = "other_project";
pub const LABEL: &str = "only_label";
pub const PERSON: &str = "only_person";

impl ReportForm {
    /// Whether the form asks nothing about reports.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands in a field.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The values of boxes that are ticked.
    pub fn ticked(&self, name: &str) -> Vec<&str> {
        (0..CHOICES).map(|number| self.get(&format!("{name}_{number}"))).filter(|value| !value.is_empty()).collect()
    }

    /// Reads the fields through a function that knows their values.
    pub fn read(field: impl Fn(&str) -> Option<String>) -> Self {
        let mut form = Self::default();
        if field("period").is_none_or(|period| period.is_empty()) {
            return form;
        }
        let mut take = |name: String| -> bool {
            let value = field(&name).unwrap_or_default();
            let is_there = !value.is_empty();
            if is_there {
                form.0.insert(name, value);
            }
            is_there
        };
        for name in FIXED {
            take(name.to_owned());
        }
        for kind in AttachmentKind::ALL {
            take(format!("attach_{kind}"));
        }
        for name in [PROJECT, LABEL, PERSON] {
            for number in 0..CHOICES {
                take(format!("{name}_{number}"));
            }
        }
        for number in 1..=SECTIONS_MAX + 1 {
            if !take(format!("s{number}_kind")) {
                break;
            }
            for part in ["limit", "from", "text"] {
                take(format!("s{number}_{part}"));
            }
        }
        form
    }

    /// The values of all fields by name, the longest last: where room is short, the others are kept.
    pub fn typed(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.sort_by_key(|(_, value)| value.len());
        all
    }

    /// The sections in their order.
    pub fn sections(&self) -> Vec<SectionForm> {
        let section = |number: u32| {
            let get = |part: &str| self.get(&format!("s{number}_{part}")).to_owned();
            let kind = get("kind");
            (!kind.is_empty()).then(|| SectionForm { kind, limit: get("limit"), from: get("from"), text: get("text") })
        };
        (1..=SECTIONS_MAX + 1).map_while(section).collect()
    }

    /// With these sections in place of those that are there.
    #[must_use]
    pub fn with_sections(&self, sections: &[SectionForm]) -> Self {
        let is_of_section = |name: &str| name.starts_with('s') && name[1..].starts_with(|c: char| c.is_ascii_digit());
        let mut form = self.clone();
        form.0.retain(|name, _| !is_of_section(name));
        for (number, SectionForm { kind, limit, from, text }) in (1..).zip(sections) {
            for (part, value) in [("kind", kind), ("limit", limit), ("from", from), ("text", text)] {
                if !value.is_empty() {
                    form.0.insert(format!("s{number}_{part}"), value.clone());
                }
            }
        }
        form
    }
}

#[cfg(test)]
mod tests;
