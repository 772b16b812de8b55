//! The lists of a report, sorted.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::NaiveDate;

use super::{around, desk::Desk};
use crate::domain::{
    ids::{TaskId, UserId},
    metrics::{Life, Passage},
    period::{Period, day_of, days_after},
    report::{NEXT_DAYS, NOTE_CHARS, NOTES_KEPT, NoteLine, TaskLine},
    task::{Category, Status},
    work_note::NoteKind,
};

/// What the lists are made from.
pub struct Sources<'a> {
    /// Every task of the report, as it was.
    pub lives: &'a [(TaskId, Life)],
    pub period: Period,
    /// The changes of status in the period.
    pub passages: &'a BTreeMap<TaskId, Passage>,
    pub blockers: &'a around::Blockers,
    pub desk: &'a Desk<'a>,
}

/// The lists.
pub struct Lists {
    pub finished: Vec<TaskLine>,
    pub in_progress: Vec<TaskLine>,
    pub overdue: Vec<TaskLine>,
    pub due_next: Vec<TaskLine>,
    pub accomplishments: Vec<TaskLine>,
    pub highlights: Vec<TaskLine>,
    pub blocked: Vec<TaskLine>,
    pub moved: Vec<TaskLine>,
    pub reopened: Vec<TaskLine>,
    pub created: Vec<TaskLine>,
}

impl Lists {
    /// Sorts all tasks into the lists they belong to.
    pub fn of(from: &Sources<'_>) -> Self {
        let Sources { lives: _, period, passages, blockers: _, desk } = from;
        let category = |id: TaskId| desk.tasks.get(&id).map(|facts| facts.category);
        let is_highlight = |id: TaskId| category(id) == Some(Category::Highlight);
        let finished_in = |life: &Life| life.finished.filter(|at| period.contains(day_of(*at, &desk.zone)));
        let is_at_work = |life: &Life| life.is_open() && life.started.is_some();
        let next = days_after(desk.as_of, NEXT_DAYS, &desk.zone);
        let moved = |id: TaskId| passages.get(&id).filter(|passage| passage.from != passage.to);
        Self {
            finished: from.list(|id, life| finished_in(life).map(|at| (!is_highlight(id), Reverse(at)))),
            in_progress: from.list(|_, life| {
                let at_work = matches!(life.status, Status::Progress | Status::Pending) && life.is_open();
                at_work.then_some(life.started)
            }),
            overdue: from.list(|_, life| life.is_overdue(desk.as_of).then_some(life.due)),
            due_next: from.list(|_, life| {
                let due = life.due.filter(|due| desk.as_of < *due && *due <= next)?;
                life.is_open().then_some(due)
            }),
            accomplishments: from.list(|id, life| {
                finished_in(life).filter(|_| category(id) == Some(Category::Accomplishment)).map(Reverse)
            }),
            highlights: from.list(|id, life| {
                let finished = finished_in(life);
                let is_in = is_highlight(id) && (finished.is_some() || is_at_work(life));
                is_in.then_some((finished.is_none(), Reverse(finished), life.started))
            }),
            blocked: from.blocked(),
            moved: {
                let lines = from.list(|id, _| moved(id).map(|passage| Reverse(passage.changed)));
                lines.into_iter().filter_map(|line| moved(line.id).map(|passage| went(line, passage))).collect()
            },
            reopened: from.list(|id, life| {
                let at = passages.get(&id)?.reopened?;
                life.is_open().then_some(Reverse(at))
            }),
            created: from
                .list(|_, life| period.contains(day_of(life.created, &desk.zone)).then_some(Reverse(life.created))),
        }
    }
}

/// A line that says from where to where a task went.
fn went(line: TaskLine, passage: &Passage) -> TaskLine {
    TaskLine { moved_from: Some(passage.from), status: passage.to, ..line }
}

impl Sources<'_> {
    /// The lines of the tasks that have a place, in the order of it, then of their numbers.
    fn list<P: Ord>(&self, place: impl Fn(TaskId, &Life) -> Option<P>) -> Vec<TaskLine> {
        let mut found: Vec<(P, i32, TaskId, &Life)> = self
            .lives
            .iter()
            .filter_map(|(id, life)| Some((place(*id, life)?, self.desk.tasks.get(id)?.number, *id, life)))
            .collect();
        found.sort_by(|a, b| (&a.0, a.1, a.2).cmp(&(&b.0, b.1, b.2)));
        found.into_iter().filter_map(|(_, _, id, life)| self.desk.line(id, life)).collect()
    }

    /// What waits, for whatever reason: in Pending, or for a task before it.
    fn blocked(&self) -> Vec<TaskLine> {
        let open: BTreeMap<TaskId, bool> = self.lives.iter().map(|(id, life)| (*id, life.is_open())).collect();
        let before = |id: TaskId| -> Vec<String> {
            let blockers = self.blockers.get(&id).map(Vec::as_slice).unwrap_or_default();
            // What became of a task of the report its history knows; of others there is the row as it is today.
            let is_open = |blocker: &&around::Blocker| {
                let as_stored = blocker.closed_at.is_none_or(|at| at > self.desk.as_of);
                open.get(&blocker.id).copied().unwrap_or(as_stored)
            };
            blockers.iter().filter(is_open).map(|blocker| blocker.reference.clone()).collect()
        };
        let lines = self.list(|id, life| {
            let is_blocked = life.is_open() && (life.status == Status::Pending || !before(id).is_empty());
            is_blocked.then_some(life.waiting.or(life.started).unwrap_or(life.created))
        });
        lines.into_iter().map(|line| TaskLine { blocked_by: before(line.id), ..line }).collect()
    }
}

/// The notes of tasks that are in the report: what somebody wrote about a task on a day is a line.
pub fn notes(notes: &[around::Note], lives: &[(TaskId, Life)], desk: &Desk<'_>) -> Vec<NoteLine> {
    let known: BTreeSet<TaskId> = lives.iter().map(|(id, _)| *id).collect();
    let mut lines: Vec<NoteLine> = Vec::new();
    let mut places: BTreeMap<(NaiveDate, TaskId, Option<UserId>), usize> = BTreeMap::new();
    for note in notes.iter().filter(|note| known.contains(&note.task)) {
        let Some((reference, title)) = desk.name(note.task) else { continue };
        let (id, author) = note.author.clone().unzip();
        let place = *places.entry((note.day, note.task, id)).or_insert_with(|| {
            let (task, day) = (note.task, note.day);
            lines.push(NoteLine { task, reference, title, day, author, issue: None, progress: None, resolution: None });
            lines.len() - 1
        });
        let Some(line) = lines.get_mut(place) else { continue };
        let cell = match note.kind {
            NoteKind::Issue => &mut line.issue,
            NoteKind::Progress => &mut line.progress,
            NoteKind::Resolution => &mut line.resolution,
        };
        match cell {
            Some(text) => *text = shortened(format!("{text}\n\n{}", note.body)),
            None => *cell = Some(shortened(note.body.clone())),
        }
    }
    lines.truncate(NOTES_KEPT);
    lines
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(NOTE_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}
