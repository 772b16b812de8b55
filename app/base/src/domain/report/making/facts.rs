//! The tasks of projects and their history, as metrics need them.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

use crate::domain::{
    ids::{ProjectId, TaskId},
    metrics::{Change, History, HistoryEvent},
    period::day_start,
    task::{Category, EventKind, Priority, Status},
};

/// A task's facts that reports show, without its description.
#[derive(Clone, Debug)]
pub struct TaskFacts {
    pub project: ProjectId,
    pub number: i32,
    pub title: String,
    pub priority: Priority,
    pub category: Category,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub estimate_minutes: Option<i32>,
}

/// An instant as databases write it. Ten thousands of them are read for a report, so the usual form has a short way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At(DateTime<Utc>);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AtVisitor)
    }
}

struct AtVisitor;

impl Visitor<'_> for AtVisitor {
    type Value = At;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant of RFC 3339")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<At, E> {
        usual_instant(text).map_or_else(|| text.parse(), Ok).map(At).map_err(E::custom)
    }
}

/// An instant in UTC with up to nine digits of a second's fraction, `2026-11-23T16:00:00.25+00:00`; none where it is
/// written otherwise.
fn usual_instant(text: &str) -> Option<DateTime<Utc>> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        bytes
            .get(from..to)?
            .iter()
            .try_fold(0, |all, byte| byte.is_ascii_digit().then(|| all * 10 + u32::from(byte - b'0')))
    };
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let has_form = is(4, b'-') && is(7, b'-') && (is(10, b'T') || is(10, b' ')) && is(13, b':') && is(16, b':');
    if !has_form {
        return None;
    }
    let rest = bytes.get(19..)?;
    let rest = rest.strip_suffix(b"Z").or_else(|| rest.strip_suffix(b"+00:00"))?;
    let nanoseconds = match rest {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            number(20, 20 + digits.len())? * 10_u32.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    Some(day.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanoseconds)?.and_utc())
}

/// A task as it is read, in the order of these: id, number, title, priority, category, due day, due instant, creation,
/// estimate in minutes.
type TaskRow = (TaskId, i32, String, Priority, Category, Option<NaiveDate>, Option<At>, At, Option<i32>);

/// Reads the tasks of a project as the database writes them: arrays of id, number, title, priority, category, due day,
/// due instant, creation and estimate in minutes.
///
/// # Errors
/// Where a row is no task.
pub fn tasks(project: ProjectId, json: &str) -> serde_json::Result<BTreeMap<TaskId, TaskFacts>> {
    let rows: Vec<TaskRow> = serde_json::from_str(json)?;
    let facts = |row: TaskRow| {
        let (id, number, title, priority, category, due_on, due_at, At(created_at), estimate_minutes) = row;
        let due_at = due_at.map(|At(at)| at);
        let facts =
            TaskFacts { project, number, title, priority, category, due_on, due_at, created_at, estimate_minutes };
        (id, facts)
    };
    Ok(rows.into_iter().map(facts).collect())
}

/// The events that matter for metrics, as they are stored, those of each task in their order.
#[derive(Debug)]
pub struct Events {
    flow: Vec<FlowRow>,
    dues: Vec<DueRow>,
}

/// A task that came, went to another status, or left.
type FlowRow = (TaskId, At, EventKind, Option<Status>);
/// A due date that was set or taken away: what it was and is stands in the detail.
type DueRow = (TaskId, At, String);

impl Events {
    /// Reads events as the database writes them: arrays of task, instant, kind and status after it, and, of changed due
    /// dates, of task, instant and detail.
    ///
    /// # Errors
    /// Where a row is no event.
    pub fn read(flow: &str, dues: &str) -> serde_json::Result<Self> {
        Ok(Self { flow: serde_json::from_str(flow)?, dues: serde_json::from_str(dues)? })
    }
}

