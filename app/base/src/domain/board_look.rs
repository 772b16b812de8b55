//! How a board is laid out: its order, its lanes, its density. Part of the address, as the filter is.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::board_filter::{BoardFilter, read_query, write_query};
use super::due::Due;
use super::task::Priority;

crate::text_enum!(
    /// The order of the cards in each list.
    Sort {
        /// As people put them.
        Manual = "manual",
        /// The nearest due date first, those without one last.
        Due = "due",
        /// The most urgent first.
        Priority = "priority",
        /// The newest first.
        Created = "created",
        /// What changed last first.
        Updated = "updated",
        /// By the alphabet.
        Title = "title",
    }
);

impl Sort {
    /// The words in menus.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Manual => "By hand",
            Self::Due => "Due date",
            Self::Priority => "Priority",
            Self::Created => "Newest",
            Self::Updated => "Last changed",
            Self::Title => "Title",
        }
    }

    /// What is said where a card cannot be put between two others.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Manual => "Sorted by hand.",
            Self::Due => "Sorted by due date. The task will be placed automatically.",
            Self::Priority => "Sorted by priority. The task will be placed automatically.",
            Self::Created => "Sorted by age. The task will be placed automatically.",
            Self::Updated => "Sorted by last change. The task will be placed automatically.",
            Self::Title => "Sorted by title. The task will be placed automatically.",
        }
    }
}

/// What the order of a card depends on.
#[derive(Clone, Copy, Debug)]
pub struct SortFacts<'a> {
    pub due: Option<Due>,
    pub priority: Priority,
    /// Counts up in the project.
    pub number: i32,
    pub title: &'a str,
    /// `None` where it has changed just now.
    pub updated: Option<DateTime<Utc>>,
}

impl Sort {
    /// Which of two cards stands first; equal where only the hand decides.
    pub fn compare(self, a: &SortFacts<'_>, b: &SortFacts<'_>) -> Ordering {
        match self {
            Self::Manual => Ordering::Equal,
            Self::Due => match (a.due.map(deadline), b.due.map(deadline)) {
                (Some(a), Some(b)) => a.cmp(&b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            },
            Self::Priority => b.priority.cmp(&a.priority),
            Self::Created => b.number.cmp(&a.number),
            Self::Updated => match (a.updated, b.updated) {
                (Some(a), Some(b)) => b.cmp(&a),
                (a, b) => a.is_some().cmp(&b.is_some()),
            },
            Self::Title => a.title.to_lowercase().cmp(&b.title.to_lowercase()),
        }
    }
}

/// The last moment of a due date on the viewer's clock.
fn deadline(due: Due) -> NaiveDateTime {
    match due {
        Due::On(date) => date.and_time(NaiveTime::MIN) + chrono::TimeDelta::hours(24),
        Due::At { local, .. } => local,
    }
}

crate::text_enum!(
    /// What the lanes of a board are.
    Group { Assignee = "assignee", Priority = "priority", Label = "label" }
);

impl Group {
    /// The words in menus.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Assignee => "Person",
            Self::Priority => "Priority",
            Self::Label => "Label",
        }
    }
}

crate::text_enum!(
    /// How close the cards stand.
    Density { Comfortable = "comfortable", Compact = "compact" }
);

impl Density {
    /// The words in menus.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Comfortable => "Comfortable",
            Self::Compact => "Compact",
        }
    }
}

/// How a board is laid out. The default is the plain board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoardLook {
    pub sort: Sort,
    pub group: Option<Group>,
    /// `None`: as the person has chosen in the profile.
    pub density: Option<Density>,
    /// Whether work that was completed long ago is shown too.
    pub shows_older: bool,
}

impl Default for BoardLook {
    fn default() -> Self {
        Self { sort: Sort::Manual, group: None, density: None, shows_older: false }
    }
}

