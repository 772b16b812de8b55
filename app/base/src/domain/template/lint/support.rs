//! Which mail programs leave a piece of CSS out, in words.

mod table;

use table::{FEATURES, PROGRAMS};

use crate::domain::listed::listed;

/// What mail programs make of one feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Support {
    /// Do not know it.
    without: Vec<&'static str>,
    /// Know it in part.
    in_part: Vec<&'static str>,
}

impl Support {
    /// What is known of a feature, by the name that the table has; none where nobody has looked.
    pub fn of(feature: &str) -> Option<Self> {
        let at = FEATURES.binary_search_by_key(&feature, |(name, _)| *name).ok()?;
        let letters = FEATURES[at].1;
        let with = |wanted: char| {
            let programs = PROGRAMS.iter().zip(letters.chars());
            together(programs.filter(|(_, letter)| *letter == wanted).map(|(name, _)| *name).collect())
        };
        Some(Self { without: with('n'), in_part: with('a') })
    }

    /// The name in the table of a property or a rule that it has by its own name.
    pub fn name_of(property: &str) -> Option<&'static str> {
        let at = FEATURES.binary_search_by_key(&property, |(name, _)| *name).ok()?;
        Some(FEATURES[at].0)
    }

    /// "Outlook for Windows does not know float"; none where all know it.
    pub fn sentence(&self, what: &str) -> Option<String> {
        let does_not = match self.without.len() {
            0 => None,
            1 => Some(format!("{} does not know {what}", listed(&self.without, "and"))),
            _ => Some(format!("{} do not know {what}", listed(&self.without, "and"))),
        };
        let in_part = listed(&self.in_part, "and");
        match (does_not, self.in_part.len()) {
            (None, 0) => None,
            (None, 1) => Some(format!("{in_part} knows {what} only in part")),
            (None, _) => Some(format!("{in_part} know {what} only in part")),
            (Some(words), 0) => Some(words),
            (Some(words), _) => Some(format!("{words}, and {in_part} only in part")),
        }
    }

    /// "border-radius (Outlook for Windows)", for a list of what is left out; those that know it in part where that is
    /// asked for. None where nobody is left.
    pub fn note(&self, what: &str, with_in_part: bool) -> Option<String> {
        let without = (!self.without.is_empty()).then(|| listed(&self.without, "and"));
        let in_part =
            (with_in_part && !self.in_part.is_empty()).then(|| format!("in part {}", listed(&self.in_part, "and")));
        let whom: Vec<String> = without.into_iter().chain(in_part).collect();
        (!whom.is_empty()).then(|| format!("{what} ({})", whom.join("; ")))
    }
}

/// The two Outlooks that most people have are one where they do the same.
fn together(programs: Vec<&'static str>) -> Vec<&'static str> {
    const TWO: [&str; 2] = ["Outlook for Windows", "Outlook.com"];
    if !TWO.iter().all(|name| programs.contains(name)) {
        return programs;
    }
    let named = programs.into_iter().filter(|name| *name != TWO[1]);
    named.map(|name| if name == TWO[0] { "Outlook" } else { name }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(feature: &str) -> Option<String> {
        Support::of(feature).unwrap().sentence("it")
    }

    #[test]
    fn the_table_is_in_order_and_has_a_letter_for_each_program() {
        assert!(FEATURES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, letters) in &FEATURES {
            assert_eq!(letters.len(), PROGRAMS.len(), "{name}");
            assert!(letters.bytes().all(|letter| b"yanu".contains(&letter)), "{name}");
        }
    }

    #[test]
    fn a_sentence_names_those_that_do_not_know_and_those_that_do_so_in_part() {
        assert_eq!(sentence("float").unwrap(), "Outlook for Windows does not know it");
        assert_eq!(
            sentence("CSS Variables (Custom Properties)").unwrap(),
            "Gmail, Outlook and Yahoo! Mail do not know it"
        );
        assert_eq!(
            sentence("background-image").unwrap(),
            "Outlook for Windows does not know it, and Yahoo! Mail only in part"
        );
        assert_eq!(sentence("display:none").unwrap(), "Outlook for Windows knows it only in part");
        assert_eq!(sentence("max-width").unwrap(), "Outlook for Windows and Yahoo! Mail know it only in part");
        assert_eq!(sentence("background-color"), None, "all know it");
        assert_eq!(Support::of("transition"), None, "nobody has looked");
    }

    #[test]
    fn a_note_has_the_programs_behind_the_feature() {
        let note = |feature: &str, with_in_part| Support::of(feature).unwrap().note(feature, with_in_part);
        assert_eq!(note("border-radius", false).unwrap(), "border-radius (Outlook for Windows)");
        assert_eq!(note("border-radius", true).unwrap(), "border-radius (Outlook for Windows; in part Yahoo! Mail)");
        assert_eq!(note("max-width", true).unwrap(), "max-width (in part Outlook for Windows and Yahoo! Mail)");
        assert_eq!(note("max-width", false), None);
    }
}
