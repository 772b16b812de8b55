//! What single cells mean, or what was expected in them.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::domain::import::dates;
use crate::domain::import::mapping::DateOrder;
use crate::domain::import::plan::PlannedDue;
use crate::domain::import::problem::excerpt;
use crate::domain::import::words::{answer_of_word, category_of_word, priority_of_word};
use crate::domain::task::{Category, Priority};

/// A day or an instant.
pub fn due(text: &str, order: DateOrder, zone: Tz) -> Result<PlannedDue, String> {
    dates::parse(text, order, zone).ok_or_else(|| {
        let example = match (text.contains('/'), order) {
            (true, DateOrder::DayFirst) => "28/02/2026 (day first)",
            (true, DateOrder::MonthFirst) => "02/28/2026 (month first)",
            (false, _) => "28.02.2026",
        };
        format!("“{}” is not a date; expected 2026-02-28 or {example}", excerpt(text))
    })
}

/// An instant that has passed. A day of which only the date is known counts as its noon.
pub fn past(text: &str, order: DateOrder, zone: Tz, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let at = dates::instant_of(due(text, order, zone)?, zone);
    if at > now + Duration::days(1) {
        return Err(format!("“{}” lies in the future; expected a day that has passed", excerpt(text)));
    }
    Ok(at.min(now))
}

pub fn priority(text: &str) -> Result<Priority, String> {
    priority_of_word(text)
        .ok_or_else(|| format!("“{}” is not a priority; expected Low, Medium, High or Urgent", excerpt(text)))
}

pub fn category(text: &str) -> Result<Category, String> {
    category_of_word(text)
        .ok_or_else(|| format!("“{}” is not a category; expected Ordinary, Accomplishment or Highlight", excerpt(text)))
}

pub fn answer(text: &str) -> Result<bool, String> {
    answer_of_word(text).ok_or_else(|| format!("“{}” is neither yes nor no; expected yes or no", excerpt(text)))
}

/// Several names in one cell, apart by comma, semicolon, bar or line break; each once.
pub fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split([',', ';', '|', '\n']).map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            names.push(name.to_owned());
        }
    }
    names
}
