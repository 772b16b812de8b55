//! The life of each task, folded from its events up to any instant.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone, Utc};

use crate::domain::{ids::TaskId, period::day_of, task::Status};

/// Something that happened to a task and matters for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    pub task: TaskId,
    pub at: DateTime<Utc>,
    pub change: Change,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The task came into a column of this status.
    Created {
        status: Status,
    },
    /// The task went to a column of this status (perhaps the same status).
    Moved {
        to: Status,
    },
    /// The instant from which the task is overdue was set or taken away.
    Due {
        to: Option<DateTime<Utc>>,
    },
    Archived,
    Restored,
    /// Into the trash.
    Deleted,
    /// Out of the trash, to where it was.
    Undeleted,
}

/// Whether a task is on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    OnBoard,
    Archived,
}

/// A task as it was at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    pub created: DateTime<Utc>,
    /// When work began; see [`Life::enter`] for what moves back do to it.
    pub started: Option<DateTime<Utc>>,
    /// When it came to wait (Pending); where it never did, when it was finished.
    pub waiting: Option<DateTime<Utc>>,
    pub finished: Option<DateTime<Utc>>,
    pub status: Status,
    /// The instant from which it is overdue.
    pub due: Option<DateTime<Utc>>,
    pub presence: Presence,
    /// What is in the trash is as if it were not there, until it is taken out.
    is_in_trash: bool,
}

impl Life {
    fn new(created: DateTime<Utc>, status: Status) -> Self {
        let mut life = Self {
            created,
            started: None,
            waiting: None,
            finished: None,
            status,
            due: None,
            presence: Presence::OnBoard,
            is_in_trash: false,
        };
        life.enter(status, created);
        life
    }

    fn apply(&mut self, event: &HistoryEvent) {
        match event.change {
            Change::Created { .. } => {}
            Change::Moved { to } if to == self.status => {}
            Change::Moved { to } => self.enter(to, event.at),
            Change::Due { to } => self.due = to,
            Change::Archived => self.presence = Presence::Archived,
            Change::Restored => self.presence = Presence::OnBoard,
            Change::Deleted => self.is_in_trash = true,
            Change::Undeleted => self.is_in_trash = false,
        }
    }

    /// The last entry into a stage counts, moving back erases the later stages, and a skipped stage
    /// inherits the date of the next. In Progress and Pending are one stage for the start of the work: waiting does
    /// not begin it anew, and coming back from it erases the waiting alone.
    fn enter(&mut self, status: Status, at: DateTime<Utc>) {
        match status {
            Status::Todo => {
                self.started = None;
                self.waiting = None;
                self.finished = None;
            }
            Status::Progress | Status::Pending => {
                let came_from_outside = self.started.is_none() || self.finished.is_some();
                if came_from_outside {
                    self.started = Some(at);
                }
                self.waiting = (status == Status::Pending).then_some(at);
                self.finished = None;
            }
            Status::Done => {
                self.started = self.started.or(Some(at));
                self.waiting = self.waiting.or(Some(at));
                self.finished = Some(at);
            }
        }
        self.status = status;
    }

    /// On the board and not finished.
    pub fn is_open(&self) -> bool {
        self.presence == Presence::OnBoard && self.status != Status::Done
    }

    /// Open, and its due instant is reached.
    pub fn is_overdue(&self, at: DateTime<Utc>) -> bool {
        self.is_open() && self.due.is_some_and(|due| due <= at)
    }

    /// From started to finished in calendar days of the zone, both counted; `None` while unfinished.
    pub fn cycle_days<Z: TimeZone>(&self, zone: &Z) -> Option<u32> {
        let days = day_of(self.finished?, zone) - day_of(self.started?, zone);
        u32::try_from(days.num_days() + 1).ok()
    }

    /// From created to finished in calendar days of the zone, both counted: the lead time; `None` while unfinished.
    pub fn lead_days<Z: TimeZone>(&self, zone: &Z) -> Option<u32> {
        let days = day_of(self.finished?, zone) - day_of(self.created, zone);
        u32::try_from(days.num_days() + 1).ok()
    }

