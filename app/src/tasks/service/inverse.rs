//! What takes a line of a task's history back: only where what the line says is still so, because what somebody has
//! made of it since stays theirs.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::DateTime;
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{
    cards, choices,
    edit::{self, Change, DueInput},
    events::Detail,
};
use crate::{
    domain::{
        estimate,
        ids::{ColumnId, LabelId, ProjectId, TaskId, UserId},
        task::EventKind,
        task_edit::Edit,
    },
    entities::{task, task_assignee, task_event, task_label},
    error::AppResult,
};

/// The way back.
#[derive(Clone, Debug)]
pub enum Inverse {
    /// A field gets the value that it had.
    Field(Change),
    /// People, labels, the archive, the trash.
    Edit(Edit),
    /// Back to a column, where the rank says; on top where it was not written down.
    Place { column: ColumnId, rank: Option<String> },
    /// Back to the project that it left, by `transfer::take_back`.
    Project,
}

/// Whom and what tasks are given, and what they could be given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub people: HashSet<(TaskId, UserId)>,
    pub labels: HashSet<(TaskId, LabelId)>,
    /// Who can be given tasks of a project.
    pub members: HashSet<(ProjectId, UserId)>,
    /// The labels of a project.
    pub known: HashSet<(ProjectId, LabelId)>,
}

