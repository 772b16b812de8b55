//! What a typed line means as a new task: its title, and the tokens in it for people (`@mina`),
//! priority (`!high`), labels (`#ops`) and the due date (`tomorrow 17:00`, `friday`, `3.12.`,
//! `2026-12-01`). The browser shows the tokens while somebody types; the server reads the same line
//! with the same rules.
//!
//! People, priority and labels are tokens anywhere in the line; a date only at its end, so that
//! "Prepare the Friday talk" keeps its words. A backslash before a token makes it text. What is not
//! known, or could be several people or labels, stays text.

mod date;
mod names;

use std::ops::Range;

use chrono::NaiveDate;

use super::{
    checklist::unmarked,
    due::DueInput,
    ids::{LabelId, UserId},
    task::Priority,
};
use crate::error::is_blank;
use names::Found;

/// Most tasks that one text of several lines makes.
pub const TASKS_MOST: usize = 200;
/// A longer line is a title without tokens: it is refused anyway.
const LINE_MOST: usize = 4_000;
/// Most bytes of a text that can still be 200 tasks.
pub const TEXT_MOST: usize = TASKS_MOST * LINE_MOST;

/// What tokens can name.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub people: &'a [(UserId, String)],
    pub labels: &'a [(LabelId, String)],
    /// Whom `@me` names.
    pub me: Option<UserId>,
    /// The person's day.
    pub today: NaiveDate,
}

/// A token in the line: where it stands, in bytes, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub at: Range<usize>,
    pub means: Meaning,
    /// What its chip says.
    pub words: String,
}

/// What a token means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Person(UserId),
    Priority(Priority),
    Label(LabelId),
    Due(DueInput),
}

/// A word that could be a token but is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The word as it was typed.
    pub word: String,
    /// Whom or what it could mean; empty where nothing fits.
    pub could_be: Vec<String>,
}

/// A line that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub title: String,
    /// In the order of the line.
    pub tokens: Vec<Token>,
    pub doubts: Vec<Doubt>,
}

impl Line {
    /// The people that it names, each once.
    pub fn people(&self) -> Vec<UserId> {
        let mut people = Vec::new();
        for token in &self.tokens {
            if let Meaning::Person(person) = token.means
                && !people.contains(&person)
            {
                people.push(person);
            }
        }
        people
    }

    /// The labels that it names, each once.
    pub fn labels(&self) -> Vec<LabelId> {
        let mut labels = Vec::new();
        for token in &self.tokens {
            if let Meaning::Label(label) = token.means
                && !labels.contains(&label)
            {
                labels.push(label);
            }
        }
        labels
    }

    pub fn priority(&self) -> Option<Priority> {
        self.tokens.iter().find_map(|token| match token.means {
            Meaning::Priority(priority) => Some(priority),
            _ => None,
        })
    }

    pub fn due(&self) -> Option<DueInput> {
        self.tokens.iter().find_map(|token| match token.means {
            Meaning::Due(due) => Some(due),
            _ => None,
        })
    }
}

/// The lines of a text that are tasks, without empty ones. Several are pasted, mostly from a list: they lose its marks.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let is_list = text.lines().filter(|line| !is_blank(line)).nth(1).is_some();
    text.lines().map(move |line| if is_list { unmarked(line) } else { line.trim() }).filter(|line| !is_blank(line))
}

/// Reads a line.
pub fn read(text: &str, known: Known) -> Line {
    if text.len() > LINE_MOST {
        return plain(text);
    }
    let words = words(text);
    let mut tokens = Vec::new();
    let (mut doubts, mut doubtful) = (Vec::new(), Vec::new());
    let mut has_priority = false;
    // From the end: of several priorities the last one counts.
    for word in words.iter().rev() {
        match sigil(word.bare, known) {
            Sigil::Is(Meaning::Priority(_), _) if has_priority => {}
            Sigil::Is(means, words) => {
                has_priority |= matches!(means, Meaning::Priority(_));
                tokens.push(Token { at: word.at.clone(), means, words });
            }
            Sigil::Doubtful(could_be) => {
                doubtful.push(word.at.clone());
                doubts.push(Doubt { word: word.bare.into(), could_be });
            }
            Sigil::None => {}
        }
    }
    let passed: Vec<Range<usize>> = tokens.iter().map(|token| token.at.clone()).chain(doubtful).collect();
    tokens.extend(due(&words, &passed, known.today));
    tokens.sort_by_key(|token| token.at.start);
    doubts.reverse();
    let title = title(&words, &tokens);
    // A line of nothing but tokens is a title.
    if title.is_empty() { plain(text) } else { Line { title, tokens, doubts } }
}

