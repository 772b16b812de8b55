//! Who has saved a draft, and when.

use crate::{domain::moment::Moment, templates::view::TemplateDesk};

/// A save that the server knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSave {
    /// The version that it made.
    pub version: i64,
    /// None where the server did not say.
    pub at: Option<Moment>,
    /// As a sentence has it: "at 14:05".
    when: String,
    /// Empty where nobody is known.
    pub by: String,
    /// Whether the same person saved it, in another tab.
    is_own: bool,
}

impl LastSave {
    /// That of a template as it was read.
    pub fn of(desk: &TemplateDesk) -> Self {
        Self {
            version: desk.draft_version,
            at: Some(desk.saved.clone()),
            when: desk.saved_when.clone(),
            by: desk.saved_by.clone(),
            is_own: desk.is_own_save,
        }
    }

    /// One of which the server said no more than its version.
    pub fn unknown(version: i64) -> Self {
        Self { version, at: None, when: String::new(), by: String::new(), is_own: false }
    }

    /// What has happened to whoever works on another draft, and what can be done.
    pub fn words(&self) -> String {
        let by = if self.by.is_empty() { "Somebody" } else { &self.by };
        let when = if self.when.is_empty() { String::new() } else { format!(" {}", self.when) };
        if self.is_own {
            format!(
                "You saved another draft{when}, in another tab or elsewhere. Load it (undo brings this one back), or keep this one and write over it."
            )
        } else {
            format!(
                "{by} saved another draft{when}. Load theirs (undo brings yours back), or keep yours and write over theirs."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_names_who_has_saved_and_when() {
        let words = |by: &str, when: &str, is_own| {
            LastSave { when: when.into(), by: by.into(), is_own, ..LastSave::unknown(2) }.words()
        };
        assert!(
            words("Mina Kovač", "at 14:05", false).starts_with("Mina Kovač saved another draft at 14:05. Load theirs")
        );
        assert!(words("Mina Kovač", "at 14:05", true).starts_with("You saved another draft at 14:05, in another tab"));
        assert!(words("", "", false).starts_with("Somebody saved another draft. Load theirs"));
    }
}