/// What the detail of an edited field holds of it.
#[derive(Deserialize)]
struct Edit {
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

/// Something that happened after the instant of a report: task, kind, status before it, and detail.
pub type LaterRow = (TaskId, EventKind, Option<Status>, String);

/// Reads later events as the database writes them: arrays of task, kind, status before and detail.
///
/// # Errors
/// Where a row is no event.
pub fn later(json: &str) -> serde_json::Result<Vec<LaterRow>> {
    serde_json::from_str(json)
}

/// What the detail of a later event says of the task before it.
#[derive(Deserialize)]
struct Before {
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    was: Option<WasCategory>,
}

#[derive(Deserialize)]
struct WasCategory {
    category: Category,
}

/// Gives tasks the category and the priority that they had at an instant, by going back from now through what happened
/// after it. `later` has the events after the instant, those of each task in their order.
pub fn as_they_stood(tasks: &mut BTreeMap<TaskId, TaskFacts>, later: &[LaterRow]) {
    for (id, kind, from, detail) in later.iter().rev() {
        let Some(task) = tasks.get_mut(id) else { continue };
        let Ok(Before { field, from: value, was }) = serde_json::from_str(detail) else { continue };
        let value = value.unwrap_or_default();
        match (kind, field.as_deref()) {
            (EventKind::Edited, Some("category")) => task.category = value.parse().unwrap_or(task.category),
            (EventKind::Edited, Some("priority")) => task.priority = value.parse().unwrap_or(task.priority),
            (EventKind::Edited, _) => {}
            // A line without it: a move makes an accomplishment of what is finished, and undoes it.
            _ => {
                let before = was.map(|was| was.category);
                task.category =
                    before.or_else(|| from.map(|from| task.category.after_move(from))).unwrap_or(task.category);
            }
        }
    }
}

/// The history that events tell of some tasks; those of others are left out.
pub fn told(Events { mut flow, dues }: Events, tasks: &BTreeMap<TaskId, TaskFacts>, zone: &Tz) -> History {
    // As the database has them already.
    flow.sort_by_key(|(task, At(at), ..)| (*task, *at));
    let edits = Edits::of(dues, tasks, zone);
    let mut days = DayEnds { zone, known: BTreeMap::new() };
    let mut flow = flow.as_slice();
    let mut events = Vec::with_capacity(flow.len() + tasks.len());
    for (task, facts) in tasks {
        let of_task = |at: DateTime<Utc>, change: Change| HistoryEvent { task: *task, at, change };
        let edited = edits.0.get(task);
        // The due date that the task began with: what the first edit replaced, or, never edited, today's.
        let first = edited.map_or_else(|| days.overdue_from(facts), |edited| edited.replaced);
        events.extend(first.map(|due| of_task(facts.created_at, Change::Due { to: Some(due) })));
        let moved = taken(&mut flow, *task).iter();
        events.extend(moved.filter_map(|(_, At(at), kind, to)| Some(of_task(*at, change(*kind, *to)?))));
        events.extend(
            edited.into_iter().flat_map(|edited| &edited.dues).map(|(at, to)| of_task(*at, Change::Due { to: *to })),
        );
    }
    History::new(events)
}

/// The events of the task that has its turn, where tasks and events come in order; those of tasks before it go, too.
fn taken<'a>(flow: &mut &'a [FlowRow], turn: TaskId) -> &'a [FlowRow] {
    let all: &'a [FlowRow] = flow;
    let from = all.iter().take_while(|(task, ..)| *task < turn).count();
    let own = all[from..].iter().take_while(|(task, ..)| *task == turn).count();
    *flow = &all[from + own..];
    &all[from..from + own]
}

fn change(kind: EventKind, to: Option<Status>) -> Option<Change> {
    Some(match kind {
        EventKind::Created => Change::Created { status: to? },
        EventKind::Moved | EventKind::Transferred => Change::Moved { to: to? },
        EventKind::Archived => Change::Archived,
        EventKind::Restored => Change::Restored,
        EventKind::Deleted => Change::Deleted,
        EventKind::Undeleted => Change::Undeleted,
        _ => return None,
    })
}

/// The due dates of the tasks where they were edited.
struct Edits(BTreeMap<TaskId, Edited>);

/// Those of a task.
struct Edited {
    /// What the first edit replaced.
    replaced: Option<DateTime<Utc>>,
    /// When they were set, and to what.
    dues: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}

