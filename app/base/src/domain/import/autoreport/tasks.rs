//! The tasks of an export with all that hangs on them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Known;
use super::around::each_once;
use super::links::circle;
use super::place::Place;
use crate::domain::checklist::{ITEMS_MAX, LIST_TITLE_MAX};
use crate::domain::estimate::ESTIMATE_MAX;
use crate::domain::import::plan::{
    PlannedCard, PlannedChecklist, PlannedComment, PlannedDue, PlannedItem, PlannedNote, PlannedRest, PlannedSeries,
};
use crate::domain::import::problem::{ImportProblem, excerpt};
use crate::domain::import::words::count;
use crate::domain::project_export::{CommentPart, ItemPart, NotePart, TaskPart};
use crate::domain::recurrence::Series;
use crate::domain::task::{COMMENT_MAX, Category, DESCRIPTION_MAX, ITEM_MAX, LINKS_MAX, Priority, TITLE_MAX};
use crate::domain::work_note::{NOTE_MAX, NoteKind};

/// Tasks of a circle that a message names.
const SHOWN: usize = 10;

/// What the file cannot bring, counted.
#[derive(Default)]
pub struct LeftOut {
    attachments: usize,
    foreign_links: usize,
}

impl LeftOut {
    pub fn explain(&self, warnings: &mut Vec<String>) {
        if self.attachments > 0 {
            warnings.push(format!(
                "{}: an export holds only their names. Attach the files again where they are needed.",
                count(self.attachments, "attachment")
            ));
        }
        if self.foreign_links > 0 {
            warnings.push(format!(
                "{} on tasks of other projects: left out.",
                if self.foreign_links == 1 {
                    "1 dependency".to_owned()
                } else {
                    format!("{} dependencies", self.foreign_links)
                }
            ));
        }
    }
}

/// How people call a task.
pub fn place_of(task: &TaskPart, known: &Known) -> Place {
    Place::new(format!("task {}-{}", known.key, task.number), known.now)
}

/// Ids and numbers stand once, and no task waits for itself, not even by way of others.
pub fn check_ties(tasks: &[TaskPart], known: &Known) -> Result<(), ImportProblem> {
    each_once(&Place::new("tasks", known.now), tasks.iter().map(|task| task.id))?;
    let mut numbers: HashMap<i32, usize> = HashMap::with_capacity(tasks.len());
    let mut waiting: HashMap<Uuid, usize> = HashMap::new();
    for (nth, task) in tasks.iter().enumerate() {
        let place = Place::new(format!("task {} in the file (“{}”)", nth + 1, excerpt(&task.title)), known.now);
        place.whole("number", task.number, 1..=i32::MAX)?;
        if let Some(other) = numbers.insert(task.number, nth) {
            let message = format!("{} is also the number of task {} in the file", task.number, other + 1);
            return Err(place.fault("number", message));
        }
        for blocker in &task.blocked_by {
            *waiting.entry(*blocker).or_default() += 1;
        }
    }
    for task in tasks {
        let place = place_of(task, known);
        let most = LINKS_MAX as usize;
        each_once(
            &Place::new(format!("task {}-{}, blocked_by", known.key, task.number), known.now),
            task.blocked_by.iter().copied(),
        )?;
        if task.blocked_by.len() > most {
            let message = format!("there are {}; expected at most {most}", task.blocked_by.len());
            return Err(place.fault("blocked_by", message));
        }
        if let Some(blocked) = waiting.get(&task.id).filter(|blocked| **blocked > most) {
            return Err(place.fault("id", format!("it blocks {blocked} tasks; expected at most {most}")));
        }
    }
    let links: Vec<Vec<usize>> = tasks
        .iter()
        .map(|task| task.blocked_by.iter().filter_map(|blocker| known.tasks.get(blocker)).copied().collect())
        .collect();
    let Some(found) = circle(&links) else { return Ok(()) };
    let mut names: Vec<String> =
        found.iter().take(SHOWN).map(|task| format!("{}-{}", known.key, tasks[*task].number)).collect();
    if found.len() > SHOWN {
        names.push("…".to_owned());
    }
    names.push(format!("{}-{}", known.key, tasks[found[0]].number));
    let message = format!("the dependencies go in a circle: {}", names.join(" is blocked by "));
    Err(place_of(&tasks[found[0]], known).fault("blocked_by", message))
}

pub fn card(
    task: &TaskPart,
    place: &Place,
    known: &Known,
    left_out: &mut LeftOut,
) -> Result<PlannedCard, ImportProblem> {
    if !known.columns.contains_key(&task.column) {
        return Err(place.fault("column", format!("{} is none of the file's “columns”", task.column)));
    }
    if let Some(label) = task.labels.iter().find(|label| !known.labels.contains(*label)) {
        return Err(place.fault("labels", format!("{label} is none of the file's “labels”")));
    }
    left_out.attachments += task.attachments.len();
    Ok(PlannedCard {
        source_id: task.id.to_string(),
        number: Some(task.number),
        title: place.line("title", &task.title, TITLE_MAX)?,
        description: place.text("description", &task.description, DESCRIPTION_MAX)?,
        due: due(task, place)?,
        due_complete: task.completed_at.is_some(),
        priority: Some(place.choice("priority", &task.priority, Priority::ALL)?),
        category: Some(place.choice("category", &task.category, Category::ALL)?),
        labels: task.labels.iter().map(ToString::to_string).collect(),
        people: known.everybody(place, "assignees", &task.assignees)?,
        column: task.column.to_string(),
        checklists: checklists(&task.checklist, place)?,
        comments: comments(&task.comments, place, known)?,
        archived: task.archived_at.is_some() || task.deleted_at.is_some(),
        created_at: place.past("created_at", task.created_at)?,
        updated_at: place.past("updated_at", task.updated_at)?,
        rest: Some(Box::new(rest(task, place, known, left_out)?)),
    })
}

