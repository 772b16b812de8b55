//! The board's filter: what the address says, and which tasks it lets through.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::due::DueKey;
use super::ids::UserId;
use super::task::{Category, Priority};

/// Longest text that is searched for, in characters; the rest is cut off.
pub const QUERY_MAX: usize = 200;

/// Whose tasks are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Assignee {
    Me,
    /// Tasks that nobody has.
    Nobody,
    Person(UserId),
}

crate::text_enum!(
    /// Which due dates are shown.
    DueFilter {
        Overdue = "overdue",
        /// Due on the viewer's day.
        Today = "today",
        /// Overdue, or due within the next seven days.
        Week = "week",
        /// Without a due date.
        None = "none",
    }
);

impl DueFilter {
    /// The words for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overdue => "Overdue",
            Self::Today => "Due today",
            Self::Week => "Due this week",
            Self::None => "No due date",
        }
    }
}

/// What the board shows. The default shows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoardFilter {
    /// Words that title, key, labels or people must contain, each of them somewhere.
    pub text: String,
    pub assignee: Option<Assignee>,
    pub due: Option<DueFilter>,
    pub priorities: BTreeSet<Priority>,
    /// A label's name.
    pub label: Option<String>,
    pub category: Option<Category>,
}

/// One part of the filter, so that it can be named and taken away alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Text,
    Assignee,
    Due,
    Priorities,
    Label,
    Category,
}

impl Part {
    /// In the order of the address.
    pub const ALL: [Self; 6] = [Self::Text, Self::Assignee, Self::Due, Self::Priorities, Self::Label, Self::Category];
}

/// A quick chip above the board: one press sets or clears a part of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chip {
    Mine,
    Overdue,
    ThisWeek,
    Unassigned,
    Pressing,
}

impl Chip {
    /// In the order of the board.
    pub const ALL: [Self; 5] = [Self::Mine, Self::Overdue, Self::ThisWeek, Self::Unassigned, Self::Pressing];

    /// The words on it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mine => "My tasks",
            Self::Overdue => "Overdue",
            Self::ThisWeek => "Due this week",
            Self::Unassigned => "Unassigned",
            Self::Pressing => "High and urgent",
        }
    }
}

/// What the filter needs to know of a task.
pub struct Facts<'a> {
    pub title: &'a str,
    /// `T-214`.
    pub key: &'a str,
    pub labels: &'a [&'a str],
    /// The people who have it.
    pub people: &'a [(UserId, &'a str)],
    pub priority: Priority,
    /// `None` without a due date.
    pub due: Option<DueKey>,
    /// Days from the viewer's today to the due date.
    pub days_left: Option<i64>,
    pub category: Category,
}

