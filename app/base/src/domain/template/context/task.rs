//! A task in a list, in the words of a mail.

use serde_json::{Value, json};

use crate::domain::{
    due::DueKey,
    metrics::{Chances, isolated, isolated_all},
    report::{TaskLine, spec::ListKind},
    task::{Category, Status},
};

/// The task as templates see it. What stands in a line with other words is isolated where it is written from the right;
/// names of people are not, because templates choose tasks by them.
pub(super) fn value(line: &TaskLine, list: ListKind, chances: &Chances, base: &str) -> Value {
    let look = line.due.as_ref().map(|due| look(due.key));
    let age = line.work_days.filter(|_| line.status != Status::Done);
    json!({
        "reference": line.reference,
        "title": isolated(&line.title),
        "url": format!("{base}/tasks/{}", line.reference),
        "status": line.status.label(),
        "priority": line.priority.label(),
        "category": line.category.label(),
        "people": line.people,
        "person_ids": line.details.person_ids,
        "about": about(line, list),
        "days": line.work_days,
        "chance": age.and_then(|age| chances.of(age)).map(|percent| f64::from(percent) / 100.0),
        "finished": line.finished_on,
        "project": line.details.project,
        "labels": line.details.labels,
        "created_on": line.details.created_on,
        "started_on": line.details.started_on,
        "due_on": line.details.due_on,
        "estimate": line.details.estimate,
        "due": line.due.as_ref().map(|due| due.words.as_str()),
        "due_look": look.map(|look| look.name),
        "due_background": look.map(|look| look.background),
        "due_color": look.map(|look| look.color),
        "is_overdue": line.due.as_ref().is_some_and(|due| due.key.is_overdue()),
        "moved_from": line.moved_from.map(Status::label),
        "blocked_by": line.blocked_by,
    })
}

/// How a due date looks: the end of a class, and its colours in the light.
#[derive(Clone, Copy)]
struct Look {
    name: &'static str,
    background: &'static str,
    color: &'static str,
}

fn look(key: DueKey) -> Look {
    let look = |name, background, color| Look { name, background, color };
    match key {
        DueKey::Overdue => look("red", "#cf3732", "#ffffff"),
        DueKey::Stale => look("red-tint", "#ffebe8", "#b7322d"),
        DueKey::Today => look("orange", "#ffdcc5", "#994f04"),
        DueKey::Done => look("green", "#e3f6e7", "#047239"),
        DueKey::Soon | DueKey::Upcoming | DueKey::Later => look("plain", "#f0efec", "#404e56"),
    }
}

/// One line: people, and what is worth knowing in this list.
fn about(line: &TaskLine, list: ListKind) -> String {
    let people = if line.people.is_empty() { "Nobody assigned".to_owned() } else { isolated_all(&line.people) };
    let mut parts = vec![people];
    if line.status == Status::Done {
        let is_worth_saying = line.category == Category::Highlight && list != ListKind::Highlights;
        parts.extend(is_worth_saying.then(|| line.category.label().to_owned()));
        parts.extend(
            line.work_days.map(|days| if days == 1 { "took 1 day".into() } else { format!("took {days} days") }),
        );
    } else {
        let is_waiting = line.status == Status::Pending && list != ListKind::Moved;
        parts.extend(is_waiting.then(|| line.status.label().to_owned()));
        parts.push(line.priority.label().to_owned());
        parts.extend(line.work_days.map(|days| if days == 1 { "begun today".into() } else { format!("day {days}") }));
    }
    if let Some(from) = line.moved_from {
        parts.push(format!("{} → {}", from.label(), line.status.label()));
    }
    if !line.blocked_by.is_empty() {
        parts.push(format!("waits for {}", line.blocked_by.join(", ")));
    }
    parts.join(" · ")
}
