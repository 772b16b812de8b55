//! The board's filter: what the address says, and which tasks it lets through.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::due::DueKey;
use super::ids::UserId;
use super::task::Priority;

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
        /// Overdue, or due within the next seven days.
        Week = "week",
    }
);

/// What the board shows. The default shows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardFilter {
    /// Words that title, key, labels or people must contain, each of them somewhere.
    pub text: String,
    pub assignee: Option<Assignee>,
    pub due: Option<DueFilter>,
    pub priorities: BTreeSet<Priority>,
    /// A label's name.
    pub label: Option<String>,
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
}

impl BoardFilter {
    /// The names that the address uses.
    pub const NAMES: [&'static str; 5] = ["q", "assignee", "due", "priority", "label"];

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
                "label" if !value.is_empty() => filter.label = Some(value.to_owned()),
                _ => {}
            }
        }
        filter
    }

    /// Reads what [`BoardFilter::to_query`] wrote.
    pub fn from_query(query: &str) -> Self {
        let pairs: Vec<(&str, String)> = query
            .trim_start_matches('?')
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name, decode(value)))
            .collect();
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
        pairs
    }

    /// The query with its question mark, percent-encoded; empty where nothing is filtered.
    pub fn to_query(&self) -> String {
        let pairs: Vec<String> =
            self.to_pairs().iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
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
}