impl BoardFilter {
    /// The names that the address uses.
    pub const NAMES: [&'static str; 6] = ["q", "assignee", "due", "priority", "label", "category"];

    /// Reads the pairs of a query. What is unknown or empty is left out: an old link still works.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            match name {
                "q" => filter.text = value.chars().take(QUERY_MAX).collect(),
                "assignee" => filter.assignee = read_assignee(value),
                "due" => filter.due = value.parse().ok(),
                "priority" => {
                    filter.priorities.extend(value.split(',').filter_map(|word| word.trim().parse::<Priority>().ok()))
                }
                "label" if !value.is_empty() => filter.label = Some(value.chars().take(QUERY_MAX).collect()),
                "category" => filter.category = value.parse().ok(),
                _ => {}
            }
        }
        filter
    }

    /// Reads what [`BoardFilter::to_query`] wrote.
    pub fn from_query(query: &str) -> Self {
        let pairs = read_query(query);
        Self::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }

    /// The pairs of the query that says the same, in a fixed order and not yet percent-encoded.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        if let Some(assignee) = self.assignee {
            pairs.push(("assignee", write_assignee(assignee)));
        }
        if let Some(due) = self.due {
            pairs.push(("due", due.to_string()));
        }
        if !self.priorities.is_empty() {
            let words: Vec<&str> = self.priorities.iter().map(|priority| priority.as_str()).collect();
            pairs.push(("priority", words.join(",")));
        }
        if let Some(label) = &self.label {
            pairs.push(("label", label.clone()));
        }
        if let Some(category) = self.category {
            pairs.push(("category", category.to_string()));
        }
        pairs
    }

    /// The query with its question mark, percent-encoded; empty where nothing is filtered.
    pub fn to_query(&self) -> String {
        write_query(&self.to_pairs())
    }

    /// Whether a part of it is set.
    pub fn is_set(&self, part: Part) -> bool {
        match part {
            Part::Text => !self.text.is_empty(),
            Part::Assignee => self.assignee.is_some(),
            Part::Due => self.due.is_some(),
            Part::Priorities => !self.priorities.is_empty(),
            Part::Label => self.label.is_some(),
            Part::Category => self.category.is_some(),
        }
    }

    /// The filter without one part.
    #[must_use]
    pub fn without(&self, part: Part) -> Self {
        let mut filter = self.clone();
        match part {
            Part::Text => filter.text.clear(),
            Part::Assignee => filter.assignee = None,
            Part::Due => filter.due = None,
            Part::Priorities => filter.priorities.clear(),
            Part::Label => filter.label = None,
            Part::Category => filter.category = None,
        }
        filter
    }

    /// What a part says, in words; `name_of` knows the people.
    pub fn words_of(&self, part: Part, name_of: impl Fn(UserId) -> Option<String>) -> Option<String> {
        Some(match part {
            Part::Text if self.text.is_empty() => return None,
            Part::Text => format!("“{}”", self.text),
            Part::Assignee => match self.assignee? {
                Assignee::Me => "My tasks".into(),
                Assignee::Nobody => "Unassigned".into(),
                Assignee::Person(person) => name_of(person).unwrap_or_else(|| "Somebody who left".into()),
            },
            Part::Due => self.due?.label().into(),
            Part::Priorities if self.priorities.is_empty() => return None,
            Part::Priorities => {
                let words: Vec<&str> = self.priorities.iter().map(|priority| priority.label()).collect();
                words.join(" or ")
            }
            Part::Label => self.label.clone()?,
            Part::Category => self.category?.label().into(),
        })
    }

    /// Whether anything is filtered.
    pub fn is_active(&self) -> bool {
        *self != Self::default()
    }

    /// Whether a chip is pressed.
    pub fn has(&self, chip: Chip) -> bool {
        match chip {
            Chip::Mine => self.assignee == Some(Assignee::Me),
            Chip::Unassigned => self.assignee == Some(Assignee::Nobody),
            Chip::Overdue => self.due == Some(DueFilter::Overdue),
            Chip::ThisWeek => self.due == Some(DueFilter::Week),
            Chip::Pressing => self.priorities == pressing(),
        }
    }

    /// The filter after a press on a chip.
    #[must_use]
    pub fn toggled(&self, chip: Chip) -> Self {
        let was_on = self.has(chip);
        let mut filter = self.clone();
        match chip {
            Chip::Mine => filter.assignee = (!was_on).then_some(Assignee::Me),
            Chip::Unassigned => filter.assignee = (!was_on).then_some(Assignee::Nobody),
            Chip::Overdue => filter.due = (!was_on).then_some(DueFilter::Overdue),
            Chip::ThisWeek => filter.due = (!was_on).then_some(DueFilter::Week),
            Chip::Pressing => filter.priorities = if was_on { BTreeSet::new() } else { pressing() },
        }
        filter
    }

    /// Whether a task is shown to `viewer`.
    pub fn lets_through(&self, task: &Facts<'_>, viewer: UserId) -> bool {
        self.is_for_assignee(task, viewer)
            && self.is_for_due(task)
            && (self.priorities.is_empty() || self.priorities.contains(&task.priority))
            && self.label.as_ref().is_none_or(|label| task.labels.iter().any(|name| is_same(name, label)))
            && self.category.is_none_or(|category| category == task.category)
            && self.has_words_of(task)
    }

    fn is_for_assignee(&self, task: &Facts<'_>, viewer: UserId) -> bool {
        match self.assignee {
            None => true,
            Some(Assignee::Nobody) => task.people.is_empty(),
            Some(Assignee::Me) => task.people.iter().any(|(id, _)| *id == viewer),
            Some(Assignee::Person(person)) => task.people.iter().any(|(id, _)| *id == person),
        }
    }

    fn is_for_due(&self, task: &Facts<'_>) -> bool {
        let is_overdue = task.due.is_some_and(DueKey::is_overdue);
        match self.due {
            None => true,
            Some(DueFilter::Overdue) => is_overdue,
            Some(DueFilter::Today) => task.due.is_some_and(|key| key != DueKey::Done) && task.days_left == Some(0),
            Some(DueFilter::None) => task.days_left.is_none(),
            Some(DueFilter::Week) => {
                is_overdue
                    || (task.due.is_some_and(|key| key != DueKey::Done)
                        && task.days_left.is_some_and(|days| (0..=7).contains(&days)))
            }
        }
    }

    fn has_words_of(&self, task: &Facts<'_>) -> bool {
        if self.text.is_empty() {
            return true;
        }
        let mut haystack = format!("{}\n{}", task.title, task.key).to_lowercase();
        for name in task.labels.iter().chain(task.people.iter().map(|(_, name)| name)) {
            haystack.push('\n');
            haystack.push_str(&name.to_lowercase());
        }
        self.text.to_lowercase().split_whitespace().all(|word| haystack.contains(word))
    }
}

