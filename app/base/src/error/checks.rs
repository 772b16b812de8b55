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

    /// A single line of text within a length in characters: trimmed, without control characters.
    pub fn line(&mut self, field: &str, value: &str, max: u32) -> String {
        let value = value.trim();
        if value.is_empty() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_a_name_is_refused() {
        let mut checks = Checks::default();
        checks.line("name", "a\nb", 10);
        assert!(checks.done().is_err());
    }
}
