//! Checks of a form: what breaks a rule is noted with its field.

use super::{AppError, AppResult, FieldError, Problem};

/// Collects broken rules of a form, field by field.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Notes a problem with a field.
    pub fn add(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldError { field: field.into(), problem, line: None });
    }

    /// Notes a problem with one line of a field (lines count from 1).
    pub fn add_line(&mut self, field: &str, line: u32, problem: Problem) {
        self.0.push(FieldError { field: field.into(), problem, line: Some(line) });
    }

    /// A single line of text within a length in characters: trimmed, without control characters, and with something to
    /// be seen.
    pub fn line(&mut self, field: &str, value: &str, max: u32) -> String {
        let value = value.trim();
        if is_blank(value) {
            self.add(field, Problem::Required);
        }
        self.optional_line(field, value, max)
    }

    /// As [`Checks::line`], but may be empty.
    pub fn optional_line(&mut self, field: &str, value: &str, max: u32) -> String {
        let value = value.trim();
        if value.chars().count() > max as usize {
            self.add(field, Problem::TooLong { max });
        }
        if value.chars().any(is_forbidden) {
            self.add(field, Problem::ControlCharacters);
        }
        value.to_owned()
    }

    /// Text of several lines within a length in characters; line breaks become `\n`.
    pub fn text(&mut self, field: &str, value: &str, max: u32) -> String {
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        if value.chars().count() > max as usize {
            self.add(field, Problem::TooLong { max });
        }
        if value.chars().any(|c| c != '\n' && c != '\t' && is_forbidden(c)) {
            self.add(field, Problem::ControlCharacters);
        }
        value
    }

    /// `Ok` where nothing was noted.
    pub fn done(self) -> AppResult<()> {
        AppError::check(self.0)
    }
}

/// C0, C1, DEL and the two Unicode line separators: refused at input, because they break headers,
/// logs and commands further on.
pub fn is_forbidden(c: char) -> bool {
    c.is_control() || c == '\u{2028}' || c == '\u{2029}'
}

/// Whether nothing of a text is seen: it is empty, or all space and characters without a width of their own (joiners,
/// marks of direction, fillers). A title of these alone is a card without words, which nobody can read or press.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_characters_that_nobody_sees_is_refused_as_an_empty_one() {
        let problem_of = |value: &str| {
            let mut checks = Checks::default();
            checks.line("title", value, 10);
            checks.done().err()
        };
        for unseen in ["\u{200b}", "\u{2060}\u{feff}", "\u{200e}\u{202e} \u{2067}", "\u{ad}", " \u{3164}\u{fe0f}"] {
            assert_eq!(problem_of(unseen), problem_of(""), "{unseen:?}");
        }
        for seen in ["a\u{200b}", "👨\u{200d}👩", "❤\u{fe0f}", "\u{200f}שלום", "می\u{200c}خواهم"] {
            assert_eq!(problem_of(seen), None, "{seen:?}");
        }
    }

    #[test]
    fn a_line_break_in_a_name_is_refused() {
        let mut checks = Checks::default();
        checks.line("name", "a\nb", 10);
        assert!(checks.done().is_err());
    }
}
