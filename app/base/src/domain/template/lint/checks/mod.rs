//! The checks themselves.

mod links;
mod styles;
mod walk;

use serde_json::Value;

use super::{Finding, Level, Rule};
use crate::domain::header_text;
pub use links::own_links;
use walk::Walk;

/// Gmail shows no more than about this; from the second on one more task is too much.
const SIZE_ERROR: usize = 102_000;
const SIZE_WARNING: usize = 90_000;
/// Longest line of a message by RFC 5322, without its end.
const LINE: usize = 998;
/// Longest subject that is kept, and that a phone shows in part.
const SUBJECT_ERROR: usize = 250;
const SUBJECT_WARNING: usize = 120;
/// Most findings of one rule: more say the same again.
const OF_A_RULE: usize = 10;
/// Most styles that the words about good ones name.
const NOTES: usize = 8;
/// Most braces that are looked for in what a mail was filled in with: whoever writes more of them is told of one too many.
const LOOKED_FOR: usize = 100;

/// A mail as it would be sent to one reader.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    pub subject: &'a str,
    pub html: &'a str,
    pub text: Option<&'a str>,
    /// The Content-IDs of its images.
    pub images: &'a [String],
    /// The template that it was made of: what stands there as it is was written by somebody.
    pub source: &'a str,
    /// Where the reader stops the mails; none where there is no such page.
    pub stop_url: Option<&'a str>,
    /// Where the reader finds it in the browser.
    pub report_url: Option<&'a str>,
    /// What it was filled in with, where that is known: people write braces, too.
    pub data: Option<&'a Value>,
}

/// What is wrong with a mail, errors first; for each rule without any, that it is kept.
pub fn check(mail: &Mail<'_>) -> Vec<Finding> {
    let mut list = List::default();
    subject(&mut list, mail.subject);
    size(&mut list, mail.html);
    variables(&mut list, mail);
    text(&mut list, mail.text);
    lines(&mut list, mail.html);
    Walk::new(mail).over(&mut list);
    list.done()
}

/// Findings as they come.
#[derive(Default)]
struct List {
    found: Vec<Finding>,
    block: Option<u32>,
    /// How many images and links there are, for the words about those that are right.
    images: usize,
    links: usize,
    size: usize,
    /// Styles that some programs leave out, and the mail is as good without.
    left_out: Vec<String>,
}

impl List {
    fn add(&mut self, level: Level, rule: Rule, line: Option<u32>, words: String) {
        let is_new = !self.found.iter().any(|other| other.rule == rule && other.words == words);
        if is_new && self.found.iter().filter(|other| other.rule == rule).count() < OF_A_RULE {
            self.found.push(Finding { level, rule, words, line, block: self.block, at: None });
        }
    }

    fn error(&mut self, rule: Rule, line: impl Into<Option<u32>>, words: impl Into<String>) {
        self.add(Level::Error, rule, line.into(), words.into());
    }

    fn warning(&mut self, rule: Rule, line: impl Into<Option<u32>>, words: impl Into<String>) {
        self.add(Level::Warning, rule, line.into(), words.into());
    }

    /// A style that some programs leave out: no fault, but worth knowing.
    fn left_out(&mut self, note: Option<String>) {
        if let Some(note) = note.filter(|note| !self.left_out.contains(note)) {
            self.left_out.push(note);
        }
    }

    fn done(mut self) -> Vec<Finding> {
        for rule in Rule::ALL {
            if !self.found.iter().any(|finding| finding.rule == *rule) {
                let words = self.good(*rule);
                let good = Finding { level: Level::Good, rule: *rule, words, line: None, block: None, at: None };
                self.found.push(good);
            }
        }
        self.found.sort_by_key(|finding| (finding.level, finding.line.unwrap_or(0), finding.rule));
        self.found
    }

    fn good(&self, rule: Rule) -> String {
        match rule {
            Rule::Size => format!("{} kB of HTML; Gmail cuts mails near 102 kB.", self.size.div_ceil(1_000)),
            Rule::Variables => "Every variable is filled in.".into(),
            Rule::Css if self.left_out.is_empty() => "The styles are those that mail programs understand.".into(),
            Rule::Css => {
                let many = self.left_out.len();
                let more = if many > NOTES { format!(", and {} more", many - NOTES) } else { String::new() };
                let notes = self.left_out[..many.min(NOTES)].join(", ");
                format!("The mail is as good where a program leaves styles out: {notes}{more}.")
            }
            Rule::Elements => "The HTML has only what mail programs show.".into(),
            Rule::Images if self.images == 0 => "There are no images.".into(),
            Rule::Images => {
                format!("Images are in the mail and have words for those who do not see them: {}.", self.images)
            }
            Rule::Text => "There is a text part.".into(),
            Rule::Contrast => "The words stand out in the light and in the dark.".into(),
            Rule::Links => {
                format!("Links have addresses and words: {}. Whether their pages answer is not asked.", self.links)
            }
            Rule::Foot => "The foot says how to stop the mails.".into(),
            Rule::Subject => "The subject is short enough.".into(),
            Rule::Lines => "No line is too long.".into(),
        }
    }
}