fn pressing() -> BTreeSet<Priority> {
    BTreeSet::from([Priority::High, Priority::Urgent])
}

fn is_same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn read_assignee(word: &str) -> Option<Assignee> {
    match word {
        "me" => Some(Assignee::Me),
        "none" => Some(Assignee::Nobody),
        id => id.parse().ok().map(Assignee::Person),
    }
}

fn write_assignee(assignee: Assignee) -> String {
    match assignee {
        Assignee::Me => "me".into(),
        Assignee::Nobody => "none".into(),
        Assignee::Person(id) => id.to_string(),
    }
}

/// The pairs of a query, decoded.
pub(super) fn read_query(query: &str) -> Vec<(&str, String)> {
    let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name, decode(value))).collect()
}

/// A query with its question mark; empty where there are no pairs.
pub(super) fn write_query(pairs: &[(&'static str, String)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// Percent-encodes a value of a query.
pub fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => {
                encoded.push(char::from(byte))
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Takes percent-encoding away.
pub fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [byte, tail @ ..] = rest {
        let hex = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINA: UserId = UserId(uuid::Uuid::from_u128(1));
    const JON: UserId = UserId(uuid::Uuid::from_u128(2));

    fn read(query: &str) -> BoardFilter {
        BoardFilter::from_pairs(query.split('&').filter_map(|pair| pair.split_once('=')))
    }

    fn task<'a>(people: &'a [(UserId, &'a str)], due: Option<DueKey>, days_left: Option<i64>) -> Facts<'a> {
        Facts {
            title: "Draft the November report",
            key: "T-214",
            labels: &["Reporting"],
            people,
            priority: Priority::High,
            due,
            days_left,
            category: Category::Ordinary,
        }
    }

    #[test]
    fn the_address_says_the_filter_and_back() {
        let query = "?q=november+report&assignee=me&due=overdue&priority=high,urgent&label=ops";
        let filter = read("q=november report&assignee=me&due=overdue&priority=urgent,high&label=ops");
        assert_eq!(filter.to_query(), query);
        assert_eq!(BoardFilter::from_query(query), filter);
        assert_eq!(BoardFilter::default().to_query(), "");
        let odd = BoardFilter { text: "50% & čaj".into(), ..Default::default() };
        assert_eq!(odd.to_query(), "?q=50%25+%26+%C4%8Daj");
        assert_eq!(BoardFilter::from_query(&odd.to_query()), odd);
    }

    #[test]
    fn what_the_address_says_wrongly_is_left_out() {
        assert_eq!(read("due=someday&priority=extreme&assignee=x&colour=red&q=  "), BoardFilter::default());
    }

    #[test]
    fn a_chip_sets_its_part_and_clears_it_again() {
        for chip in Chip::ALL {
            let on = BoardFilter::default().toggled(chip);
            assert!(on.has(chip) && on.is_active(), "{}", chip.label());
            assert_eq!(on.toggled(chip), BoardFilter::default());
        }
        let mine = BoardFilter::default().toggled(Chip::Overdue).toggled(Chip::Mine);
        assert!(mine.has(Chip::Overdue) && !mine.toggled(Chip::Unassigned).has(Chip::Mine));
    }

    #[test]
    fn every_word_must_be_somewhere_in_the_task() {
        let task = task(&[(MINA, "Mina Kovač")], None, None);
        for (text, shown) in [
            ("report NOVEMBER", true),
            ("t-214", true),
            ("kovač", true),
            ("reporting", true),
            ("report december", false),
        ] {
            let filter = BoardFilter { text: text.into(), ..Default::default() };
            assert_eq!(filter.lets_through(&task, JON), shown, "{text}");
        }
    }

    #[test]
    fn mine_and_unassigned_look_at_the_people() {
        let (hers, nobodys) = (task(&[(MINA, "Mina")], None, None), task(&[], None, None));
        let mine = BoardFilter::default().toggled(Chip::Mine);
        assert!(mine.lets_through(&hers, MINA) && !mine.lets_through(&hers, JON) && !mine.lets_through(&nobodys, MINA));
        let unassigned = BoardFilter::default().toggled(Chip::Unassigned);
        assert!(unassigned.lets_through(&nobodys, MINA) && !unassigned.lets_through(&hers, MINA));
    }

    #[test]
    fn this_week_has_what_is_late_and_the_next_seven_days() {
        let week = BoardFilter::default().toggled(Chip::ThisWeek);
        let shows = |due, days| week.lets_through(&task(&[], due, days), MINA);
        assert!(shows(Some(DueKey::Stale), Some(-12)));
        assert!(shows(Some(DueKey::Today), Some(0)));
        assert!(shows(Some(DueKey::Upcoming), Some(7)));
        assert!(!shows(Some(DueKey::Upcoming), Some(8)));
        assert!(!shows(Some(DueKey::Done), Some(2)));
        assert!(!shows(None, None));
    }

    #[test]
    fn today_and_no_date_are_filters_of_their_own() {
        let shows = |due, key, days| {
            let filter = BoardFilter { due: Some(due), ..Default::default() };
            filter.lets_through(&task(&[], key, days), MINA)
        };
        assert!(shows(DueFilter::Today, Some(DueKey::Today), Some(0)));
        assert!(!shows(DueFilter::Today, Some(DueKey::Done), Some(0)));
        assert!(!shows(DueFilter::Today, Some(DueKey::Soon), Some(1)));
        assert!(shows(DueFilter::None, None, None));
        assert!(!shows(DueFilter::None, Some(DueKey::Later), Some(40)));
    }

    #[test]
    fn each_part_has_words_and_can_be_taken_away_alone() {
        let filter = read("q=smtp&assignee=none&due=today&priority=high,urgent&label=ops&category=highlight");
        let words: Vec<String> = Part::ALL.iter().filter_map(|part| filter.words_of(*part, |_| None)).collect();
        assert_eq!(words, ["“smtp”", "Unassigned", "Due today", "High or Urgent", "ops", "Highlight"]);
        for part in Part::ALL {
            let rest = filter.without(part);
            assert!(filter.is_set(part) && !rest.is_set(part));
            assert_eq!(Part::ALL.iter().filter(|other| rest.is_set(**other)).count(), 5);
        }
    }
}
