//! A broken JSON export, said in words: where it breaks, what stands there, what was expected.

use serde_json::error::Category;

use crate::domain::import::problem::ImportProblem;

/// What the words about a damaged file need to know of its source.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// What the file holds: `the board`.
    pub holds: &'static str,
    /// How its source writes it: `as Trello exports a board`.
    pub shape: &'static str,
    /// The advice that ends every message about a damaged file.
    pub export_again: &'static str,
}

/// The fault that the JSON reader met, with the text around it: an export is one long line,
/// in which a character count alone helps nobody.
pub fn in_words(error: &serde_json::Error, text: &str, source: Source) -> ImportProblem {
    let Source { holds, shape, export_again } = source;
    let (line, column) = (error.line() as u64, error.column() as u64);
    let near = near(text, error.line(), error.column());
    let message = match error.classify() {
        Category::Eof => format!(
            "the file ends in the middle of {holds}, after {near}; expected the rest of the JSON. It was cut off while it was saved. {export_again}"
        ),
        Category::Syntax => format!("{} near {near}. The file is not whole JSON. {export_again}", plain_words(error)),
        Category::Data => {
            format!("{} near {near}. The file is JSON, but not {shape}.", plain_words(error))
        }
        Category::Io => "the file cannot be read".to_owned(),
    };
    ImportProblem::at(line, column, message)
}

fn plain_words(error: &serde_json::Error) -> String {
    let full = error.to_string();
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    // The reader repeats what stands there, which may be a whole book.
    let message = &shortened(message);
    let mut words = message.clone();
    if let Some((found, _)) = message.split_once(", expected struct ") {
        words = format!("{found}, expected an object in braces");
    }
    for (theirs, ours) in [
        ("invalid type: ", "found "),
        ("invalid value: ", "found "),
        ("expected a sequence", "expected a list in brackets"),
        ("expected a map", "expected an object in braces"),
        ("expected a string", "expected a text in quotes"),
        ("expected a boolean", "expected true or false"),
        ("expected f64", "expected a number"),
        ("expected i64", "expected a whole number"),
        ("expected i32", "expected a whole number"),
        ("expected usize", "expected a whole number"),
        ("found sequence", "found a list"),
        ("found map", "found an object"),
        ("found string", "found the text"),
        ("found integer", "found the number"),
        ("found floating point", "found the number"),
        ("found boolean", "found"),
        ("missing field", "the value is missing for"),
    ] {
        words = words.replace(theirs, ours);
    }
    words.replace('`', "")
}

/// Its beginning and its end, where what was expected stands.
fn shortened(message: &str) -> String {
    const KEPT: usize = 80;
    let characters: Vec<char> = message.chars().take(2 * KEPT + 1).collect();
    if characters.len() <= 2 * KEPT {
        return message.to_owned();
    }
    let end: Vec<char> = message.chars().rev().take(KEPT).collect();
    characters[..KEPT].iter().copied().chain(['…']).chain(end.into_iter().rev()).collect()
}

/// Up to thirty characters before the place, in quotes.
fn near(text: &str, line: usize, column: usize) -> String {
    const SHOWN: usize = 30;
    let line_text = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let mut end = column.min(line_text.len());
    while !line_text.is_char_boundary(end) {
        end -= 1;
    }
    let before: Vec<char> = line_text[..end].chars().rev().take(SHOWN).collect();
    if before.is_empty() {
        "the start of the line".to_owned()
    } else {
        format!("“{}”", before.into_iter().rev().collect::<String>().trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_in_the_wrong_place_is_not_repeated() {
        let text = format!("{{\"a\": \"{}\"}}", "š".repeat(10_000));
        let error = serde_json::from_str::<std::collections::HashMap<String, u8>>(&text).unwrap_err();
        let source = Source { holds: "the board", shape: "as it should be", export_again: "" };
        let problem = in_words(&error, &text, source).to_string();
        assert!(problem.chars().count() < 400 && problem.contains("expected u8"), "{problem}");
    }
}
