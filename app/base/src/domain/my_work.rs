//! The person's own tasks, by when they are due.

use chrono::{Datelike, NaiveDate};

use super::due::DueKey;

crate::text_enum!(
    /// When a task is due, as a person plans.
    WorkWhen {
        Overdue = "overdue",
        Today = "today",
        /// Until Sunday.
        ThisWeek = "week",
        Later = "later",
        NoDate = "none",
    }
);

impl WorkWhen {
    /// The heading of its tasks.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overdue => "Overdue",
            Self::Today => "Today",
            Self::ThisWeek => "This week",
            Self::Later => "Later",
            Self::NoDate => "No date",
        }
    }

    /// The group of an open task: the day it is due, if any, and how near that is.
    pub fn of(due: Option<(NaiveDate, DueKey)>, today: NaiveDate) -> Self {
        match due {
            None => Self::NoDate,
            Some((_, key)) if key.is_overdue() => Self::Overdue,
            Some((day, _)) if day <= today => Self::Today,
            Some((day, _)) if day.iso_week() == today.iso_week() => Self::ThisWeek,
            Some(_) => Self::Later,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_ends_on_sunday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-25");
        let of = |text: &str, key| WorkWhen::of(Some((day(text), key)), today);
        assert_eq!(of("2026-11-24", DueKey::Overdue), WorkWhen::Overdue);
        assert_eq!(of("2026-11-25", DueKey::Overdue), WorkWhen::Overdue, "an hour ago");
        assert_eq!(of("2026-11-25", DueKey::Today), WorkWhen::Today);
        assert_eq!(of("2026-11-29", DueKey::Upcoming), WorkWhen::ThisWeek);
        assert_eq!(of("2026-11-30", DueKey::Upcoming), WorkWhen::Later);
        assert_eq!(WorkWhen::of(None, today), WorkWhen::NoDate);
    }
}