/// Reads a day and a time as the browser's fields for them say; without a day there is no due date.
///
/// # Errors
/// What is wrong, in words.
pub fn read_fields(day: &str, time: &str) -> Result<Option<DueInput>, &'static str> {
    let (day, time) = (day.trim(), time.trim());
    if day.is_empty() {
        return if time.is_empty() { Ok(None) } else { Err("Choose a day too") };
    }
    let date = date::iso(day).ok_or("Enter a date like 2026-11-23")?;
    let time = match time {
        "" => None,
        time => Some(date::time(time).ok_or("Enter a time like 17:00")?),
    };
    Ok(Some(DueInput { date, time }))
}

/// The line with a token made text: a backslash stands before it.
pub fn keep_as_text(text: &str, token: &Token) -> String {
    let at = token.at.start.min(text.len());
    if !text.is_char_boundary(at) {
        return text.to_owned();
    }
    format!("{}\\{}", &text[..at], &text[at..])
}

fn plain(text: &str) -> Line {
    Line { title: text.split_whitespace().collect::<Vec<_>>().join(" "), ..Line::default() }
}

/// A word: where it stands, and what it says without invisible marks of direction around it.
struct Word<'a> {
    at: Range<usize>,
    bare: &'a str,
}

fn words(text: &str) -> Vec<Word<'_>> {
    text.split_whitespace()
        .map(|word| {
            let bare = word.trim_matches(is_direction);
            let start = bare.as_ptr() as usize - text.as_ptr() as usize;
            Word { at: start..start + bare.len(), bare }
        })
        .filter(|word| !word.bare.is_empty())
        .collect()
}

/// Marks that keyboards of right-to-left scripts put around words.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

enum Sigil {
    Is(Meaning, String),
    Doubtful(Vec<String>),
    None,
}

fn sigil(word: &str, known: Known) -> Sigil {
    if let Some(name) = word.strip_prefix('@') {
        if name.eq_ignore_ascii_case("me")
            && let Some((id, own)) = known.me.and_then(|me| known.people.iter().find(|(id, _)| *id == me))
        {
            return Sigil::Is(Meaning::Person(*id), own.clone());
        }
        return found(names::person(name, known.people), Meaning::Person);
    }
    if let Some(name) = word.strip_prefix('#') {
        return found(names::label(name, known.labels), Meaning::Label);
    }
    let Some(name) = word.strip_prefix('!') else { return Sigil::None };
    let is_it = |priority: &&Priority| priority.as_str().eq_ignore_ascii_case(name);
    match Priority::ALL.iter().find(is_it) {
        Some(priority) => Sigil::Is(Meaning::Priority(*priority), priority.label().into()),
        None => Sigil::None,
    }
}

fn found<T>(found: Found<T>, means: impl Fn(T) -> Meaning) -> Sigil {
    match found {
        Found::One(id, name) => Sigil::Is(means(id), name),
        Found::Several(names) => Sigil::Doubtful(names),
        Found::Unknown => Sigil::Doubtful(Vec::new()),
        Found::NoName => Sigil::None,
    }
}

/// The date at the end of the line, with a time before or behind it. Other tokens, and words that
/// were meant as such, may stand behind it.
fn due(words: &[Word], passed: &[Range<usize>], today: NaiveDate) -> Option<Token> {
    let is_token = |word: &Word| passed.contains(&word.at);
    let last = words.iter().rposition(|word| !is_token(word))?;
    let word_at = |i: Option<usize>| i.and_then(|i| words.get(i)).filter(|word| !is_token(word)).map(|word| word.bare);
    let (date_at, behind) = match date::time(words[last].bare) {
        Some(time) => (last.checked_sub(1)?, Some(time)),
        None => (last, None),
    };
    let date = date::day(word_at(Some(date_at))?, today)?;
    let before = date_at.checked_sub(1).filter(|_| behind.is_none());
    let early = word_at(before).and_then(date::time);
    let first = if early.is_some() { date_at - 1 } else { date_at };
    let due = DueInput { date, time: behind.or(early) };
    Some(Token {
        at: words[first].at.start..words[last].at.end,
        means: Meaning::Due(due),
        words: date::words(due, today),
    })
}

/// The words that are no tokens; escaped ones without their backslash.
fn title(words: &[Word], tokens: &[Token]) -> String {
    let is_free =
        |word: &&Word| !tokens.iter().any(|token| token.at.start <= word.at.start && word.at.end <= token.at.end);
    let mut title = String::new();
    for word in words.iter().filter(is_free) {
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(unescaped(word.bare));
    }
    title
}

fn unescaped(word: &str) -> &str {
    let Some(rest) = word.strip_prefix('\\') else { return word };
    let is_sigil = rest.len() > 1 && rest.starts_with(['@', '#', '!']);
    if is_sigil || date::is_like(rest) { rest } else { word }
}

#[cfg(test)]
mod tests;
