//! A mail for one person alone: which of their tasks stand in it and where, what its subject says, and the frozen lists of
//! all readers of a run, from which every message of it is written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    due::{self, Due, DueKey, Finish, ViewerClock},
    ids::{ProjectId, TaskId, UserId},
    job::{JobKind, RecipientKind},
    own_words::OwnWords,
    report::DueWords,
    task::Priority,
};
use crate::text_enum;

text_enum!(
    /// A list of tasks in a personal mail.
    Section {
        Overdue = "overdue",
        Today = "today",
        Tomorrow = "tomorrow",
        /// In the next [`SOON`] days.
        Soon = "soon",
        /// After tomorrow.
        Later = "later",
        /// Waits for another task, with no date that is near.
        Blocked = "blocked",
        /// Nothing of the above.
        Assigned = "assigned",
    }
);

/// Days after today whose tasks a digest shows as due soon.
pub const SOON: i64 = 7;
/// Tasks of a section that are frozen and shown; of the rest there is a number. Mail programs cut long messages.
pub const ROWS: usize = 10;
/// The form of [`PersonalSnapshot`] as JSON. A change that older readers cannot read raises it.
pub const FORMAT: u32 = 1;

impl Section {
    /// Those that a digest can have, in the order of the mail.
    pub const OF_DIGEST: [Section; 5] =
        [Section::Overdue, Section::Today, Section::Soon, Section::Blocked, Section::Assigned];

    /// What a subject says first.
    const BY_WEIGHT: [Section; 7] = [
        Section::Today,
        Section::Overdue,
        Section::Tomorrow,
        Section::Soon,
        Section::Later,
        Section::Blocked,
        Section::Assigned,
    ];

    /// Its heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Section::Overdue => "Overdue",
            Section::Today => "Due today",
            Section::Tomorrow => "Due tomorrow",
            Section::Soon => "Due in the next 7 days",
            Section::Later => "Due later",
            Section::Blocked => "Blocked",
            Section::Assigned => "Also assigned to you",
        }
    }

    /// What stands behind its number in a subject: "3 due today".
    const fn counted(self) -> &'static str {
        match self {
            Section::Overdue => "overdue",
            Section::Today => "due today",
            Section::Tomorrow => "due tomorrow",
            Section::Soon => "due in 7 days",
            Section::Later => "due later",
            Section::Blocked => "blocked",
            Section::Assigned => "more assigned",
        }
    }

    /// Where a person's open task stands in their digest: the first chosen section that fits, so that each task stands
    /// there once.
    pub fn of_digest(chosen: &[Section], due: Option<Due>, is_blocked: bool, clock: ViewerClock) -> Option<Section> {
        let key = due::chip(due, Finish::Open, clock).map(|chip| chip.key);
        let days = due.map(|due| (due.date() - clock.today()).num_days());
        let is_overdue = key.is_some_and(DueKey::is_overdue);
        let fits = |section: &Section| match section {
            Section::Overdue => is_overdue,
            Section::Today => days == Some(0) && !is_overdue,
            Section::Soon => days.is_some_and(|days| (1..=SOON).contains(&days)),
            Section::Blocked => is_blocked,
            Section::Assigned => true,
            Section::Tomorrow | Section::Later => false,
        };
        Section::OF_DIGEST.into_iter().filter(|section| chosen.contains(section)).find(fits)
    }

    /// Where a task stands in a reminder.
    pub fn of_reminder(due: Due, clock: ViewerClock) -> Section {
        match (due.date() - clock.today()).num_days() {
            ..=0 => Section::Today,
            1 => Section::Tomorrow,
            _ => Section::Later,
        }
    }
}

/// What a run sends to whom, frozen: every message of it, also one that is sent again, is written from this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalSnapshot {
    pub format: u32,
    pub kind: JobKind,
    /// The instant whose standing it shows.
    pub as_of: DateTime<Utc>,
    /// The project of the job: its key names the list, its board has a link where the lists are of it alone.
    pub project: PersonalProject,
    /// Whether the lists are of that project alone.
    pub is_of_project: bool,
    /// What the job says beside the lists; nothing in runs from before it could.
    #[serde(default, skip_serializing_if = "OwnWords::is_empty")]
    pub words: OwnWords,
    /// Those who have something, in the order of the recipients.
    pub readers: Vec<Reader>,
}

/// A project as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalProject {
    pub id: ProjectId,
    pub key: String,
    pub name: String,
}

/// Somebody who gets a mail, with what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    pub user: UserId,
    pub address: String,
    pub name: String,
    pub kind: RecipientKind,
    /// The group through which they are on the list.
    pub via: Option<String>,
    /// Their day.
    pub today: NaiveDate,
    /// Without empty ones.
    pub lists: Vec<List>,
    /// All projects of which something stands in it.
    pub projects: Vec<ProjectId>,
}

/// A section with its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    pub section: Section,
    /// How many there are; the tasks are at most [`ROWS`] of them.
    pub count: usize,
    pub tasks: Vec<PersonalTask>,
}

/// A task in a personal mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalTask {
    pub id: TaskId,
    /// "T-219".
    pub reference: String,
    pub title: String,
    /// Name of its project.
    pub project: String,
    pub priority: Priority,
    /// Open tasks that stand before it.
    pub blocked_by: u32,
    /// What its due date meant then.
    pub due: Option<DueWords>,
    /// The whole date: "Friday 27 November 2026, 17:00".
    pub due_on: Option<String>,
}

