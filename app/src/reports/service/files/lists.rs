//! The lists that a report shows, each once and in its order, and what their columns say.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use crate::domain::report::{
    Snapshot, TaskDetails, TaskLine,
    spec::{ListKind, Section},
};

/// A list with all of its tasks that the report is about.
pub struct List<'a> {
    pub kind: ListKind,
    pub lines: Vec<&'a TaskLine>,
}

/// The lists of a report. One that stands there several times, say once for each label, has every task that any of them
/// shows.
pub fn lists<'a>(snapshot: &'a Snapshot, sections: &[Section]) -> Vec<List<'a>> {
    let mut kinds: Vec<(ListKind, Vec<&Section>)> = Vec::new();
    for section in sections {
        let Section::Tasks { list, .. } = section else { continue };
        match kinds.iter_mut().find(|(kind, _)| kind == list) {
            Some((_, parts)) => parts.push(section),
            None => kinds.push((*list, vec![section])),
        }
    }
    let list = |(kind, parts): (ListKind, Vec<&Section>)| {
        let is_shown = |line: &&TaskLine| parts.iter().any(|section| section.shows(line));
        List { kind, lines: kind.of(snapshot).iter().filter(is_shown).collect() }
    };
    kinds.into_iter().map(list).collect()
}

/// When a task was due, for files whose cells have types.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DueOn<'a> {
    /// All day.
    Day(NaiveDate),
    /// At a time, on the clock of the project.
    Moment(DateTime<Tz>),
    /// All that is known in reports from before days were kept.
    Words(&'a str),
}

/// When a task was due; none where it was not.
pub fn due(line: &TaskLine, zone: Tz) -> Option<DueOn<'_>> {
    let TaskDetails { due_on, due_at, .. } = line.details;
    match (due_at, due_on) {
        (Some(at), _) => Some(DueOn::Moment(at.with_timezone(&zone))),
        (None, Some(day)) => Some(DueOn::Day(day)),
        (None, None) if line.details.is_empty() => line.due.as_ref().map(|due| DueOn::Words(&due.words)),
        (None, None) => None,
    }
}

/// The zone in which a report counts its days.
pub fn zone_of(snapshot: &Snapshot) -> Tz {
    snapshot.project.zone.parse().unwrap_or(Tz::UTC)
}

/// What a blocked task waits for.
pub fn waits_for(line: &TaskLine) -> String {
    if line.blocked_by.is_empty() { line.status.label().to_owned() } else { line.blocked_by.join(", ") }
}