fn subject(list: &mut List, subject: &str) {
    let length = subject.chars().count();
    // What comes from the renderer fits a header, and a header has words.
    if subject.trim().is_empty() || subject == header_text::NOTHING {
        list.error(Rule::Subject, None, "The subject is empty.");
    } else if length > SUBJECT_ERROR {
        list.error(Rule::Subject, None, format!("The subject has {length} characters; {SUBJECT_ERROR} is the most."));
    } else if length > SUBJECT_WARNING {
        let words =
            format!("The subject has {length} characters: what comes after about 60 is cut, on phones earlier.");
        list.warning(Rule::Subject, None, words);
    }
}

/// What is wrong with the size of a mail's HTML; none where nothing is.
pub fn oversize(html: &str) -> Option<(Level, String)> {
    let size = html.len().div_ceil(1_000);
    if html.len() > SIZE_ERROR {
        let words =
            format!("The HTML has {size} kB: Gmail shows the first 102 kB and cuts the rest, its foot as well.");
        return Some((Level::Error, words));
    }
    let words = || format!("The HTML has {size} kB: Gmail cuts mails near 102 kB. Lower the limits of lists.");
    (html.len() >= SIZE_WARNING).then(|| (Level::Warning, words()))
}

fn size(list: &mut List, html: &str) {
    list.size = html.len();
    if let Some((level, words)) = oversize(html) {
        list.add(level, Rule::Size, None, words);
    }
}

fn variables(list: &mut List, mail: &Mail<'_>) {
    let mut left = LOOKED_FOR;
    for (number, line) in (1..).zip(mail.html.lines()) {
        if let Some(words) = unfilled(line, mail.data, &mut left) {
            list.error(Rule::Variables, number, format!("“{words}” is not filled in."));
        }
    }
    for (what, text) in [("subject", mail.subject), ("text part", mail.text.unwrap_or_default())] {
        if let Some(words) = text.lines().find_map(|line| unfilled(line, mail.data, &mut left)) {
            list.error(Rule::Variables, None, format!("In the {what}, “{words}” is not filled in."));
        }
    }
}

/// The beginning of what was not filled in on a line. What stands in the data is somebody's words: a task may be about
/// templates.
fn unfilled(line: &str, data: Option<&Value>, left: &mut usize) -> Option<String> {
    let mut rest = line;
    loop {
        let at = ["{{", "{%"].into_iter().filter_map(|open| rest.find(open)).min()?;
        rest = &rest[at..];
        let is_theirs = *left > 0 && data.is_some_and(|data| says(data, &tag(rest)));
        if !is_theirs {
            return Some(rest.chars().take(40).collect());
        }
        *left -= 1;
        rest = &rest[2..];
    }
}

/// The tag at the beginning of a text, as somebody typed it; without an end, as much of it as was not cut off.
fn tag(text: &str) -> String {
    let close = if text.starts_with("{{") { "}}" } else { "%}" };
    let whole = text.find('<').map_or(text, |at| &text[..at]);
    let typed = match whole.find(close) {
        Some(at) => &whole[..at + close.len()],
        None => whole.trim_end().trim_end_matches('…'),
    };
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2F;", "/"), ("&amp;", "&")]
        .into_iter()
        .fold(typed.to_owned(), |typed, (name, character)| typed.replace(name, character))
}

/// Whether any text of the data has these words in it.
fn says(data: &Value, words: &str) -> bool {
    match data {
        Value::String(text) => text.contains(words),
        Value::Array(all) => all.iter().any(|one| says(one, words)),
        Value::Object(all) => all.values().any(|one| says(one, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn text(list: &mut List, text: Option<&str>) {
    if text.is_none_or(|text| text.trim().is_empty()) {
        list.error(Rule::Text, None, "There is no text part: some readers see nothing, and filters of spam mind it.");
    }
}

fn lines(list: &mut List, html: &str) {
    for (number, line) in (1..).zip(html.lines()) {
        if line.len() > LINE {
            let words = format!(
                "The line has {} bytes; {LINE} is the most of a message. It is sent in an encoding that folds it, which makes it larger.",
                line.len()
            );
            list.warning(Rule::Lines, number, words);
        }
    }
}

/// As much of an address as a sentence has room for.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(59).chain(['…']).collect() }
}
