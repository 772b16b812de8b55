//! The table of work notes: which days, whose notes, which label, as the address says them.

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{
    board_filter::{decode, encode},
    calendar_span::CalendarSpan,
    ids::UserId,
};

/// What the table of notes shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesQuery {
    pub span: CalendarSpan,
    /// Who wrote the notes.
    pub person: Option<UserId>,
    /// A label's name.
    pub label: Option<String>,
    /// Number of the task behind which the page begins.
    pub after: Option<i32>,
}

impl NotesQuery {
    /// Reads a query; without a span it is the week of today. Weeks begin on `first_day`.
    pub fn from_query(query: &str, today: NaiveDate, first_day: Weekday) -> Self {
        let mut notes = Self {
            span: CalendarSpan::read(query, first_day).unwrap_or(CalendarSpan::week_of(today, first_day)),
            person: None,
            label: None,
            after: None,
        };
        for (name, value) in query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            match name {
                "person" => notes.person = value.parse().ok(),
                "label" if !value.trim().is_empty() => notes.label = Some(value.trim().to_owned()),
                "after" => notes.after = value.parse().ok(),
                _ => {}
            }
        }
        notes
    }

    /// The query that says the same, with its question mark.
    pub fn to_query(&self) -> String {
        let Self { span, person, label, after } = self;
        let (name, value) = span.pair();
        let rest = [
            ("person", person.map(|person| person.to_string())),
            ("label", label.clone()),
            ("after", after.map(|after| after.to_string())),
        ];
        let rest =
            rest.into_iter().filter_map(|(name, value)| value.map(|value| format!("&{name}={}", encode(&value))));
        format!("?{name}={value}{}", rest.collect::<String>())
    }

    /// The same table over other days, from its beginning.
    #[must_use]
    pub fn over(&self, span: CalendarSpan) -> Self {
        Self { span, after: None, ..self.clone() }
    }

    /// Whether something beside the days narrows it.
    pub fn is_narrowed(&self) -> bool {
        self.person.is_some() || self.label.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_the_table_and_back() {
        let today = "2026-11-25".parse().unwrap();
        let query = "?month=2026-10&label=ops+%26+co&after=12";
        assert_eq!(NotesQuery::from_query(query, today, Weekday::Mon).to_query(), query);
        let plain = NotesQuery::from_query("?person=x&label=", today, Weekday::Mon);
        assert_eq!(plain.to_query(), "?week=2026-11-23");
        assert!(!plain.is_narrowed());
        let from_sunday = NotesQuery::from_query("", today, Weekday::Sun);
        assert_eq!(from_sunday.to_query(), "?week=2026-11-22");
    }
}