impl Reader {
    /// The finding: "3 due today, 1 overdue", the most pressing three.
    pub fn finding(&self) -> String {
        self.counts().into_iter().take(3).collect::<Vec<_>>().join(", ")
    }

    /// The finding and the day: the subject of the mail.
    pub fn subject(&self) -> String {
        format!("{} · {}", self.finding(), self.today.format("%a %-d %b"))
    }

    /// All numbers: what a mail program shows beside the subject.
    pub fn preview(&self) -> String {
        format!("{}.", self.counts().join(", "))
    }

    fn counts(&self) -> Vec<String> {
        let list = |section| self.lists.iter().find(|list| list.section == section);
        let counted = |list: &List| format!("{} {}", list.count, list.section.counted());
        Section::BY_WEIGHT.into_iter().filter_map(list).map(counted).collect()
    }
}

impl PersonalSnapshot {
    /// What the pages of the run say of it to everybody: how many mails, and nothing of what stands in them.
    pub fn subject(&self) -> String {
        match self.readers.len() {
            1 => format!("{} for 1 person", self.kind.label()),
            people => format!("{} for {people} people", self.kind.label()),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    /// Thursday 26 November 2026, 09:00, an hour ahead of UTC.
    fn clock() -> ViewerClock {
        ViewerClock { now: "2026-11-26T08:00:00Z".parse().unwrap(), utc_offset_minutes: 60, soon_days: 3 }
    }

    fn on(day: &str) -> Option<Due> {
        Some(Due::On(day.parse().unwrap()))
    }

    fn at(instant: &str) -> Option<Due> {
        let instant: DateTime<Utc> = instant.parse().unwrap();
        Some(Due::At { instant, local: instant.naive_utc() + Duration::hours(1) })
    }

    fn of(chosen: &[Section], due: Option<Due>, is_blocked: bool) -> Option<Section> {
        Section::of_digest(chosen, due, is_blocked, clock())
    }

    #[test]
    fn a_task_stands_in_the_first_section_that_fits() {
        let all = Section::OF_DIGEST;
        assert_eq!(of(&all, on("2026-11-25"), true), Some(Section::Overdue));
        assert_eq!(of(&all, at("2026-11-26T07:59:00Z"), false), Some(Section::Overdue), "a minute ago");
        assert_eq!(of(&all, at("2026-11-26T16:00:00Z"), false), Some(Section::Today));
        assert_eq!(of(&all, on("2026-11-26"), false), Some(Section::Today));
        assert_eq!(of(&all, on("2026-11-27"), false), Some(Section::Soon));
        assert_eq!(of(&all, on("2026-12-03"), true), Some(Section::Soon));
        assert_eq!(of(&all, on("2026-12-04"), true), Some(Section::Blocked));
        assert_eq!(of(&all, on("2026-12-04"), false), Some(Section::Assigned));
        assert_eq!(of(&all, None, false), Some(Section::Assigned));
    }

    #[test]
    fn what_was_not_chosen_is_left_out_or_stands_where_it_also_fits() {
        assert_eq!(of(&[Section::Overdue], on("2026-11-26"), false), None);
        assert_eq!(of(&[Section::Blocked, Section::Today], on("2026-11-25"), true), Some(Section::Blocked));
        assert_eq!(of(&[Section::Assigned], on("2026-11-25"), true), Some(Section::Assigned));
    }

    #[test]
    fn today_is_the_readers_day() {
        let west = ViewerClock { now: "2026-11-27T03:00:00Z".parse().unwrap(), utc_offset_minutes: -300, soon_days: 3 };
        let east =
            ViewerClock { now: "2026-11-26T20:00:00Z".parse().unwrap(), utc_offset_minutes: 13 * 60, soon_days: 3 };
        let thursday = on("2026-11-26");
        assert_eq!(Section::of_digest(&Section::OF_DIGEST, thursday, false, west), Some(Section::Today));
        assert_eq!(Section::of_digest(&Section::OF_DIGEST, thursday, false, east), Some(Section::Overdue));
    }

    #[test]
    fn a_reminder_is_sorted_by_days() {
        let place = |due: Option<Due>| Section::of_reminder(due.unwrap(), clock());
        assert_eq!(place(at("2026-11-26T22:59:00Z")), Section::Today);
        assert_eq!(place(at("2026-11-26T23:00:00Z")), Section::Tomorrow);
        assert_eq!(place(on("2026-11-28")), Section::Later);
    }

    #[test]
    fn the_subject_says_the_most_pressing_numbers_and_the_day() {
        let list = |section, count| List { section, count, tasks: Vec::new() };
        let reader = Reader {
            user: UserId(uuid::Uuid::nil()),
            address: "mina@example.org".into(),
            name: "Mina".into(),
            kind: RecipientKind::To,
            via: None,
            today: "2026-11-26".parse().unwrap(),
            lists: vec![
                list(Section::Overdue, 1),
                list(Section::Today, 3),
                list(Section::Soon, 2),
                list(Section::Blocked, 4),
            ],
            projects: Vec::new(),
        };
        assert_eq!(reader.subject(), "3 due today, 1 overdue, 2 due in 7 days · Thu 26 Nov");
        assert_eq!(reader.preview(), "3 due today, 1 overdue, 2 due in 7 days, 4 blocked.");
    }
}
