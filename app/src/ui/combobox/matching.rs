//! Which proposals fit what was typed, without regard to case and accents, and where they do.

use std::{collections::HashSet, ops::Range};

#[cfg(feature = "hydrate")]
use browser::decomposed;
#[cfg(not(feature = "hydrate"))]
use server::decomposed;

use crate::ui::Choice;

/// Most proposals that are listed at once; typing on finds the others.
const LISTED: usize = 50;

/// What leaves proposals out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrowing {
    /// Nothing: the field stands as it was found.
    Nothing,
    /// The words that were typed.
    Words,
    /// The server has done it already.
    Done,
}

/// The proposals that fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Those that are listed, the best first.
    pub rows: Vec<Choice>,
    /// How many fit.
    pub total: usize,
    /// What was asked for, folded.
    pub wanted: String,
}

impl Found {
    /// How many fit and are not listed.
    pub fn left(&self) -> usize {
        self.total.saturating_sub(LISTED)
    }
}

/// The proposals for what stands in the field. A field that holds the only one of them already has
/// no need of a list.
pub fn narrow(choices: &[Choice], typed: &str, narrowing: Narrowing) -> Found {
    let wanted = if narrowing == Narrowing::Nothing { String::new() } else { fold(typed.trim()) };
    let rank = |choice: &Choice| match narrowing {
        Narrowing::Done => Some(0),
        // What stands in the field is not far down the list.
        Narrowing::Nothing => Some(u8::from(choice.value != typed)),
        Narrowing::Words => rank(choice, &wanted),
    };
    let mut seen = HashSet::new();
    let mut ranked: Vec<(u8, &Choice)> = choices
        .iter()
        .filter(|choice| seen.insert(choice.value.as_str()))
        .filter_map(|choice| Some((rank(choice)?, choice)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let total = ranked.len();
    let mut rows: Vec<Choice> = ranked.into_iter().take(LISTED).map(|(_, choice)| choice.clone()).collect();
    if narrowing != Narrowing::Nothing && matches!(rows.as_slice(), [only] if only.value == typed) {
        rows.clear();
    }
    Found { rows, total, wanted }
}

/// How well a proposal fits, 0 best: at its beginning, at the beginning of a word, anywhere, with all
/// words somewhere.
fn rank(choice: &Choice, wanted: &str) -> Option<u8> {
    let texts = [choice.label.as_str(), choice.value.as_str()];
    let together = texts.iter().filter_map(|text| rank_of_text(text, wanted)).min();
    let has_all = || wanted.split_whitespace().all(|word| texts.iter().any(|text| find(text, word).is_some()));
    together.or_else(|| has_all().then_some(3))
}

fn rank_of_text(text: &str, wanted: &str) -> Option<u8> {
    let before = text.get(..find(text, wanted)?.start)?.chars().next_back();
    Some(match before {
        None => 0,
        Some(letter) if !letter.is_alphanumeric() => 1,
        Some(_) => 2,
    })
}

/// A text in pieces, and whether each of them was asked for.
pub fn pieces(text: &str, wanted: &str) -> Vec<(String, bool)> {
    let piece = |range: Range<usize>, is_wanted: bool| (text.get(range).unwrap_or_default().to_owned(), is_wanted);
    let (mut pieces, mut at) = (Vec::new(), 0);
    for mark in marks(text, wanted) {
        pieces.push(piece(at..mark.start, false));
        at = mark.end;
        pieces.push(piece(mark, true));
    }
    pieces.push(piece(at..text.len(), false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

/// Where the wanted text stands, else each of its words; in order.
fn marks(text: &str, wanted: &str) -> Vec<Range<usize>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    if let Some(whole) = find(text, wanted) {
        return vec![whole];
    }
    let mut marks: Vec<_> = wanted.split_whitespace().filter_map(|word| find(text, word)).collect();
    marks.sort_by_key(|mark| mark.start);
    let mut end = 0;
    marks.retain(|mark| {
        let is_apart = mark.start >= end;
        if is_apart {
            end = mark.end;
        }
        is_apart
    });
    marks
}

/// Where a folded text stands in one that is not, in bytes of the latter.
fn find(text: &str, wanted: &str) -> Option<Range<usize>> {
    let mut folded = String::new();
    // For each byte of the folded text, the letter it comes from.
    let mut origins: Vec<Range<usize>> = Vec::new();
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        push_folded(letter, &mut folded);
        if folded.len() == origins.len() {
            // An accent of its own belongs to the letter before it.
            if let Some(last) = origins.last_mut() {
                last.end = end;
            }
        }
        origins.resize(folded.len(), at..end);
    }
    let from = folded.find(wanted)?;
    let until = from + wanted.len();
    let start = origins.get(from).map_or(text.len(), |origin| origin.start);
    let end = until.checked_sub(1).and_then(|last| origins.get(last)).map_or(start, |origin| origin.end);
    Some(start..end.max(start))
}

fn fold(text: &str) -> String {
    let mut folded = String::new();
    text.chars().for_each(|letter| push_folded(letter, &mut folded));
    folded
}

/// A letter in small and without its accents. The names of time zones have `_` for a space.
fn push_folded(letter: char, folded: &mut String) {
    match letter {
        '_' => folded.push(' '),
        _ if letter.is_ascii() => folded.push(letter.to_ascii_lowercase()),
        _ => {
            let is_letter = |letter: &char| !('\u{300}'..='\u{36f}').contains(letter);
            folded.extend(decomposed(letter).chars().filter(is_letter).flat_map(char::to_lowercase));
        }
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::JsString;

    /// A letter and its accents, one after the other. The browser has the tables.
    pub fn decomposed(letter: char) -> String {
        JsString::from(letter.to_string()).normalize("NFD").into()
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use unicode_normalization::UnicodeNormalization;

    /// A letter and its accents, one after the other.
    pub fn decomposed(letter: char) -> String {
        std::iter::once(letter).nfd().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zones() -> Vec<Choice> {
        ["America/New_York", "Europe/Ljubljana", "Europe/London", "Asia/Kuala_Lumpur"]
            .map(|zone| Choice::new(zone, zone))
            .to_vec()
    }

    fn values(found: &Found) -> Vec<&str> {
        found.rows.iter().map(|choice| choice.value.as_str()).collect()
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        let people = [Choice::new("mina@example.org", "Mina Kovač"), Choice::new("zoe@example.org", "Zoe\u{308} Årud")];
        for (typed, value) in [
            ("KOVAC", "mina@example.org"),
            ("kovač", "mina@example.org"),
            ("zoë", "zoe@example.org"),
            ("arud", "zoe@example.org"),
            ("mina@", "mina@example.org"),
        ] {
            assert_eq!(values(&narrow(&people, typed, Narrowing::Words)), [value], "{typed}");
        }
    }

    #[test]
    fn the_beginning_of_a_word_is_better_than_its_middle() {
        assert_eq!(values(&narrow(&zones(), "lu", Narrowing::Words)), ["Asia/Kuala_Lumpur"]);
        assert_eq!(values(&narrow(&zones(), "lo", Narrowing::Words)), ["Europe/London"]);
        assert_eq!(values(&narrow(&zones(), "eu", Narrowing::Words)), ["Europe/Ljubljana", "Europe/London"]);
        let labels = ["Reports", "Weekly report", "Report"].map(|name| Choice::new(name, name));
        assert_eq!(values(&narrow(&labels, "report", Narrowing::Words)), ["Reports", "Report", "Weekly report"]);
    }

    #[test]
    fn a_space_finds_what_zones_write_with_a_line_and_words_may_stand_apart() {
        assert_eq!(values(&narrow(&zones(), "new york", Narrowing::Words)), ["America/New_York"]);
        assert_eq!(values(&narrow(&zones(), "london europe", Narrowing::Words)), ["Europe/London"]);
        assert!(narrow(&zones(), "london america", Narrowing::Words).rows.is_empty());
    }

    #[test]
    fn a_field_as_it_was_found_offers_all_and_its_own_first() {
        let found = narrow(&zones(), "Europe/London", Narrowing::Nothing);
        assert_eq!(values(&found).first(), Some(&"Europe/London"));
        assert_eq!(found.total, 4);
    }

    #[test]
    fn a_field_that_holds_the_only_one_offers_nothing() {
        let found = narrow(&zones(), "Europe/London", Narrowing::Words);
        assert!(found.rows.is_empty());
        assert_eq!(found.total, 1);
    }

    #[test]
    fn a_long_list_is_cut_and_says_by_how_much() {
        let label = |i: usize| Choice::new(format!("Label {i}"), format!("Label {i}"));
        let many: Vec<Choice> = (0..LISTED + 7).map(label).collect();
        let found = narrow(&many, "label", Narrowing::Words);
        assert_eq!((found.rows.len(), found.left()), (LISTED, 7));
    }

    #[test]
    fn two_of_one_value_are_one() {
        let twice = [Choice::new("Mina", "Mina"), Choice::new("Mina", "Mina")];
        assert_eq!(narrow(&twice, "", Narrowing::Nothing).rows.len(), 1);
    }

    #[test]
    fn what_was_asked_for_is_marked_with_its_accents() {
        let marked = |text: &str, typed: &str| -> Vec<String> {
            let pieces = pieces(text, &fold(typed));
            assert_eq!(pieces.iter().map(|(piece, _)| piece.as_str()).collect::<String>(), text, "nothing is lost");
            pieces.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(piece, _)| piece).collect()
        };
        assert_eq!(marked("Mina Kovač", "kovac"), ["Kovač"]);
        assert_eq!(marked("Zoe\u{308} Berg", "zoe"), ["Zoe\u{308}"]);
        assert_eq!(marked("REP-2 Rotate the password", "password rotate"), ["Rotate", "password"]);
        assert!(marked("Mina", "").is_empty());
    }
}