fn due(task: &TaskPart, place: &Place) -> Result<Option<PlannedDue>, ImportProblem> {
    match (task.due_on, task.due_at) {
        (Some(_), Some(_)) => Err(place.fault("due_at", "it is due on a day and at an instant; expected one of them")),
        (Some(day), None) => Ok(Some(PlannedDue::On(place.day("due_on", day)?))),
        (None, Some(at)) => Ok(Some(PlannedDue::At(place.instant("due_at", at)?))),
        (None, None) => Ok(None),
    }
}

fn rest(task: &TaskPart, place: &Place, known: &Known, left_out: &mut LeftOut) -> Result<PlannedRest, ImportProblem> {
    let (here, elsewhere): (Vec<Uuid>, Vec<Uuid>) =
        task.blocked_by.iter().copied().partition(|blocker| known.tasks.contains_key(blocker));
    left_out.foreign_links += elsewhere.len();
    let estimate = task.estimate_minutes.map(|minutes| place.whole("estimate_minutes", minutes, 1..=ESTIMATE_MAX));
    Ok(PlannedRest {
        created_by: known.person(place, "created_by", task.created_by)?,
        completed_at: place.maybe_past("completed_at", task.completed_at)?,
        archived_at: place.maybe_past("archived_at", task.archived_at)?,
        deleted_at: place.maybe_past("deleted_at", task.deleted_at)?,
        deleted_by: known.person(place, "deleted_by", task.deleted_by)?,
        start_on: task.start_on.map(|day| place.day("start_on", day)).transpose()?,
        estimate_minutes: estimate.transpose()?,
        series: task.recurrence.as_deref().map(|json| series(json, place)).transpose()?,
        watchers: known.everybody(place, "watchers", &task.watchers)?,
        blocked_by: here.iter().map(ToString::to_string).collect(),
        notes: notes(&task.notes, place, known)?,
    })
}

fn series(json: &str, place: &Place) -> Result<PlannedSeries, ImportProblem> {
    let series = Series::parse(json).filter(|series| series.rule.is_possible());
    let Series { rule, column } = series.ok_or_else(|| {
        place.fault("recurrence", format!("“{}” is no series as AutoReport writes it", excerpt(json)))
    })?;
    Ok(PlannedSeries { rule, column: column.to_string() })
}

/// Items of one title behind each other are a list; their order stays.
fn checklists(items: &[ItemPart], place: &Place) -> Result<Vec<PlannedChecklist>, ImportProblem> {
    if items.len() > ITEMS_MAX {
        let message = format!("there are {} items; expected at most {ITEMS_MAX}", items.len());
        return Err(place.fault("checklist", message));
    }
    let mut lists: Vec<PlannedChecklist> = Vec::new();
    for (nth, item) in items.iter().enumerate() {
        let place = place.part("checklist item", nth);
        let name = place.optional_line("list", &item.list, LIST_TITLE_MAX)?;
        let done_at = place.maybe_past("done_at", item.done_at)?;
        let item = PlannedItem { text: place.line("text", &item.text, ITEM_MAX)?, done: done_at.is_some(), done_at };
        match lists.last_mut().filter(|list| list.name == name) {
            Some(list) => list.items.push(item),
            None => lists.push(PlannedChecklist { name, items: vec![item] }),
        }
    }
    Ok(lists)
}

fn comments(parts: &[CommentPart], place: &Place, known: &Known) -> Result<Vec<PlannedComment>, ImportProblem> {
    let mut comments = Vec::with_capacity(parts.len());
    for (nth, part) in parts.iter().enumerate() {
        let place = place.part("comment", nth);
        let mut before: Vec<(DateTime<Utc>, String)> = Vec::with_capacity(part.revisions.len());
        for revision in &part.revisions {
            let text = place.text("revisions, text", &revision.text, COMMENT_MAX)?;
            before.push((place.past("revisions, at", revision.at)?, text));
        }
        comments.push(PlannedComment {
            at: place.past("at", part.at)?,
            person: known.person(&place, "author", part.author)?,
            text: place.text("text", &part.text, COMMENT_MAX)?,
            edited_at: place.maybe_past("edited_at", part.edited_at)?,
            before,
        });
    }
    Ok(comments)
}

fn notes(parts: &[NotePart], place: &Place, known: &Known) -> Result<Vec<PlannedNote>, ImportProblem> {
    let mut notes = Vec::with_capacity(parts.len());
    for (nth, part) in parts.iter().enumerate() {
        let place = place.part("note", nth);
        notes.push(PlannedNote {
            kind: place.choice("kind", &part.kind, NoteKind::ALL)?,
            on: place.day("on", part.on)?,
            person: known.person(&place, "author", part.author)?,
            at: place.past("at", part.at)?,
            edited_at: place.maybe_past("edited_at", part.edited_at)?,
            text: place.text("text", &part.text, NOTE_MAX)?,
        });
    }
    Ok(notes)
}
