//! Words of one's own in the mails of a digest or a reminder: a subject, and an introduction in Markdown. A few variables
//! in them are filled in for each reader. No other sign of the template language means anything here, so what was kept can
//! always be filled in.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Checks, Problem},
    text_enum,
};

/// Longest subject, in characters.
pub const SUBJECT_MAX: u32 = 200;
/// Longest introduction, in characters.
pub const INTRODUCTION_MAX: u32 = 2_000;

text_enum!(
    /// What is filled in.
    Variable {
        /// The reader's name.
        Person = "person",
        /// The name of the job's project.
        Project = "project",
        /// How many tasks of the reader are how near: "3 due today, 1 overdue".
        Tasks = "tasks",
        /// The reader's day: "Thursday 26 November 2026".
        Day = "day",
    }
);

/// What a job says in its mails beside the lists of tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnWords {
    /// Empty: the numbers of tasks, and the day.
    pub subject: String,
    /// Stands above the lists, in Markdown; empty: nothing does.
    pub introduction: String,
}

impl OwnWords {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        let Self { subject, introduction } = self;
        subject.is_empty() && introduction.is_empty()
    }

    /// Notes what is no variable with its field: `own_subject` or `introduction`.
    pub fn check(&self, checks: &mut Checks) {
        let Self { subject, introduction } = self;
        for (field, text) in [("own_subject", subject), ("introduction", introduction)] {
            if pieces(text).iter().any(|piece| matches!(piece, Piece::Unknown)) {
                checks.add(field, Problem::NotAVariable);
            }
        }
    }
}

/// A text with its variables filled in.
pub fn fill(text: &str, value: impl Fn(Variable) -> String) -> String {
    let words = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Known(variable) => value(variable),
        Piece::Unknown => String::new(),
    };
    pieces(text).into_iter().map(words).collect()
}

/// A part of a text.
enum Piece<'a> {
    Text(&'a str),
    Known(Variable),
    /// Something in braces that is no variable, or is not closed.
    Unknown,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        pieces.push(Piece::Text(before));
        let Some((name, after)) = behind.split_once("}}") else {
            pieces.push(Piece::Unknown);
            return pieces;
        };
        pieces.push(name.trim().parse::<Variable>().map_or(Piece::Unknown, Piece::Known));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AppError;

    fn problems(subject: &str, introduction: &str) -> Vec<String> {
        let mut checks = Checks::default();
        OwnWords { subject: subject.into(), introduction: introduction.into() }.check(&mut checks);
        match checks.done() {
            Err(AppError::Invalid(invalid)) => invalid.fields.into_iter().map(|field| field.field).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn variables_are_filled_in_wherever_they_stand_and_their_values_are_not_looked_at_again() {
        let value = |variable: Variable| match variable {
            Variable::Person => "{{ day }}".to_owned(),
            other => format!("<{other}>"),
        };
        assert_eq!(
            fill("{{person}}: {{ tasks }} in {{ project }}, {{ day }}", value),
            "{{ day }}: <tasks> in <project>, <day>"
        );
        assert_eq!(fill("No { braces } {% if %} {# x #}", value), "No { braces } {% if %} {# x #}");
        assert_eq!(fill("", value), "");
    }

    #[test]
    fn what_is_no_variable_is_noted_with_its_field() {
        assert!(problems("{{ tasks }} for {{person}}", "Good morning,\n{{ day }}").is_empty());
        assert_eq!(problems("{{ persn }}", ""), ["own_subject"]);
        assert_eq!(problems("{{ person", "{{ person | upper }} {{ x }}"), ["own_subject", "introduction"]);
        assert_eq!(problems("{{}}", "}} alone is text"), ["own_subject"]);
    }
}
