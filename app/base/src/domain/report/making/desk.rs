//! Writes the lines of a report: a task as it was, with its reference, its people and what its due date meant.

use std::{
    collections::{BTreeMap, btree_map},
    iter::Peekable,
    sync::atomic::AtomicBool,
};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::{around, compose::Sources, facts::TaskFacts};
use crate::domain::{
    due::{self, Due, Finish, SOON_USUAL, ViewerClock},
    ids::{LabelId, ProjectId, TaskId, UserId},
    metrics::{Life, Passage},
    period::day_of,
    report::{DueWords, ReportProject, TaskDetails, TaskLine},
};

/// What a line of a list is written from.
pub struct Desk<'a> {
    keys: BTreeMap<ProjectId, &'a str>,
    projects: BTreeMap<ProjectId, &'a str>,
    pub zone: Tz,
    pub as_of: DateTime<Utc>,
    /// The day of it.
    today: NaiveDate,
    /// What due dates are held against.
    clock: ViewerClock,
    tasks: &'a BTreeMap<TaskId, TaskFacts>,
    people: &'a around::People,
    labels: &'a around::Labels,
}

/// A task of the report with all that its line is written from.
pub struct Row<'a> {
    pub id: TaskId,
    pub life: &'a Life,
    pub facts: &'a TaskFacts,
    pub people: &'a [(UserId, String)],
    pub labels: &'a [(LabelId, String)],
    /// How it went through the statuses in the period, if it did.
    pub passage: Option<&'a Passage>,
    /// Whether a list names it.
    pub is_named: AtomicBool,
}

/// Values in the order of their tasks, asked for in that order: one walk instead of a search for each.
struct Walk<'a, V>(Peekable<btree_map::Iter<'a, TaskId, V>>);

impl<'a, V> Walk<'a, V> {
    fn along(values: &'a BTreeMap<TaskId, V>) -> Self {
        Self(values.iter().peekable())
    }

    fn at(&mut self, id: TaskId) -> Option<&'a V> {
        while self.0.next_if(|(other, _)| **other < id).is_some() {}
        self.0.next_if(|(other, _)| **other == id).map(|(_, value)| value)
    }
}

impl<'a> Desk<'a> {
    /// A desk for the report of some projects.
    pub fn new(gathered: &'a Sources, projects: &[&'a ReportProject]) -> Self {
        let Sources { zone, as_of, .. } = *gathered;
        let offset = zone.offset_from_utc_datetime(&as_of.naive_utc()).fix().local_minus_utc() / 60;
        Self {
            keys: projects.iter().map(|project| (project.id, project.key.as_str())).collect(),
            projects: projects.iter().map(|project| (project.id, project.name.as_str())).collect(),
            zone,
            as_of,
            today: day_of(as_of, &zone),
            clock: ViewerClock { now: as_of, utc_offset_minutes: offset, soon_days: SOON_USUAL },
            tasks: &gathered.tasks,
            people: &gathered.people,
            labels: &gathered.labels,
        }
    }

    /// The rows of some tasks, which come in the order of their ids.
    pub fn rows(&self, lives: &'a [(TaskId, Life)], passages: &'a BTreeMap<TaskId, Passage>) -> Vec<Row<'a>> {
        let mut tasks = Walk::along(self.tasks);
        let mut people = Walk::along(self.people);
        let mut labels = Walk::along(self.labels);
        let mut passages = Walk::along(passages);
        let row = |(id, life): &'a (TaskId, Life)| {
            Some(Row {
                id: *id,
                life,
                facts: tasks.at(*id)?,
                people: people.at(*id).map(Vec::as_slice).unwrap_or_default(),
                labels: labels.at(*id).map(Vec::as_slice).unwrap_or_default(),
                passage: passages.at(*id),
                is_named: AtomicBool::new(false),
            })
        };
        lives.iter().filter_map(row).collect()
    }
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
    pub fn line(&self, row: &Row<'_>) -> TaskLine {
        let Row { id, life, facts, people, .. } = *row;
        let day = |at| day_of(at, &self.zone);
        let started_on = life.started.map(day);
        let finished_on = life.finished.map(day);
        let end = finished_on.unwrap_or(self.today);
        let work_days = started_on.and_then(|start| u32::try_from((end - start).num_days() + 1).ok());
        TaskLine {
            id,
            reference: self.reference(facts),
            title: facts.title.clone(),
            people: people.iter().map(|(_, name)| name.clone()).collect(),
            status: life.status,
            priority: facts.priority,
            category: facts.category,
            work_days,
            finished_on,
            due: self.due(facts, life.finished.zip(finished_on)),
            moved_from: None,
            blocked_by: Vec::new(),
            details: self.details(row, started_on),
        }
    }

    fn details(&self, row: &Row<'_>, started_on: Option<NaiveDate>) -> TaskDetails {
        let Row { life, facts, people, labels, .. } = *row;
        let day = |at| day_of(at, &self.zone);
        TaskDetails {
            project: self.projects.get(&facts.project).copied().unwrap_or_default().to_owned(),
            person_ids: people.iter().map(|(person, _)| *person).collect(),
            labels: labels.iter().map(|(_, name)| name.clone()).collect(),
            due_on: facts.due_on.or(facts.due_at.map(day)),
            due_at: facts.due_at,
            created_on: Some(day(life.created)),
            started_on,
            estimate: facts.estimate_minutes.and_then(|minutes| u32::try_from(minutes).ok()),
        }
    }

    fn due(&self, facts: &TaskFacts, finished: Option<(DateTime<Utc>, NaiveDate)>) -> Option<DueWords> {
        let local = |instant: DateTime<Utc>| -> NaiveDateTime { instant.with_timezone(&self.zone).naive_local() };
        let on = facts.due_on.map(Due::On);
        let due = facts.due_at.map(|instant| Due::At { instant, local: local(instant) }).or(on);
        let finish = finished.map_or(Finish::Open, |(instant, on)| Finish::Done { instant, on });
        due::chip(due, finish, self.clock).map(|chip| DueWords { key: chip.key, words: chip.words })
    }
}
