//! A place in an export, and what may stand there. Nothing is shortened or guessed: our own exports keep our own
//! limits, so what does not is a fault.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use crate::domain::import::problem::{ImportProblem, excerpt};
use crate::error::{is_blank, is_forbidden};

/// Years in which a day can lie.
const YEARS: RangeInclusive<i32> = 1970..=9999;

/// A part of the file as people find it: `task OPS-3, comment 2`.
pub struct Place {
    words: String,
    /// What happened lies before it.
    now: DateTime<Utc>,
}

impl Place {
    pub fn new(words: impl Into<String>, now: DateTime<Utc>) -> Self {
        Self { words: words.into(), now }
    }

    /// A part of this one, counted from 1.
    pub fn part(&self, name: &str, place: usize) -> Self {
        Self { words: format!("{}, {name} {}", self.words, place + 1), now: self.now }
    }

    /// A fault of a field.
    pub fn fault(&self, field: &str, message: impl Into<String>) -> ImportProblem {
        ImportProblem::part(format!("{}, {field}", self.words), message)
    }

    /// A line that is not empty.
    pub fn line(&self, field: &str, text: &str, max: u32) -> Result<String, ImportProblem> {
        if is_blank(text) {
            return Err(self.fault(field, "it is empty; expected a text"));
        }
        self.optional_line(field, text, max)
    }

    /// A line that may be empty.
    pub fn optional_line(&self, field: &str, text: &str, max: u32) -> Result<String, ImportProblem> {
        self.checked(field, text.trim(), max, is_forbidden)
    }

    /// Lines, or nothing.
    pub fn text(&self, field: &str, text: &str, max: u32) -> Result<String, ImportProblem> {
        self.checked(field, text, max, |c| c != '\n' && c != '\t' && is_forbidden(c))
    }

    fn checked(
        &self,
        field: &str,
        text: &str,
        max: u32,
        is_refused: impl Fn(char) -> bool,
    ) -> Result<String, ImportProblem> {
        let length = text.chars().count();
        if length > max as usize {
            let message = format!("“{}” has {length} characters; expected at most {max}", excerpt(text));
            return Err(self.fault(field, message));
        }
        match text.chars().find(|c| is_refused(*c)) {
            Some(c) => Err(self.fault(field, format!("the character U+{:04X} cannot be kept", u32::from(c)))),
            None => Ok(text.to_owned()),
        }
    }

    /// One of some words.
    pub fn choice<T: FromStr + Display>(&self, field: &str, word: &str, all: &[T]) -> Result<T, ImportProblem> {
        word.parse().map_err(|_| {
            let known: Vec<String> = all.iter().map(ToString::to_string).collect();
            self.fault(field, format!("“{}” is not known; expected one of {}", excerpt(word), known.join(", ")))
        })
    }

    /// A number between bounds.
    pub fn whole(&self, field: &str, number: i32, bounds: RangeInclusive<i32>) -> Result<i32, ImportProblem> {
        if bounds.contains(&number) {
            return Ok(number);
        }
        let message = format!("{number} is out of range; expected {} to {}", bounds.start(), bounds.end());
        Err(self.fault(field, message))
    }

    /// A day within the years that are kept.
    pub fn day(&self, field: &str, day: NaiveDate) -> Result<NaiveDate, ImportProblem> {
        if YEARS.contains(&day.year()) {
            return Ok(day);
        }
        let message = format!("{day} is out of range; expected a day from {} to {}", YEARS.start(), YEARS.end());
        Err(self.fault(field, message))
    }

    /// An instant within the years that are kept.
    pub fn instant(&self, field: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, ImportProblem> {
        self.day(field, at.date_naive()).map(|_| at)
    }

    /// Something that has happened. Clocks may differ by a day.
    pub fn past(&self, field: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, ImportProblem> {
        if at > self.now + TimeDelta::days(1) {
            return Err(self.fault(field, format!("{at} lies in the future; expected when it happened")));
        }
        self.instant(field, at)
    }

    /// Something that may have happened.
    pub fn maybe_past(&self, field: &str, at: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, ImportProblem> {
        at.map(|at| self.past(field, at)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::Status;

    fn place() -> Place {
        Place::new("task OPS-3", "2026-11-23T12:00:00Z".parse().unwrap()).part("comment", 1)
    }

    #[test]
    fn a_fault_names_its_place_what_stands_there_and_what_was_expected() {
        let too_long = place().line("text", &"w".repeat(10_000), 500).unwrap_err().to_string();
        assert_eq!(
            too_long,
            format!("task OPS-3, comment 2, text: “{}…” has 10000 characters; expected at most 500", "w".repeat(40))
        );
        assert_eq!(
            place().choice("status", "doing", Status::ALL).unwrap_err().message,
            "“doing” is not known; expected one of todo, progress, pending, done"
        );
        assert_eq!(place().text("text", "a\0", 5).unwrap_err().message, "the character U+0000 cannot be kept");
        assert!(place().line("text", " ", 5).unwrap_err().message.starts_with("it is empty"));
        assert!(place().whole("limit", 0, 1..=9).unwrap_err().message.contains("expected 1 to 9"));
    }

    #[test]
    fn what_happened_lies_in_the_past_and_a_due_date_in_a_year_of_four_digits() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(place().past("at", at("2026-11-24T11:00:00Z")).is_ok(), "clocks differ");
        assert!(place().past("at", at("2026-11-25T12:00:00Z")).unwrap_err().message.contains("in the future"));
        assert!(place().past("at", at("1969-12-31T00:00:00Z")).unwrap_err().message.contains("out of range"));
        assert!(place().instant("due_at", at("9999-12-31T00:00:00Z")).is_ok());
        let day = NaiveDate::from_ymd_opt(12_000, 1, 1).unwrap();
        assert!(place().day("due_on", day).unwrap_err().message.contains("from 1970 to 9999"));
    }
}
