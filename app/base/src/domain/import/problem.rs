//! What is wrong in a file: the place, what stands there, and what was expected.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A fault in an import file, with its place in words that a person can follow in an editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProblem {
    /// Line of the file, from 1. Absent when the fault is the whole file.
    pub line: Option<u64>,
    /// Character or byte within the line, from 1 (JSON and encoding faults).
    pub column: Option<u64>,
    /// Header of the CSV column (CSV faults), or the part of an export (faults of what is whole JSON).
    pub field: Option<String>,
    /// What stands there and what was expected.
    pub message: String,
}

impl ImportProblem {
    /// A fault of the file as a whole.
    pub fn file(message: impl Into<String>) -> Self {
        Self { line: None, column: None, field: None, message: message.into() }
    }

    /// A fault at a line and a character in it, both from 1.
    pub fn at(line: u64, column: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), column: Some(column), field: None, message: message.into() }
    }

    /// A fault of a whole line.
    pub fn line(line: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), column: None, field: None, message: message.into() }
    }

    /// A fault of one part of a file, named in its own words: `task OPS-3, due_on`.
    pub fn part(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { line: None, column: None, field: Some(place.into()), message: message.into() }
    }

    /// A fault of one value in a CSV file.
    pub fn field(line: u64, field: &str, message: impl Into<String>) -> Self {
        Self { line: Some(line), column: None, field: Some(field.to_owned()), message: message.into() }
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = Vec::new();
        place.extend(self.line.map(|line| format!("line {line}")));
        place.extend(self.column.map(|column| format!("character {column}")));
        place.extend(self.field.clone());
        if place.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", place.join(", "), self.message) }
    }
}

impl std::error::Error for ImportProblem {}

/// The shortest form of a value that still tells which one is meant.
pub fn excerpt(value: &str) -> String {
    const LONGEST: usize = 40;
    let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &one_line[..end]),
        None => one_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_line_and_column_header() {
        let problem = ImportProblem::field(14, "Due", "“31.02.2026” is not a date; expected 2026-02-28 or 28.02.2026");
        assert_eq!(problem.to_string(), "line 14, Due: “31.02.2026” is not a date; expected 2026-02-28 or 28.02.2026");
        assert_eq!(ImportProblem::at(3, 7, "expected a comma").to_string(), "line 3, character 7: expected a comma");
        assert_eq!(ImportProblem::file("The file is empty.").to_string(), "The file is empty.");
    }

    #[test]
    fn an_excerpt_cuts_between_characters() {
        assert_eq!(excerpt(&"š".repeat(60)), format!("{}…", "š".repeat(40)));
        assert_eq!(excerpt("two\n lines"), "two lines");
    }
}
