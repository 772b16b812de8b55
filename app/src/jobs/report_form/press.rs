//! What the buttons of the list of sections do; the same in the browser and, as a form that is loaded anew, on the server.

use super::{ReportForm, SectionForm, kinds, label};
use crate::domain::report::spec::SECTIONS_MAX;

/// Where the focus belongs after a change of the list, and what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The name of a field or the id of a button.
    pub focus: String,
    pub words: String,
}

impl ReportForm {
    /// The list after a button was pressed: `add`, `up-2`, `down-2`, `remove-2`. None where it changes nothing.
    pub fn press(&self, button: &str) -> Option<(Self, Changed)> {
        let mut sections = self.sections();
        let (deed, place) = button.split_once('-').unwrap_or((button, ""));
        let place: usize = place.parse().unwrap_or_default();
        let count = sections.len();
        let changed = match deed {
            "add" if count < SECTIONS_MAX as usize => {
                let kind = self.get("add_section");
                kinds().iter().find(|(word, _)| word == kind)?;
                sections.push(SectionForm::fresh(kind));
                let words = format!("{} added at the end, as number {}.", label(kind), count + 1);
                Changed { focus: format!("remove-{}", count + 1), words }
            }
            "up" if (2..=count).contains(&place) => {
                sections.swap(place - 2, place - 1);
                moved(&sections, place - 1, if place == 2 { "down" } else { "up" })
            }
            "down" if place >= 1 && place < count => {
                sections.swap(place - 1, place);
                moved(&sections, place + 1, if place + 1 == count { "up" } else { "down" })
            }
            "remove" if (1..=count).contains(&place) => {
                let gone = sections.remove(place - 1);
                let focus = match sections.len() {
                    0 => "add_section".to_owned(),
                    left => format!("remove-{}", place.min(left)),
                };
                Changed { focus, words: format!("{} removed.", label(&gone.kind)) }
            }
            _ => return None,
        };
        Some((self.with_sections(&sections), changed))
    }
}

fn moved(sections: &[SectionForm], place: usize, button: &str) -> Changed {
    let name = sections.get(place - 1).map(|section| label(&section.kind)).unwrap_or_default();
    Changed { focus: format!("{button}-{place}"), words: format!("{name} is number {place} of {}.", sections.len()) }
}