impl Edits {
    fn of(rows: Vec<DueRow>, tasks: &BTreeMap<TaskId, TaskFacts>, zone: &Tz) -> Self {
        let mut edits: BTreeMap<TaskId, Edited> = BTreeMap::new();
        for (task, At(at), detail) in rows {
            let Some(detail) = tasks.contains_key(&task).then(|| serde_json::from_str::<Edit>(&detail).ok()).flatten()
            else {
                continue;
            };
            if detail.field.as_deref() != Some("due") {
                continue;
            }
            let replaced = overdue_from_words(&detail.from.unwrap_or_default(), zone);
            let to = overdue_from_words(&detail.to.unwrap_or_default(), zone);
            edits.entry(task).or_insert_with(|| Edited { replaced, dues: Vec::new() }).dues.push((at, to));
        }
        Self(edits)
    }
}

/// When days end in a zone. Thousands of tasks are due on a few hundred days.
struct DayEnds<'a> {
    zone: &'a Tz,
    known: BTreeMap<NaiveDate, DateTime<Utc>>,
}

impl DayEnds<'_> {
    /// The instant from which a task is late: after its day, or at its time.
    fn overdue_from(&mut self, facts: &TaskFacts) -> Option<DateTime<Utc>> {
        let zone = self.zone;
        facts.due_at.or_else(|| {
            let next = facts.due_on?.succ_opt()?;
            Some(*self.known.entry(next).or_insert_with(|| day_start(next, zone)))
        })
    }
}

