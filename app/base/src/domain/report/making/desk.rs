//! Writes the lines of a report: a task as it was, with its reference, its people and what its due date meant.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::{around, facts::TaskFacts};
use crate::domain::{
    due::{self, Due, Finish, SOON_USUAL, ViewerClock},
    ids::{ProjectId, TaskId},
    metrics::Life,
    period::day_of,
    report::{DueWords, TaskDetails, TaskLine},
};

/// What a line of a list is written from.
pub struct Desk<'a> {
    pub keys: BTreeMap<ProjectId, &'a str>,
    pub projects: BTreeMap<ProjectId, &'a str>,
    pub zone: Tz,
    pub as_of: DateTime<Utc>,
    pub tasks: &'a BTreeMap<TaskId, TaskFacts>,
    pub people: &'a around::People,
    pub labels: &'a around::Labels,
}

impl Desk<'_> {
    /// "T-219".
    pub fn reference(&self, facts: &TaskFacts) -> String {
        format!("{}-{}", self.keys.get(&facts.project).copied().unwrap_or_default(), facts.number)
    }

    /// Reference and title of a task.
    pub fn name(&self, id: TaskId) -> Option<(String, String)> {
        let facts = self.tasks.get(&id)?;
        Some((self.reference(facts), facts.title.clone()))
    }

    /// A task as it was.
    pub fn line(&self, id: TaskId, life: &Life) -> Option<TaskLine> {
        let facts = self.tasks.get(&id)?;
        let day = |at| day_of(at, &self.zone);
        let end = life.finished.unwrap_or(self.as_of);
        let work_days = life.started.and_then(|start| u32::try_from((day(end) - day(start)).num_days() + 1).ok());
        let people = self.people.get(&id).map(Vec::as_slice).unwrap_or_default();
        Some(TaskLine {
            id,
            reference: self.reference(facts),
            title: facts.title.clone(),
            people: people.iter().map(|(_, name)| name.clone()).collect(),
            status: life.status,
            priority: facts.priority,
            category: facts.category,
            work_days,
            finished_on: life.finished.map(day),
            due: self.due(facts, life),
            moved_from: None,
            blocked_by: Vec::new(),
            details: self.details(id, facts, life),
        })
    }

    fn details(&self, id: TaskId, facts: &TaskFacts, life: &Life) -> TaskDetails {
        let day = |at| day_of(at, &self.zone);
        let people = self.people.get(&id).map(Vec::as_slice).unwrap_or_default();
        let labels = self.labels.get(&id).map(Vec::as_slice).unwrap_or_default();
        TaskDetails {
            project: self.projects.get(&facts.project).copied().unwrap_or_default().to_owned(),
            person_ids: people.iter().map(|(person, _)| *person).collect(),
            labels: labels.iter().map(|(_, name)| name.clone()).collect(),
            due_on: facts.due_on.or(facts.due_at.map(day)),
            due_at: facts.due_at,
            created_on: Some(day(life.created)),
            started_on: life.started.map(day),
            estimate: facts.estimate_minutes.and_then(|minutes| u32::try_from(minutes).ok()),
        }
    }

    fn due(&self, facts: &TaskFacts, life: &Life) -> Option<DueWords> {
        let local = |instant: DateTime<Utc>| -> NaiveDateTime { instant.with_timezone(&self.zone).naive_local() };
        let on = facts.due_on.map(Due::On);
        let due = facts.due_at.map(|instant| Due::At { instant, local: local(instant) }).or(on);
        let finish = life.finished.map_or(Finish::Open, |at| Finish::Done { instant: at, on: day_of(at, &self.zone) });
        let offset = self.zone.offset_from_utc_datetime(&self.as_of.naive_utc()).fix().local_minus_utc() / 60;
        let clock = ViewerClock { now: self.as_of, utc_offset_minutes: offset, soon_days: SOON_USUAL };
        due::chip(due, finish, clock).map(|chip| DueWords { key: chip.key, words: chip.words })
    }
}