impl Given {
    /// Reads what tasks are given.
    pub async fn read(db: &impl ConnectionTrait, rows: &HashMap<TaskId, task::Model>) -> AppResult<Self> {
        let ids: Vec<TaskId> = rows.keys().copied().collect();
        let assigned = task_assignee::Entity::find()
            .filter(task_assignee::Column::TaskId.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        let labelled =
            task_label::Entity::find().filter(task_label::Column::TaskId.is_in(ids.iter().copied())).all(db).await?;
        let mut given = Self {
            people: assigned.into_iter().map(|row| (row.task_id, row.user_id)).collect(),
            labels: labelled.into_iter().map(|row| (row.task_id, row.label_id)).collect(),
            ..Self::default()
        };
        // One reading a project, of which a change has one or a few.
        for project in rows.values().map(|row| row.project_id).collect::<BTreeSet<ProjectId>>() {
            let choices = choices::read(db, project).await?;
            given.members.extend(choices.people.iter().map(|person| (project, person.id)));
            given.known.extend(choices.labels.iter().map(|label| (project, label.id)));
        }
        Ok(given)
    }
}

/// What a line is about, where lines of its kind are taken back one by one. Moves within a project, the archive and the
/// trash have buttons of their own.
pub fn subject(kind: EventKind, detail: &Detail) -> Option<String> {
    match kind {
        EventKind::Edited => detail.field.as_ref().map(|field| format!("field {field}")),
        EventKind::Assigned | EventKind::Unassigned => detail.person.map(|person| format!("person {person}")),
        EventKind::Labelled | EventKind::Unlabelled => detail.label.map(|label| format!("label {label}")),
        EventKind::Transferred => Some("project".to_owned()),
        _ => None,
    }
}

/// The way back of a line; none where what it says is not so any more, or has no way back.
pub fn of(event: &task_event::Model, detail: &Detail, row: &task::Model, given: &Given, zone: Tz) -> Option<Inverse> {
    // What is in the trash is changed no more; it only comes out again.
    if row.deleted_at.is_some() {
        return (event.kind == EventKind::Deleted).then_some(Inverse::Edit(Edit::Undelete));
    }
    match event.kind {
        EventKind::Edited => field(detail, row, zone).map(Inverse::Field),
        EventKind::Assigned => {
            let person = detail.person.filter(|person| given.people.contains(&(row.id, *person)))?;
            Some(Inverse::Edit(Edit::People { add: Vec::new(), remove: vec![person] }))
        }
        EventKind::Unassigned => {
            let can_have = |person: &UserId| {
                !given.people.contains(&(row.id, *person)) && given.members.contains(&(row.project_id, *person))
            };
            let person = detail.person.filter(can_have)?;
            Some(Inverse::Edit(Edit::People { add: vec![person], remove: Vec::new() }))
        }
        EventKind::Labelled => {
            let label = detail.label.filter(|label| given.labels.contains(&(row.id, *label)))?;
            Some(Inverse::Edit(Edit::Labels { add: Vec::new(), remove: vec![label] }))
        }
        EventKind::Unlabelled => {
            let can_have = |label: &LabelId| {
                !given.labels.contains(&(row.id, *label)) && given.known.contains(&(row.project_id, *label))
            };
            let label = detail.label.filter(can_have)?;
            Some(Inverse::Edit(Edit::Labels { add: vec![label], remove: Vec::new() }))
        }
        EventKind::Moved if event.to_column_id == Some(row.column_id) && row.archived_at.is_none() => {
            event.from_column_id.map(|column| Inverse::Place { column, rank: detail.rank.clone() })
        }
        EventKind::Archived if row.archived_at.is_some() => Some(Inverse::Edit(Edit::Restore)),
        EventKind::Restored if row.archived_at.is_none() => Some(Inverse::Edit(Edit::Archive)),
        EventKind::Undeleted => Some(Inverse::Edit(Edit::Delete)),
        // A copy; tasks that were made without a name have no way back.
        EventKind::Created if event.op_id.is_some() => Some(Inverse::Edit(Edit::Delete)),
        EventKind::Transferred if detail.left.is_some() && event.to_column_id == Some(row.column_id) => {
            Some(Inverse::Project)
        }
        _ => None,
    }
}

fn field(detail: &Detail, row: &task::Model, zone: Tz) -> Option<Change> {
    // A line of an import may not know what was written.
    let (from, to) = (detail.from.as_deref()?, detail.to.as_deref()?);
    let (now, back) = match detail.field.as_deref()? {
        "title" => (row.title.clone(), Change::Title(from.to_owned())),
        "description" => (row.description.clone(), Change::Description(from.to_owned())),
        "priority" => (row.priority.to_string(), Change::Priority(from.parse().ok()?)),
        "category" => (row.category.to_string(), Change::Category(from.parse().ok()?)),
        "start" => {
            let now = row.start_on.map(|date| date.to_string()).unwrap_or_default();
            (now, Change::Start(edit::read_day("start", from).ok()?))
        }
        "estimate" => {
            let now = row.estimate_minutes.map(estimate::words).unwrap_or_default();
            (now, Change::Estimate(read(from, estimate::parse)?))
        }
        "due" => {
            let now = cards::due(row, zone).map(|due| due.machine()).unwrap_or_default();
            (now, due(from)?)
        }
        _ => return None,
    };
    // Nor need a text in it be one that the field takes.
    (now == to && from != to).then_some(back).and_then(|back| edit::checked(back).ok())
}

/// Nothing written is none.
fn read<T>(word: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if word.is_empty() { Some(None) } else { read(word).map(Some) }
}

/// A due date as the history keeps it: none, a day, or an instant.
fn due(word: &str) -> Option<Change> {
    if word.is_empty() {
        return Some(Change::Due(None));
    }
    if let Ok(Some(date)) = edit::read_day("due", word) {
        return Some(Change::Due(Some(DueInput { date, time: None })));
    }
    DateTime::parse_from_rfc3339(word).ok().map(|at| Change::DueAt(at.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_date_is_read_as_the_history_keeps_it() {
        let day: chrono::NaiveDate = "2026-11-23".parse().unwrap();
        let is_day =
            |due: Option<Change>| matches!(due, Some(Change::Due(Some(DueInput { date, time: None }))) if date == day);
        assert!(is_day(due("2026-11-23")));
        let at: DateTime<chrono::Utc> = "2026-11-23T16:00:00Z".parse().unwrap();
        assert!(matches!(due("2026-11-23T16:00:00Z"), Some(Change::DueAt(instant)) if instant == at));
        assert!(due("soon").is_none());
        assert!(matches!(due(""), Some(Change::Due(None))), "it had none");
    }

    #[test]
    fn every_estimate_comes_back_from_its_words() {
        for minutes in [1, 45, 60, 150, 480, 720, 2_400, 12_345] {
            assert_eq!(estimate::parse(&estimate::words(minutes)), Some(minutes));
        }
    }
}
