//! Text that stands in a mail header: subjects and the names of people.

use crate::error::is_forbidden;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest subject or name, in characters: four encoded header lines at most.
pub const MAX_HEADER_TEXT: usize = 200;

/// What [`HeaderText::cleaned`] makes of a text with nothing in it.
pub const NOTHING: &str = "(no text)";

/// One line of text without control characters, at most [`MAX_HEADER_TEXT`] characters long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HeaderText(String);

/// Why a text cannot stand in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HeaderTextError {
    Empty,
    /// CR, LF, NUL, another C0 or C1 character, U+2028 or U+2029.
    Control,
    TooLong,
}

impl HeaderText {
    /// Takes what a person typed: spaces around it go, anything forbidden is an error.
    pub fn parse(text: &str) -> Result<Self, HeaderTextError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(HeaderTextError::Empty);
        }
        if text.chars().any(is_forbidden) {
            return Err(HeaderTextError::Control);
        }
        if text.chars().count() > MAX_HEADER_TEXT {
            return Err(HeaderTextError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes what a program composed, for example a subject with a project's name in it: what is
    /// forbidden becomes a space, runs of spaces one, and a long text ends with an ellipsis.
    pub fn cleaned(text: &str) -> Self {
        let spaced: String = text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).collect();
        let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return Self(NOTHING.to_owned());
        }
        if line.chars().count() <= MAX_HEADER_TEXT {
            return Self(line);
        }
        let kept: String = line.chars().take(MAX_HEADER_TEXT - 1).collect();
        Self(format!("{}…", kept.trim_end()))
    }

    /// The text itself, in Unicode.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for HeaderText {
    type Error = HeaderTextError;
    fn try_from(text: String) -> Result<Self, HeaderTextError> {
        Self::parse(&text)
    }
}

impl From<HeaderText> for String {
    fn from(text: HeaderText) -> String {
        text.0
    }
}

impl fmt::Display for HeaderTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter some text."),
            Self::Control => f.write_str("The text contains a line break or a control character. Type it on one line."),
            Self::TooLong => write!(f, "The text is longer than {MAX_HEADER_TEXT} characters."),
        }
    }
}

impl std::error::Error for HeaderTextError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_line_break_is_refused() {
        for text in ["a\r\nBcc: x@example.org", "a\nb", "a\0b", "a\u{85}b", "a\u{2028}b"] {
            assert_eq!(HeaderText::parse(text), Err(HeaderTextError::Control), "{text:?}");
        }
        assert_eq!(HeaderText::parse(" "), Err(HeaderTextError::Empty));
        assert_eq!(HeaderText::parse(&"a".repeat(201)), Err(HeaderTextError::TooLong));
        assert_eq!(HeaderText::parse(" Žiga – poročilo ").unwrap().as_str(), "Žiga – poročilo");
    }

    #[test]
    fn a_composed_subject_is_made_to_fit() {
        assert_eq!(HeaderText::cleaned("17 completed\r\n\tof \u{2029} Launch").as_str(), "17 completed of Launch");
        assert_eq!(HeaderText::cleaned("\r\n").as_str(), NOTHING);
        let long = HeaderText::cleaned(&"ab ".repeat(100));
        assert!(long.as_str().ends_with('…') && long.as_str().chars().count() <= MAX_HEADER_TEXT);
        assert!(HeaderText::parse(long.as_str()).is_ok());
    }
}