impl BoardLook {
    /// The names that the address uses.
    pub const NAMES: [&'static str; 4] = ["sort", "group", "density", "older"];

    /// Reads the pairs of a query. What is unknown is left out.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut look = Self::default();
        for (name, value) in pairs {
            match name {
                "sort" => look.sort = value.parse().unwrap_or(Sort::Manual),
                "group" => look.group = value.parse().ok(),
                "density" => look.density = value.parse().ok(),
                "older" => look.shows_older = value == "all",
                _ => {}
            }
        }
        look
    }

    /// The pairs of the query that says the same.
    pub fn to_pairs(self) -> Vec<(&'static str, String)> {
        let Self { sort, group, density, shows_older } = self;
        let mut pairs = Vec::new();
        if sort != Sort::Manual {
            pairs.push(("sort", sort.to_string()));
        }
        if let Some(group) = group {
            pairs.push(("group", group.to_string()));
        }
        if let Some(density) = density {
            pairs.push(("density", density.to_string()));
        }
        if shows_older {
            pairs.push(("older", "all".into()));
        }
        pairs
    }
}

/// The query of a board: what it shows and how, with its question mark; empty for the plain board.
pub fn board_query(filter: &BoardFilter, look: BoardLook) -> String {
    let mut pairs = filter.to_pairs();
    pairs.extend(look.to_pairs());
    write_query(&pairs)
}

/// Reads what [`board_query`] wrote.
pub fn read_board_query(query: &str) -> (BoardFilter, BoardLook) {
    let pairs = read_query(query);
    let borrowed = || pairs.iter().map(|(name, value)| (*name, value.as_str()));
    (BoardFilter::from_pairs(borrowed()), BoardLook::from_pairs(borrowed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_filter_and_look_and_back() {
        let query = "?q=smtp+relay&priority=high&sort=due&group=assignee&density=compact&older=all";
        let (filter, look) = read_board_query(query);
        assert_eq!((look.sort, look.group), (Sort::Due, Some(Group::Assignee)));
        assert_eq!(board_query(&filter, look), query);
        assert_eq!(board_query(&BoardFilter::default(), BoardLook::default()), "");
    }

    fn facts(title: &str, number: i32) -> SortFacts<'_> {
        SortFacts { due: None, priority: Priority::Medium, number, title, updated: None }
    }

    #[test]
    fn each_order_puts_first_what_it_is_about() {
        let (a, b) = (facts("apple", 1), facts("Banana", 2));
        assert_eq!(Sort::Title.compare(&a, &b), Ordering::Less);
        assert_eq!(Sort::Created.compare(&a, &b), Ordering::Greater);
        assert_eq!(Sort::Manual.compare(&a, &b), Ordering::Equal);
        let urgent = SortFacts { priority: Priority::Urgent, ..b };
        assert_eq!(Sort::Priority.compare(&a, &urgent), Ordering::Greater);
        let touched = SortFacts { updated: Some(DateTime::UNIX_EPOCH), ..a };
        assert_eq!(Sort::Updated.compare(&a, &touched), Ordering::Less, "what changed just now is first");
    }

    #[test]
    fn the_nearest_due_date_is_first_and_a_day_ends_with_it() {
        let on = |date: &str| Some(Due::On(date.parse().unwrap()));
        let local = "2026-11-23T17:00:00".parse().unwrap();
        let at = SortFacts { due: Some(Due::At { instant: DateTime::UNIX_EPOCH, local }), ..facts("at", 1) };
        let same_day = SortFacts { due: on("2026-11-23"), ..facts("day", 2) };
        let next_day = SortFacts { due: on("2026-11-24"), ..facts("next", 3) };
        let never = facts("never", 4);
        let mut all = [never, next_day, same_day, at];
        all.sort_by(|a, b| Sort::Due.compare(a, b));
        assert_eq!(all.map(|facts| facts.title), ["at", "day", "next", "never"]);
    }

    #[test]
    fn what_the_address_says_wrongly_is_the_plain_board() {
        assert_eq!(read_board_query("?sort=colour&group=moon&density=9&older=1&notice=saved").1, BoardLook::default());
    }
}
