//! What the other views of a project's tasks know: the list, the calendar, the table of notes, a person's own work.

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::view::{Card, ColumnChoice, PersonChoice, Stamp};
use crate::domain::{
    board_filter::BoardFilter,
    calendar_span::CalendarSpan,
    due::{Due, Finish, ViewerClock},
    ids::{ColumnId, TaskId, UserId},
    my_work::WorkWhen,
    notes_query::NotesQuery,
    shelf::ShelfQuery,
    task::{Category, Priority, Status},
    task_list::ListQuery,
};

/// One row of the list of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    pub card: Card,
    pub column: ColumnId,
    /// As the names of the card.
    pub assignees: Vec<UserId>,
    pub category: Category,
    /// The day work should begin.
    pub start: Option<NaiveDate>,
    /// As it is typed and shown: `2 h 30 min`.
    pub estimate: Option<String>,
    pub updated: Stamp,
    pub created: Stamp,
}

/// One page of the list of a project's tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskList {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    pub can_edit: bool,
    /// The number of the project's last change before it was read.
    pub last_event: i64,
    /// The time in the viewer's zone when the list was read.
    pub clock: ViewerClock,
    /// What was asked for, with the columns as they are shown.
    pub query: ListQuery,
    pub rows: Vec<ListRow>,
    /// Lists of the board, from the left.
    pub columns: Vec<ColumnChoice>,
    /// Who can be assigned.
    pub people: Vec<PersonChoice>,
    /// Names of labels; `None` where there are too many for a menu.
    pub labels: Option<Vec<String>>,
    /// Tasks on the board.
    pub total: u32,
    /// Tasks that the filter lets through.
    pub shown: u32,
    /// Where the next page begins.
    pub older: Option<String>,
    /// Where the page before ends.
    pub newer: Option<String>,
}

/// The tasks of a month or a week, by the day they are due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    pub can_edit: bool,
    /// The number of the project's last change before it was read.
    pub last_event: i64,
    /// The time in the viewer's zone when the calendar was read.
    pub clock: ViewerClock,
    pub filter: BoardFilter,
    pub span: CalendarSpan,
    /// Where the viewer's weeks begin.
    pub first_day: Weekday,
    /// Whose tasks can be shown.
    pub people: Vec<PersonChoice>,
    /// Names of labels; `None` where there are too many for a menu.
    pub labels: Option<Vec<String>>,
    /// The most pressing first.
    pub items: Vec<CalendarItem>,
    /// Whether any task of the project has a due date.
    pub has_dates: bool,
    /// Whether there are more tasks than are shown.
    pub is_cut: bool,
}

/// One task of a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarItem {
    pub id: TaskId,
    pub number: i32,
    pub title: String,
    pub priority: Priority,
    pub due: Due,
    pub finish: Finish,
    /// The day work should begin: the task stands on the days from then on, too.
    pub start: Option<NaiveDate>,
}

/// Work notes as a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesTable {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    /// The number of the project's last change before it was read.
    pub last_event: i64,
    /// The time in the viewer's zone when the table was read.
    pub clock: ViewerClock,
    /// Where the viewer's weeks begin.
    pub first_day: Weekday,
    pub query: NotesQuery,
    /// The days that have a column.
    pub days: Vec<NaiveDate>,
    pub rows: Vec<NotesRow>,
    /// Whose notes can be chosen, and by which labels.
    pub people: Vec<PersonChoice>,
    pub labels: Vec<String>,
    /// Number of the task behind which the next page begins.
    pub next: Option<i32>,
}

/// The notes of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesRow {
    /// `T-214`.
    pub reference: String,
    pub title: String,
    /// Name of its list.
    pub column: String,
    pub status: Status,
    pub labels: Vec<String>,
    pub issues: Vec<NoteCell>,
    /// For each day of the table.
    pub progress: Vec<Vec<NoteCell>>,
    pub resolutions: Vec<NoteCell>,
}

/// One note in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteCell {
    /// As it was written.
    pub text: String,
    pub who: Option<String>,
    /// Its day, in words.
    pub on: String,
}

/// The person's open tasks in all projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyWork {
    /// The time in the viewer's zone when the tasks were read.
    pub clock: ViewerClock,
    /// The most pressing group first; empty ones are left out.
    pub groups: Vec<WorkGroup>,
    /// Another one after any change of a project of the person's.
    pub mark: i64,
    /// Whether there are more tasks than are shown.
    pub is_cut: bool,
}

/// Tasks that are due about the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkGroup {
    pub when: WorkWhen,
    pub rows: Vec<WorkRow>,
}

/// One task of the person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkRow {
    pub id: TaskId,
    /// `T-214`.
    pub reference: String,
    pub title: String,
    pub project: String,
    pub priority: Priority,
    pub due: Option<Due>,
    /// Open tasks that have to be completed first.
    pub blocked_by: u32,
    pub column: ColumnId,
    /// Where it can go; empty where the person only views the project.
    pub columns: Vec<ColumnChoice>,
    /// The list that completes it.
    pub done: Option<ColumnId>,
}

/// One page of what was put away: the archive or the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// Prefix of task numbers.
    pub key: String,
    pub name: String,
    pub can_edit: bool,
    /// Whether the person may delete for ever.
    pub is_owner: bool,
    pub query: ShelfQuery,
    /// The latest first.
    pub rows: Vec<ShelfRow>,
    /// Tasks on all pages.
    pub total: u32,
    /// Number of the task behind which the next page begins.
    pub next: Option<i32>,
}

/// One task that was put away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfRow {
    pub card: Card,
    /// The list it was in.
    pub column: Option<String>,
    pub since: Stamp,
    /// When it is deleted for good.
    pub gone: Option<Stamp>,
    /// Days until then, by the calendar of the person who looks.
    pub days_left: i64,
}