    /// Since it was started in calendar days of the zone, both counted; `None` where it is not started, or finished, or
    /// off the board.
    pub fn age_days<Z: TimeZone>(&self, at: DateTime<Utc>, zone: &Z) -> Option<u32> {
        let started = self.started.filter(|_| self.is_open())?;
        u32::try_from((day_of(at, zone) - day_of(started, zone)).num_days() + 1).ok()
    }
}

/// How a task went through the statuses within a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The status before the span, or the one it was created in.
    pub from: Status,
    pub to: Status,
    /// The last change of status in the span.
    pub changed: DateTime<Utc>,
    /// When it last left Completed in the span.
    pub reopened: Option<DateTime<Utc>>,
}

/// The events of all tasks of a project, in order.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// By task, then by time.
    events: Vec<HistoryEvent>,
    /// Each task with where its events begin, in order.
    tasks: Vec<(TaskId, usize)>,
}

impl History {
    /// Sorts the events of each task by time; those of one instant keep the order they came in.
    pub fn new(events: impl IntoIterator<Item = HistoryEvent>) -> Self {
        let mut events: Vec<HistoryEvent> = events.into_iter().collect();
        events.sort_by_key(|event| (event.task, event.at));
        let mut tasks: Vec<(TaskId, usize)> = Vec::new();
        for (at, event) in events.iter().enumerate() {
            if tasks.last().is_none_or(|(last, _)| *last != event.task) {
                tasks.push((event.task, at));
            }
        }
        Self { events, tasks }
    }

    /// Each task with its events.
    fn each(&self) -> impl Iterator<Item = (TaskId, &[HistoryEvent])> {
        let ends = self.tasks.iter().skip(1).map(|(_, at)| *at).chain([self.events.len()]);
        self.tasks.iter().zip(ends).map(|((task, from), until)| (*task, &self.events[*from..until]))
    }

    /// The events of a task.
    fn of(&self, task: TaskId) -> &[HistoryEvent] {
        let Ok(at) = self.tasks.binary_search_by_key(&task, |(task, _)| *task) else { return &[] };
        let until = self.tasks.get(at + 1).map_or(self.events.len(), |(_, next)| *next);
        &self.events[self.tasks[at].1..until]
    }

    /// Every task that existed at an instant, as it was then (events of that instant included), without what was in the
    /// trash.
    pub fn at(&self, instant: DateTime<Utc>) -> Vec<(TaskId, Life)> {
        self.each().filter_map(|(task, events)| Some((task, life_at(events, instant)?))).collect()
    }

    /// Whether a task existed at an instant; what was in the trash did not.
    pub fn was_there(&self, task: TaskId, instant: DateTime<Utc>) -> bool {
        life_at(self.of(task), instant).is_some()
    }

    /// The history of some of the tasks.
    #[must_use]
    pub fn only(&self, keep: impl Fn(TaskId) -> bool) -> Self {
        Self::new(self.each().filter(|(task, _)| keep(*task)).flat_map(|(_, events)| events.iter().copied()))
    }

    /// The tasks whose status changed from an instant on up to another, both included.
    pub fn passages(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> BTreeMap<TaskId, Passage> {
        self.each().filter_map(|(task, events)| Some((task, passage(events, from, until)?))).collect()
    }
}

fn passage(events: &[HistoryEvent], from: DateTime<Utc>, until: DateTime<Utc>) -> Option<Passage> {
    let mut status = None;
    let mut passage: Option<Passage> = None;
    for event in events.iter().take_while(|event| event.at <= until) {
        let (Change::Created { status: next } | Change::Moved { to: next }) = event.change else { continue };
        let Some(last) = status.replace(next).filter(|last| *last != next) else { continue };
        if event.at < from {
            continue;
        }
        let passage = passage.get_or_insert(Passage { from: last, to: next, changed: event.at, reopened: None });
        passage.to = next;
        passage.changed = event.at;
        if last == Status::Done {
            passage.reopened = Some(event.at);
        }
    }
    passage
}

/// Folds the events of one task. A history that lacks its beginning starts with its first known
/// status; a due date may be known before it.
fn life_at(events: &[HistoryEvent], instant: DateTime<Utc>) -> Option<Life> {
    let mut life: Option<Life> = None;
    let mut due = None;
    for event in events.iter().take_while(|event| event.at <= instant) {
        match (&mut life, event.change) {
            (Some(life), _) => life.apply(event),
            (None, Change::Created { status } | Change::Moved { to: status }) => {
                life = Some(Life { due, ..Life::new(event.at, status) });
            }
            (None, Change::Due { to }) => due = to,
            (None, _) => {}
        }
    }
    life.filter(|life| !life.is_in_trash)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(day: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, day, 12, 0, 0).unwrap()
    }

