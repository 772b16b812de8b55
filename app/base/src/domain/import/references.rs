//! Texts that name tasks of the imported project, where these are called otherwise here.

use std::collections::HashMap;

use super::plan::ImportPlan;
use crate::domain::{
    project::DESCRIPTION_MAX as PROJECT_MAX,
    task::{COMMENT_MAX, DESCRIPTION_MAX, ITEM_MAX},
    work_note::NOTE_MAX,
};

/// How the tasks of a file were called, and how they are called here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References {
    /// The key in the file.
    pub from: String,
    /// The key here.
    pub to: String,
    /// The numbers here by those in the file, of tasks that came along or are there already.
    pub numbers: HashMap<i32, i32>,
}

impl References {
    /// Lets descriptions, checklists, comments and work notes name tasks as they are called here. Titles and the
    /// history stay as they were.
    pub fn rename_in(&self, plan: &mut ImportPlan) {
        if let Some(project) = &mut plan.project {
            self.rename(&mut project.description, PROJECT_MAX);
        }
        for card in &mut plan.cards {
            self.rename(&mut card.description, DESCRIPTION_MAX);
            for item in card.checklists.iter_mut().flat_map(|list| &mut list.items) {
                self.rename(&mut item.text, ITEM_MAX);
            }
            for comment in &mut card.comments {
                self.rename(&mut comment.text, COMMENT_MAX);
                for (_, text) in &mut comment.before {
                    self.rename(text, COMMENT_MAX);
                }
            }
            for note in card.rest.iter_mut().flat_map(|rest| &mut rest.notes) {
                self.rename(&mut note.text, NOTE_MAX);
            }
        }
    }

    /// A text that would become too long by it stays as it is: nothing of it may be lost.
    fn rename(&self, text: &mut String, max: u32) {
        if let Some(renamed) = self.renamed(text).filter(|renamed| renamed.chars().count() <= max as usize) {
            *text = renamed;
        }
    }

    /// The text with other names, if it has any to change.
    fn renamed(&self, text: &str) -> Option<String> {
        let mark = format!("{}-", self.from);
        let mut renamed = String::new();
        let mut copied = 0;
        for (at, _) in text.match_indices(&mark) {
            let (before, behind) = (&text[..at], &text[at + mark.len()..]);
            let digits = &behind[..behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len())];
            let here = number(digits).and_then(|number| self.numbers.get(&number));
            let is_named = begins_word(before) && ends_word(&behind[digits.len()..]) && !is_in_address(before);
            if let Some(here) = here.filter(|_| is_named) {
                renamed.extend([&text[copied..at], self.to.as_str(), "-", here.to_string().as_str()]);
                copied = at + mark.len() + digits.len();
            }
        }
        renamed.push_str(&text[copied..]);
        (renamed != text).then_some(renamed)
    }
}

/// A number as references write it.
fn number(digits: &str) -> Option<i32> {
    if digits.starts_with('0') { None } else { digits.parse().ok() }
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn begins_word(before: &str) -> bool {
    !before.chars().next_back().is_some_and(|c| is_part_of_word(c) || c == '-')
}

/// A hyphen or a point ends the word unless it goes on behind it: `T-1-2` and `T-1.5` name no task.
fn ends_word(behind: &str) -> bool {
    let mut next = behind.chars();
    match next.next() {
        Some('-' | '.') => !next.next().is_some_and(is_part_of_word),
        next => !next.is_some_and(is_part_of_word),
    }
}

/// A whole address leads to where the file comes from, whatever the tasks are called here.
fn is_in_address(before: &str) -> bool {
    before.rsplit(char::is_whitespace).next().is_some_and(|word| word.contains("://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(from: &str, to: &str, numbers: &[(i32, i32)]) -> References {
        References { from: from.into(), to: to.into(), numbers: numbers.iter().copied().collect() }
    }

    fn renamed(text: &str) -> String {
        references("T", "T2", &[(1, 1), (2, 2), (12, 12)]).renamed(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn a_task_of_the_file_is_named_by_its_new_key_wherever_it_stands_in_a_text() {
        assert_eq!(renamed("T-12"), "T2-12");
        assert_eq!(renamed("See T-1, (T-2) and “T-12”."), "See T2-1, (T2-2) and “T2-12”.");
        assert_eq!(renamed("š T-1\nT-2: [the other](/tasks/T-12)"), "š T2-1\nT2-2: [the other](/tasks/T2-12)");
        assert_eq!(renamed("T-1- and T-2-"), "T2-1- and T2-2-");
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        for text in [
            "T-99",
            "T-1234567890123",
            "XT-1",
            "ŠT-1",
            "A-T-1",
            "_T-1",
            "T-1a",
            "T-1_",
            "T-12-3",
            "T-1.5",
            "T-01",
            "T-",
            "T 1",
            "t-1",
            "T2-1",
            "https://example.org/tasks/T-1",
            "<https://example.org/board/T?task=T-12>",
            "",
        ] {
            assert_eq!(renamed(text), text);
        }
    }

    #[test]
    fn numbers_that_are_given_anew_change_places_at_once() {
        let swapped = references("T", "T", &[(1, 2), (2, 1), (3, 3)]);
        assert_eq!(swapped.renamed("T-1 before T-2").as_deref(), Some("T-2 before T-1"));
        assert_eq!(swapped.renamed("T-3"), None, "it is called as it was");
    }

    #[test]
    fn a_text_that_would_be_too_long_stays_whole() {
        let (mut fits, mut full) = ("T-1".to_owned(), "T-12".to_owned());
        let longer = references("T", "T2", &[(1, 1), (12, 12)]);
        longer.rename(&mut fits, 4);
        longer.rename(&mut full, 4);
        assert_eq!((fits.as_str(), full.as_str()), ("T2-1", "T-12"));
    }
}