/// The instant from which a task is late, from the words of an edit: a day, an instant, or nothing.
fn overdue_from_words(words: &str, zone: &Tz) -> Option<DateTime<Utc>> {
    match words.parse::<NaiveDate>() {
        Ok(day) => day.succ_opt().map(|next| day_start(next, zone)),
        Err(_) => words.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_history_is_told_of_the_tasks_that_are_there_with_the_due_date_that_each_began_with() {
        let id = |number: u128| TaskId(Uuid::from_u128(number));
        let day = |day: u32| NaiveDate::from_ymd_opt(2026, 11, day);
        let at = |day: u32| format!("2026-11-{day:02}T12:00:00Z").parse::<DateTime<Utc>>().unwrap();
        let facts = |due_on: Option<NaiveDate>| TaskFacts {
            project: ProjectId(Uuid::nil()),
            number: 1,
            title: String::new(),
            priority: Priority::Medium,
            category: Category::Ordinary,
            due_on,
            due_at: None,
            created_at: at(1),
            estimate_minutes: None,
        };
        let tasks = BTreeMap::from([(id(2), facts(day(9))), (id(4), facts(day(20))), (id(5), facts(None))]);
        let row = |task: u128, day: u32, kind: EventKind, to: Option<Status>| (id(task), At(at(day)), kind, to);
        let flow = vec![
            row(5, 1, EventKind::Created, Some(Status::Todo)),
            row(1, 1, EventKind::Created, Some(Status::Todo)),
            row(2, 1, EventKind::Created, Some(Status::Todo)),
            row(2, 3, EventKind::Moved, Some(Status::Done)),
            row(3, 1, EventKind::Created, Some(Status::Todo)),
            row(4, 2, EventKind::Created, Some(Status::Todo)),
        ];
        let edit = |task: u128, day: u32, detail: &str| (id(task), At(at(day)), detail.to_owned());
        let dues = vec![
            edit(4, 5, r#"{"field":"due","from":"2026-11-04","to":"2026-11-20"}"#),
            edit(4, 6, r#"{"field":"title","from":""field":"due"","to":"b"}"#),
            edit(3, 6, r#"{"field":"due","to":"2026-11-20"}"#),
        ];
        let history = told(Events { flow, dues }, &tasks, &Tz::UTC);
        let due = |task: u128, day: u32| {
            history
                .at(at(day))
                .into_iter()
                .find(|(other, _)| *other == id(task))
                .map(|(_, life)| (life.status, life.due))
        };
        let after = |last: u32| day(last + 1).map(|next| day_start(next, &Tz::UTC));
        assert_eq!(due(2, 2), Some((Status::Todo, after(9))));
        assert_eq!(due(2, 3), Some((Status::Done, after(9))));
        assert_eq!(due(4, 1), None, "it came later");
        assert_eq!(due(4, 4), Some((Status::Todo, after(4))), "what the edit replaced");
        assert_eq!(due(4, 7), Some((Status::Todo, after(20))));
        assert_eq!(due(5, 7), Some((Status::Todo, None)));
        assert_eq!(history.at(at(7)).len(), 3, "of others nothing is told");
    }

    #[test]
    fn tasks_have_the_category_and_the_priority_that_they_had_before_the_first_later_change() {
        let id = |number: u128| TaskId(Uuid::from_u128(number));
        let facts = TaskFacts {
            project: ProjectId(Uuid::nil()),
            number: 1,
            title: String::new(),
            priority: Priority::Urgent,
            category: Category::Accomplishment,
            due_on: None,
            due_at: None,
            created_at: DateTime::<Utc>::MIN_UTC,
            estimate_minutes: None,
        };
        let mut tasks: BTreeMap<_, _> = (1..=6).map(|number| (id(number), facts.clone())).collect();
        let moved =
            |task: u128, from: Status, detail: &str| (id(task), EventKind::Moved, Some(from), detail.to_owned());
        let edited = |task: u128, field: &str, from: &str| {
            (id(task), EventKind::Edited, None, format!(r#"{{"field":"{field}","from":"{from}","to":"x"}}"#))
        };
        as_they_stood(
            &mut tasks,
            &[
                moved(1, Status::Progress, r#"{"was":{"category":"highlight","became":"highlight"}}"#),
                edited(1, "category", "ordinary"),
                moved(2, Status::Todo, "{}"),
                moved(3, Status::Done, "{}"),
                edited(4, "category", "highlight"),
                edited(4, "priority", "low"),
                edited(4, "priority", "high"),
                edited(4, "title", "ordinary"),
                edited(9, "category", "highlight"),
                moved(6, Status::Progress, "{}"),
                edited(6, "category", "ordinary"),
            ],
        );
        let stood: Vec<_> = tasks.values().map(|task| (task.category, task.priority)).collect();
        use Category::{Accomplishment, Highlight, Ordinary};
        use Priority::{Low, Urgent};
        assert_eq!(
            stood,
            [
                (Highlight, Urgent),
                (Ordinary, Urgent),
                (Accomplishment, Urgent),
                (Highlight, Low),
                (Accomplishment, Urgent),
                (Ordinary, Urgent)
            ],
            "the first change after it, an old line without words, one that was finished, edits, nothing, and an old line \
             before an edit"
        );
    }

    #[test]
    fn an_instant_read_the_short_way_is_the_one_that_rfc_3339_means() {
        for text in [
            "2026-11-23T16:00:00+00:00",
            "2026-11-23T16:00:00Z",
            "2026-11-23 16:00:00.5+00:00",
            "2026-11-23T16:00:00.123456+00:00",
            "1999-12-31T23:59:59.999999999Z",
            "2024-02-29T00:00:00.000001+00:00",
            "0001-01-01T00:00:00+00:00",
        ] {
            let meant: DateTime<Utc> = text.parse().unwrap();
            assert_eq!(usual_instant(text), Some(meant), "{text}");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_read_by_the_book_or_refused() {
        let read = |text: &str| serde_json::from_str::<At>(&format!("{text:?}"));
        let same: DateTime<Utc> = "2026-11-23T16:00:00Z".parse().unwrap();
        assert_eq!(read("2026-11-23T17:00:00+01:00").unwrap(), At(same));
        assert_eq!(read("2026-11-23T16:00:00.0000000000Z").unwrap(), At(same));
        for text in [
            "",
            "2026-02-30T00:00:00Z",
            "2026-11-23",
            "2026-11-23T25:00:00Z",
            "2026-11-23T16:00:00Z tomorrow",
            "2026-11-23T16:00:00.",
        ] {
            assert_eq!(usual_instant(text), None, "{text}");
            assert!(read(text).is_err(), "{text}");
        }
    }
}