    fn life(changes: &[(u32, Change)], at: u32) -> Life {
        let task = TaskId(Uuid::from_u128(1));
        let events = changes.iter().map(|(on, change)| HistoryEvent { task, at: day(*on), change: *change });
        History::new(events).at(day(at))[0].1
    }

    use Change::{Archived, Created, Deleted, Due, Moved, Restored, Undeleted};
    use Status::{Done, Pending, Progress, Todo};

    #[test]
    fn a_task_was_there_from_its_creation_on_and_not_while_it_was_in_the_trash() {
        let task = TaskId(Uuid::from_u128(1));
        let changes = [(2, Created { status: Todo }), (4, Deleted), (6, Undeleted)];
        let history = History::new(changes.map(|(on, change)| HistoryEvent { task, at: day(on), change }));
        let there: Vec<u32> = (1..=7).filter(|on| history.was_there(task, day(*on))).collect();
        assert_eq!(there, [2, 3, 6, 7]);
        assert!(!history.was_there(TaskId(Uuid::from_u128(2)), day(3)));
    }

    #[test]
    fn cycle_time_counts_both_days() {
        let life = life(&[(1, Created { status: Todo }), (3, Moved { to: Progress }), (5, Moved { to: Done })], 9);
        assert_eq!(life.cycle_days(&Utc), Some(3));
    }

    #[test]
    fn lead_time_counts_from_the_day_of_creation() {
        let moves = [(1, Created { status: Todo }), (3, Moved { to: Progress }), (5, Moved { to: Done })];
        assert_eq!((life(&moves, 4).lead_days(&Utc), life(&moves, 9).lead_days(&Utc)), (None, Some(5)));
    }

    #[test]
    fn waiting_does_not_begin_the_work_anew() {
        let life = life(
            &[
                (1, Created { status: Todo }),
                (2, Moved { to: Progress }),
                (4, Moved { to: Pending }),
                (6, Moved { to: Progress }),
            ],
            9,
        );
        assert_eq!(life.started, Some(day(2)));
        assert_eq!(life.finished, None);
    }

    #[test]
    fn going_back_to_todo_erases_the_start_and_the_last_entry_counts() {
        let moves = [
            (1, Created { status: Todo }),
            (2, Moved { to: Progress }),
            (3, Moved { to: Todo }),
            (5, Moved { to: Progress }),
        ];
        assert_eq!(life(&moves, 4).started, None);
        assert_eq!(life(&moves, 5).started, Some(day(5)));
    }

    #[test]
    fn reopening_removes_the_finish() {
        let moves = [
            (1, Created { status: Progress }),
            (3, Moved { to: Done }),
            (4, Moved { to: Progress }),
            (6, Moved { to: Done }),
        ];
        assert_eq!(life(&moves, 3).finished, Some(day(3)));
        assert_eq!(life(&moves, 4).finished, None);
        assert_eq!(life(&moves, 4).started, Some(day(4)));
        assert_eq!(life(&moves, 6).finished, Some(day(6)));
    }

    #[test]
    fn a_skipped_status_inherits_the_date_of_the_next() {
        let life = life(&[(1, Created { status: Todo }), (4, Moved { to: Done })], 9);
        assert_eq!(life.started, Some(day(4)));
        assert_eq!(life.cycle_days(&Utc), Some(1));
    }

