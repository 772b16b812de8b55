//! The words of a search: read from what was typed, written for each engine, found again in a text.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{domain::search::HitKind, search::view::Segment};

/// More words than these are left out.
const MOST: usize = 12;
/// Characters of a text that a snippet shows, around the first hit.
const BEFORE: usize = 60;
const AFTER: usize = 180;

/// Words that stand next to each other; a single one mostly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As typed, in small letters: SQLite takes the accents away itself.
    raw: Vec<String>,
    /// In small letters without accents.
    folded: Vec<String>,
    /// Whether the last word may be the beginning of a longer one.
    is_prefix: bool,
}

/// Reads what was typed. Nothing of it is an operator but quotation marks, so no text is an error.
pub fn read(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for (index, part) in text.split(['"', '“', '”', '„']).enumerate() {
        let words = split(part);
        if index % 2 == 1 {
            terms.extend(term(words, false));
        } else {
            terms.extend(words.into_iter().filter_map(|word| term(vec![word], false)));
        }
    }
    terms.truncate(MOST);
    // A phrase that was closed is whole; whatever else stands last may still be being typed.
    let is_closed = text.trim_end().ends_with(['"', '“', '”']);
    if let Some(last) = terms.last_mut().filter(|_| !is_closed) {
        last.is_prefix = true;
    }
    terms
}

fn term(words: Vec<&str>, is_prefix: bool) -> Option<Term> {
    let raw: Vec<String> = words.into_iter().take(MOST).map(str::to_lowercase).collect();
    let folded = raw.iter().map(|word| fold(word)).collect();
    (!raw.is_empty()).then_some(Term { raw, folded, is_prefix })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

fn split(text: &str) -> Vec<&str> {
    // A mark alone is no word.
    text.split(|c: char| !is_of_word(c)).filter(|word| word.chars().any(char::is_alphanumeric)).collect()
}

/// Small letters without accents.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The terms for SQLite's FTS5, in texts of one kind where one is given. Every word stands in quotation marks and holds
/// none, so it is never an operator; and none is looked for in the column of kinds, which is in the index, too.
pub fn for_sqlite(terms: &[Term], kind: Option<HitKind>) -> String {
    let terms: Vec<String> = terms
        .iter()
        .map(|term| format!("\"{}\"{}", term.raw.join(" "), if term.is_prefix { " *" } else { "" }))
        .collect();
    let words = format!("{{title body}} : ({})", terms.join(" AND "));
    match kind {
        Some(kind) => format!("kind : \"{kind}\" AND {words}"),
        None => words,
    }
}

/// The terms for PostgreSQL's `to_tsquery`. Words hold letters and digits only, so none is an operator.
pub fn for_postgres(terms: &[Term]) -> String {
    let terms: Vec<String> = terms
        .iter()
        .map(|term| {
            let last = term.folded.len().saturating_sub(1);
            let words: Vec<String> = term
                .folded
                .iter()
                .enumerate()
                .map(|(at, word)| format!("'{word}'{}", if term.is_prefix && at == last { ":*" } else { "" }))
                .collect();
            format!("({})", words.join(" <-> "))
        })
        .collect();
    terms.join(" & ")
}

/// A word of a text: where it stands, and how it reads without capitals and accents.
struct Word {
    start: usize,
    end: usize,
    folded: String,
}

fn words_of(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_of_word(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push(Word { start: from, end: at, folded: fold(&text[from..at]) });
                start = None;
            }
            _ => {}
        }
    }
    words
}

impl Term {
    /// Whether the term begins at a word.
    fn is_at(&self, words: &[Word]) -> bool {
        let last = self.folded.len().saturating_sub(1);
        words.len() > last
            && self.folded.iter().zip(words).enumerate().all(|(at, (wanted, word))| {
                word.folded == *wanted || (self.is_prefix && at == last && word.folded.starts_with(wanted.as_str()))
            })
    }
}

