//! The lists of a report, sorted.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering::Relaxed,
};

use chrono::NaiveDate;

use super::{
    around,
    desk::{Desk, Row},
};
use crate::domain::{
    ids::{TaskId, UserId},
    metrics::{Life, Passage},
    period::{Period, day_of, days_after},
    report::{Entry, NEXT_DAYS, NOTE_CHARS, NOTES_KEPT, NoteLine, TaskLine, folded::Told},
    task::{Category, Status},
    work_note::NoteKind,
};

/// What the lists are made from.
pub struct Sources<'a> {
    /// Every task of the report, as it was.
    pub rows: &'a [Row<'a>],
    pub period: Period,
    pub blockers: &'a around::Blockers,
    pub desk: &'a Desk<'a>,
}

/// The lists, and the tasks that they name.
pub struct Lists {
    pub tasks: Vec<TaskLine>,
    pub finished: Vec<Entry>,
    pub in_progress: Vec<Entry>,
    pub overdue: Vec<Entry>,
    pub due_next: Vec<Entry>,
    pub accomplishments: Vec<Entry>,
    pub highlights: Vec<Entry>,
    pub blocked: Vec<Entry>,
    pub moved: Vec<Entry>,
    pub reopened: Vec<Entry>,
    pub created: Vec<Entry>,
}

impl Lists {
    /// Sorts all tasks into the lists they belong to.
    pub fn of(from: &Sources<'_>) -> Self {
        let Sources { rows: _, period, blockers: _, desk } = from;
        let is_highlight = |row: &Row<'_>| row.facts.category == Category::Highlight;
        let finished_in = |row: &Row<'_>| row.life.finished.filter(|at| period.contains(day_of(*at, &desk.zone)));
        let is_at_work = |life: &Life| life.is_open() && life.started.is_some();
        let next = days_after(desk.as_of, NEXT_DAYS, &desk.zone);
        let mut lists = Self {
            tasks: Vec::new(),
            finished: from.list(|row| finished_in(row).map(|at| (!is_highlight(row), Reverse(at)))),
            in_progress: from.list(|Row { life, .. }| {
                let at_work = matches!(life.status, Status::Progress | Status::Pending) && life.is_open();
                at_work.then_some(life.started)
            }),
            overdue: from.list(|row| row.life.is_overdue(desk.as_of).then_some(row.life.due)),
            due_next: from.list(|Row { life, .. }| {
                let due = life.due.filter(|due| desk.as_of < *due && *due <= next)?;
                life.is_open().then_some(due)
            }),
            accomplishments: from.list(|row| {
                let is_one = row.facts.category == Category::Accomplishment;
                finished_in(row).filter(|_| is_one).map(Reverse)
            }),
            highlights: from.list(|row| {
                let finished = finished_in(row);
                let is_in = is_highlight(row) && (finished.is_some() || is_at_work(row.life));
                is_in.then_some((finished.is_none(), Reverse(finished), row.life.started))
            }),
            blocked: from.blocked(),
            moved: {
                let rows = from.sorted(|row| elsewhere(row).map(|passage| Reverse(passage.changed)));
                rows.into_iter().filter_map(|row| Some(went(from.name(row), elsewhere(row)?))).collect()
            },
            reopened: from.list(|row| {
                let at = row.passage?.reopened?;
                row.life.is_open().then_some(Reverse(at))
            }),
            created: from
                .list(|row| period.contains(day_of(row.life.created, &desk.zone)).then_some(Reverse(row.life.created))),
        };
        lists.tasks = from.rows.iter().filter(|row| row.is_named.load(Relaxed)).map(|row| desk.line(row)).collect();
        lists
    }
}

/// How a task came to another status than it had when the period began.
fn elsewhere<'a>(row: &Row<'a>) -> Option<&'a Passage> {
    row.passage.filter(|passage| passage.from != passage.to)
}

/// A line that says from where to where a task went.
fn went(task: String, passage: &Passage) -> Entry {
    Entry::Told(Told { task, status: Some(passage.to), moved_from: Some(passage.from), blocked_by: Vec::new() })
}

impl<'a> Sources<'a> {
    /// The tasks that have a place, in the order of it, then of their numbers.
    fn list<P: Ord>(&self, place: impl Fn(&Row<'a>) -> Option<P>) -> Vec<Entry> {
        self.sorted(place).into_iter().map(|row| Entry::Named(self.name(row))).collect()
    }

    /// The reference of a task, which then stands among the tasks.
    fn name(&self, row: &Row<'a>) -> String {
        row.is_named.store(true, Relaxed);
        self.desk.reference(row.facts)
    }

    fn sorted<P: Ord>(&self, place: impl Fn(&Row<'a>) -> Option<P>) -> Vec<&'a Row<'a>> {
        let mut found: Vec<(P, &Row<'a>)> = self.rows.iter().filter_map(|row| Some((place(row)?, row))).collect();
        let number = |row: &Row<'a>| (row.facts.number, row.id);
        found.sort_by(|(one, row), (other, next)| one.cmp(other).then_with(|| number(row).cmp(&number(next))));
        found.into_iter().map(|(_, row)| row).collect()
    }

    /// What waits, for whatever reason: in Pending, or for a task before it.
    fn blocked(&self) -> Vec<Entry> {
        let open: BTreeMap<TaskId, bool> = self.rows.iter().map(|row| (row.id, row.life.is_open())).collect();
        let before = |id: TaskId| -> Vec<String> {
            let blockers = self.blockers.get(&id).map(Vec::as_slice).unwrap_or_default();
            // What became of a task of the report its history knows; of others there is the row as it is today.
            let is_open = |blocker: &&around::Blocker| {
                let as_stored = blocker.closed_at.is_none_or(|at| at > self.desk.as_of);
                open.get(&blocker.id).copied().unwrap_or(as_stored)
            };
            blockers.iter().filter(is_open).map(|blocker| blocker.reference.clone()).collect()
        };
        let rows = self.sorted(|Row { id, life, .. }| {
            let is_blocked = life.is_open() && (life.status == Status::Pending || !before(*id).is_empty());
            is_blocked.then_some(life.waiting.or(life.started).unwrap_or(life.created))
        });
        let entry = |row: &Row<'a>| match before(row.id) {
            none if none.is_empty() => Entry::Named(self.name(row)),
            blocked_by => Entry::Told(Told { task: self.name(row), status: None, moved_from: None, blocked_by }),
        };
        rows.into_iter().map(entry).collect()
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