    #[test]
    fn a_move_within_a_status_changes_nothing() {
        let life = life(&[(1, Created { status: Todo }), (2, Moved { to: Done }), (5, Moved { to: Done })], 9);
        assert_eq!(life.finished, Some(day(2)));
    }

    #[test]
    fn overdue_follows_the_due_date_of_that_day() {
        let moves = [(1, Created { status: Todo }), (1, Due { to: Some(day(3)) }), (5, Due { to: Some(day(20)) })];
        assert!(!life(&moves, 2).is_overdue(day(2)));
        assert!(life(&moves, 4).is_overdue(day(4)));
        assert!(!life(&moves, 6).is_overdue(day(6)));
    }

    #[test]
    fn an_archived_task_is_not_open_until_it_is_restored() {
        let moves = [(1, Created { status: Todo }), (2, Archived), (4, Restored)];
        assert!(!life(&moves, 3).is_open());
        assert!(life(&moves, 4).is_open());
    }

    #[test]
    fn coming_back_from_waiting_erases_the_waiting_alone() {
        let moves = [
            (1, Created { status: Todo }),
            (2, Moved { to: Pending }),
            (4, Moved { to: Progress }),
            (6, Moved { to: Pending }),
            (8, Moved { to: Done }),
        ];
        let at = |on| {
            let life = life(&moves, on);
            (life.started, life.waiting)
        };
        assert_eq!(at(2), (Some(day(2)), Some(day(2))), "In Progress was skipped");
        assert_eq!(at(4), (Some(day(2)), None));
        assert_eq!(at(8), (Some(day(2)), Some(day(6))), "the last entry counts");
        let skipped = life(&[(1, Created { status: Progress }), (5, Moved { to: Done })], 9);
        assert_eq!(skipped.waiting, Some(day(5)));
    }

    #[test]
    fn what_is_in_the_trash_is_not_there_until_it_is_taken_out() {
        let task = TaskId(Uuid::from_u128(1));
        let moves = [(1, Created { status: Todo }), (2, Archived), (3, Deleted), (5, Undeleted)];
        let history =
            History::new(moves.iter().map(|(on, change)| HistoryEvent { task, at: day(*on), change: *change }));
        assert_eq!(history.at(day(2)).len(), 1);
        assert!(history.at(day(4)).is_empty());
        assert_eq!(history.at(day(6))[0].1.presence, Presence::Archived, "where it was");
    }

    #[test]
    fn age_counts_both_days_of_what_is_started_and_open() {
        let moves = [(1, Created { status: Todo }), (3, Moved { to: Progress }), (7, Moved { to: Done })];
        let age = |on| life(&moves, on).age_days(day(on), &Utc);
        assert_eq!((age(2), age(3), age(5), age(8)), (None, Some(1), Some(3), None));
    }

    #[test]
    fn a_passage_says_from_where_to_where_a_task_went_in_a_span() {
        let task = TaskId(Uuid::from_u128(1));
        let passage = |changes: &[(u32, Change)]| {
            let events = changes.iter().map(|(on, change)| HistoryEvent { task, at: day(*on), change: *change });
            History::new(events).passages(day(5), day(9)).get(&task).copied()
        };
        let begun = [(1, Created { status: Todo }), (2, Moved { to: Progress })];
        assert_eq!(passage(&begun), None, "before the span");
        let new = passage(&[(6, Created { status: Todo }), (7, Moved { to: Todo })]);
        assert_eq!(new, None, "the list changed, the status did not");
        let finished = passage(&[begun[0], begun[1], (6, Moved { to: Pending }), (8, Moved { to: Done })]).unwrap();
        assert_eq!((finished.from, finished.to, finished.changed), (Progress, Done, day(8)));
        assert_eq!(finished.reopened, None);
        let reopened = [(1, Created { status: Done }), (6, Moved { to: Progress }), (10, Moved { to: Done })];
        let reopened = passage(&reopened).unwrap();
        assert_eq!((reopened.to, reopened.reopened), (Progress, Some(day(6))), "what came later does not count");
    }
}