/// The byte ranges of a text that the terms found, in order, without overlaps.
fn ranges(text: &str, terms: &[Term]) -> Vec<(usize, usize)> {
    let words = words_of(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = terms.iter().filter(|term| term.is_at(&words[at..])).map(|term| term.folded.len()).max();
        match longest {
            Some(count) => {
                found.push((words[at].start, words[at + count - 1].end));
                at += count;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether each term is somewhere in a text.
pub fn has_all(text: &str, terms: &[Term]) -> bool {
    let words = words_of(text);
    terms.iter().all(|term| (0..words.len()).any(|at| term.is_at(&words[at..])))
}

/// A whole text with what was found marked.
pub fn marked(text: &str, terms: &[Term]) -> Vec<Segment> {
    segments(text, &ranges(text, terms), 0, text.len())
}

/// The text around the first words that were found, with all of them marked; empty where there are none.
pub fn snippet(text: &str, terms: &[Term]) -> Vec<Segment> {
    // Line breaks and runs of blanks would only tear it apart.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let ranges = ranges(&text, terms);
    let Some((first, _)) = ranges.first().copied() else { return Vec::new() };
    let start = back(&text, first, BEFORE);
    let end = forth(&text, first, AFTER);
    let mut parts = segments(&text, &ranges, start, end);
    if start > 0 {
        parts.insert(0, Segment { text: "… ".into(), is_hit: false });
    }
    if end < text.len() {
        parts.push(Segment { text: " …".into(), is_hit: false });
    }
    parts
}

/// The start of a word at most so many characters before a place.
fn back(text: &str, from: usize, most: usize) -> usize {
    let start = text[..from].char_indices().rev().nth(most - 1).map_or(0, |(at, _)| at);
    if start == 0 { 0 } else { text[start..from].find(' ').map_or(start, |at| start + at + 1) }
}

/// The end of a word at most so many characters behind a place.
fn forth(text: &str, from: usize, most: usize) -> usize {
    match text[from..].char_indices().nth(most) {
        None => text.len(),
        Some((length, _)) => text[from..from + length].rfind(' ').map_or(from + length, |at| from + at),
    }
}

fn segments(text: &str, ranges: &[(usize, usize)], start: usize, end: usize) -> Vec<Segment> {
    let mut parts = Vec::new();
    let mut at = start;
    let mut push = |from: usize, to: usize, is_hit: bool| {
        if from < to {
            parts.push(Segment { text: text[from..to].to_owned(), is_hit });
        }
    };
    for (from, to) in ranges.iter().copied().filter(|(from, to)| *from >= start && *to <= end) {
        push(at, from, false);
        push(from, to, true);
        at = to;
    }
    push(at, end, false);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[Segment]) -> String {
        parts.iter().map(|part| if part.is_hit { format!("[{}]", part.text) } else { part.text.clone() }).collect()
    }

    #[test]
    fn every_word_is_wanted_and_the_last_one_may_go_on() {
        let terms = read("Weekly REPO");
        assert_eq!(for_sqlite(&terms, None), r#"{title body} : ("weekly" AND "repo" *)"#);
        assert_eq!(for_postgres(&terms), "('weekly') & ('repo':*)");
    }

    #[test]
    fn quotation_marks_hold_words_together() {
        let terms = read("\"weekly report\" čaj \"done\"");
        assert_eq!(for_sqlite(&terms, None), r#"{title body} : ("weekly report" AND "čaj" AND "done")"#);
        assert_eq!(for_postgres(&terms), "('weekly' <-> 'report') & ('caj') & ('done')");
        assert_eq!(
            for_postgres(&read("\"weekly rep")),
            "('weekly' <-> 'rep':*)",
            "an open quotation is still being typed"
        );
    }

    #[test]
    fn the_kind_of_a_text_is_asked_of_the_index_and_is_no_word_of_it() {
        let terms = read("comment");
        assert_eq!(for_sqlite(&terms, None), r#"{title body} : ("comment" *)"#);
        let wanted = r#"kind : "comment" AND {title body} : ("comment" *)"#;
        assert_eq!(for_sqlite(&terms, Some(HitKind::Comment)), wanted);
    }

    #[test]
    fn nothing_typed_becomes_an_operator() {
        for text in
            ["' OR 1=1 --", "a* NEAR(b) ^c -d {e}: f", "!x | (y & z) <-> :*", "\\ \u{0} % _", "\"\"\"\"", "AND OR NOT"]
        {
            let terms = read(text);
            let postgres = for_postgres(&terms);
            for term in &terms {
                assert!(
                    term.raw.iter().chain(&term.folded).all(|word| word.chars().all(is_of_word)),
                    "{text}: {term:?}"
                );
            }
            assert_eq!(postgres.matches('\'').count(), terms.iter().map(|term| 2 * term.folded.len()).sum::<usize>());
        }
        assert!(read("… !? -- ").is_empty());
        assert_eq!(read(&"a ".repeat(500)).len(), MOST);
    }

    #[test]
    fn what_was_found_is_marked_whatever_its_accents_and_capitals() {
        let terms = read("resume caj");
        assert_eq!(shown(&marked("Résumé: ČAJI in cajna, e\u{301}", &terms)), "[Résumé]: [ČAJI] in [cajna], e\u{301}");
        assert_eq!(
            shown(&marked("the weekly report, weekly", &read("\"weekly report\""))),
            "the [weekly report], weekly"
        );
        assert_eq!(shown(&marked("<script>alert(1)</script>", &read("script"))), "<[script]>alert(1)</[script]>");
        assert_eq!(shown(&marked("🎈שלום עולם", &read("שלום "))), "🎈[שלום] עולם");
    }

    #[test]
    fn a_snippet_shows_the_words_around_the_first_hit_and_breaks_no_word() {
        let text = format!("{} needle in\n\n the hay {}", "hay ".repeat(50), "stack ".repeat(80));
        let snippet = shown(&snippet(&text, &read("needle")));
        assert!(
            snippet.starts_with("… hay") && snippet.contains("[needle] in the hay") && snippet.ends_with("stack …"),
            "{snippet}"
        );
        assert!(snippet.chars().count() < BEFORE + AFTER + 10);
        assert!(super::snippet("nothing of it", &read("needle")).is_empty());
    }

    #[test]
    fn all_terms_must_be_there() {
        assert!(has_all("Draft the November report", &read("report nov")));
        assert!(!has_all("Draft the November report", &read("\"november draft\"")));
    }
}
