//! Where what is wrong stands: in a part of the form that can be folded, or in a block. A part that holds something wrong
//! unfolds, and whoever follows a link to it comes to the field, whatever is folded.

use leptos::prelude::*;

use super::{
    desk::{Desk, Tab},
    field::{self, Said},
    hands,
};
use crate::{domain::template::place::BlockPlace, error::AppError};

/// A part of the form that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Theme,
    Text,
    Logo,
}

impl Fold {
    const ALL: [Self; 3] = [Self::Theme, Self::Text, Self::Logo];

    /// The part that holds a field of the mail.
    fn of(field: &str) -> Option<Self> {
        match field {
            "accent" | "brand" | "logo_alt" | "signature" | "footer" => Some(Self::Theme),
            "text" => Some(Self::Text),
            "logo" => Some(Self::Logo),
            _ => None,
        }
    }

    /// The fields of it with which something is wrong.
    fn wrong_in(self, error: Option<&AppError>) -> Vec<String> {
        let Some(AppError::Invalid(invalid)) = error else { return Vec::new() };
        let names = invalid.fields.iter().map(|error| &error.field);
        names.filter(|name| Self::of(name) == Some(self)).cloned().collect()
    }
}

/// Which parts are unfolded: they stay so when the form is drawn anew.
#[derive(Clone, Copy)]
pub struct Folds {
    theme: RwSignal<bool>,
    text: RwSignal<bool>,
    logo: RwSignal<bool>,
}

impl Folds {
    /// Unfolded is what holds something wrong, from the beginning and whenever something more is wrong in it; and the text
    /// part, where the mail has one of its own.
    pub fn new(said: Said, has_text: bool) -> Self {
        let fold = |fold: Fold, is_open: bool| {
            let is_wrong = said.with_untracked(|said| !fold.wrong_in(said.as_ref()).is_empty());
            RwSignal::new(is_open || is_wrong)
        };
        let folds =
            Self { theme: fold(Fold::Theme, false), text: fold(Fold::Text, has_text), logo: fold(Fold::Logo, false) };
        for fold in Fold::ALL {
            Effect::new(move |before: Option<Vec<String>>| {
                let wrong = said.with(|said| fold.wrong_in(said.as_ref()));
                if before.is_some_and(|before| wrong.iter().any(|field| !before.contains(field))) {
                    folds.of(fold).set(true);
                }
                wrong
            });
        }
        folds
    }

    /// Whether a part is unfolded.
    pub const fn of(self, fold: Fold) -> RwSignal<bool> {
        match fold {
            Fold::Theme => self.theme,
            Fold::Text => self.text,
            Fold::Logo => self.logo,
        }
    }
}

/// Leads to what a problem names, a field, a block or a field of one: opens what holds it, and moves the focus there. Whether
/// the page has such a place.
pub fn reveal(desk: Desk, name: &str) -> bool {
    let Some(id) = opened(desk, name) else { return false };
    hands::focus(&id);
    true
}

/// As [`reveal`], with the caret at a line and a column of the text that stands there, both from 1.
pub fn reveal_at(desk: Desk, name: &str, line: u32, column: u32) -> bool {
    let Some(id) = opened(desk, name) else { return false };
    hands::focus_at(&id, line, column);
    true
}

/// How many units of UTF-16, in which browsers count, stand before a line and a column of a text.
pub fn caret(text: &str, line: u32, column: u32) -> u32 {
    let before = |count: u32| count.saturating_sub(1) as usize;
    let start: usize = text.split_inclusive('\n').take(before(line)).map(str::len).sum();
    let of_line = text[start..].split('\n').next().unwrap_or_default();
    let within: usize = of_line.chars().take(before(column)).map(char::len_utf16).sum();
    u32::try_from(text[..start].encode_utf16().count() + within).unwrap_or(u32::MAX)
}

/// Opens what holds a place, and says the id of what is there.
fn opened(desk: Desk, name: &str) -> Option<String> {
    let id = match BlockPlace::read(name) {
        Some(BlockPlace { block, field }) => {
            desk.block(block)?;
            desk.open.set(Some(block));
            desk.at.set(Some(block));
            field.map_or_else(|| format!("name-{block}"), |field| field::id_of(Some(block), field))
        }
        None => {
            let id = id_in_mail(name)?;
            if let Some(fold) = Fold::of(name) {
                desk.folds.of(fold).set(true);
            }
            id
        }
    };
    desk.tab.set(Tab::Edit);
    Some(id)
}

/// The id of a field of the mail as a whole.
pub fn id_in_mail(name: &str) -> Option<String> {
    match name {
        "name" | "category" => Some(format!("template-{name}")),
        "logo" => Some(name.to_owned()),
        "subject" | "preheader" | "text" | "source" | "accent" | "brand" | "logo_alt" | "signature" | "footer" => {
            Some(field::id_of(None, name))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::{Document, theme::Logo};

    /// What a document is refused for in which everything of the mail as a whole breaks a rule.
    fn all_wrong() -> AppError {
        let mut document = Document::blank();
        let long = "x".repeat(300_000);
        document.subject.clone_from(&long);
        document.preheader.clone_from(&long);
        document.text = Some(long.clone());
        let theme = &mut document.theme;
        for text in [&mut theme.accent, &mut theme.brand, &mut theme.signature, &mut theme.footer] {
            text.clone_from(&long);
        }
        theme.logo = Some(Logo { png: String::new(), width: 1, height: 1, alt: long });
        document.check().unwrap_err()
    }

    #[test]
    fn each_problem_of_the_mail_has_a_field_and_those_of_a_folded_part_are_its_own() {
        let error = all_wrong();
        let AppError::Invalid(invalid) = &error else { panic!("{error:?}") };
        let names: Vec<&str> = invalid.fields.iter().map(|field| field.field.as_str()).collect();
        for name in &names {
            assert!(id_in_mail(name).is_some(), "{name}");
        }
        let wrong = |fold: Fold| fold.wrong_in(Some(&error));
        assert_eq!(wrong(Fold::Theme), ["accent", "brand", "signature", "footer", "logo_alt"]);
        assert_eq!((wrong(Fold::Text), wrong(Fold::Logo)), (vec!["text".to_owned()], vec!["logo".to_owned()]));
        assert_eq!(Fold::Theme.wrong_in(None), Vec::<String>::new());
    }

    #[test]
    fn a_caret_is_counted_as_browsers_count() {
        let text = "aé\n𝄞b\n\nc";
        assert_eq!(
            [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (4, 1)].map(|(line, column)| caret(text, line, column)),
            [0, 2, 3, 5, 6, 8]
        );
        assert_eq!(
            (caret(text, 1, 99), caret(text, 99, 1), caret("", 1, 1)),
            (2, 9, 0),
            "no further than there is text"
        );
    }

    #[test]
    fn what_is_wrong_from_the_beginning_is_not_folded() {
        Owner::new().with(|| {
            let error = AppError::field("brand", crate::error::Problem::TooLong { max: 200 });
            let folds = Folds::new(Memo::new(move |_| Some(error.clone())), false);
            let is_open = |fold: Fold| folds.of(fold).get_untracked();
            assert_eq!(Fold::ALL.map(is_open), [true, false, false]);
        });
    }
}
