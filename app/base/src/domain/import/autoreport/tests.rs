//! What our own export brings, and how a bad one is refused.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::read;
use crate::domain::import::plan::{EventOrigin, ImportPlan, PlannedChange, PlannedDue, PlannedLimit, PlannedPart};
use crate::domain::project::MemberRole;
use crate::domain::task::{EventKind, Priority, Status};

const TODO: &str = "00000000-0000-0000-0000-0000000000c1";
const DONE: &str = "00000000-0000-0000-0000-0000000000c2";
const GONE: &str = "00000000-0000-0000-0000-0000000000c9";
const OPS: &str = "00000000-0000-0000-0000-0000000000b1";
const MINA: &str = "00000000-0000-0000-0000-0000000000a1";
const FIRST: &str = "00000000-0000-0000-0000-000000000001";
const SECOND: &str = "00000000-0000-0000-0000-000000000002";

fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn task(id: &str, number: i32, column: &str) -> Value {
    json!({
        "id": id, "reference": format!("OPS-{number}"), "number": number, "column": column, "rank": format!("a{number}"),
        "title": format!("Task {number}"), "description": "", "priority": "high", "category": "ordinary",
        "due_on": null, "due_at": null, "start_on": null, "estimate_minutes": null, "recurrence": null,
        "completed_at": null, "archived_at": null, "deleted_at": null,
        "created_at": "2026-11-01T08:00:00Z", "created_by": MINA, "updated_at": "2026-11-02T08:00:00Z",
        "labels": [OPS], "assignees": [MINA], "watchers": [], "blocked_by": [],
        "checklist": [], "comments": [], "notes": [], "attachments": [],
        "history": [{
            "at": "2026-11-01T08:00:00Z", "kind": "created", "by": MINA, "from": null, "to": column,
            "from_status": null, "to_status": "todo", "detail": {}
        }],
    })
}

fn file() -> Value {
    json!({
        "format": "autoreport/1",
        "exported_at": "2026-11-22T12:00:00Z",
        "project": {
            "key": "OPS", "name": "Operations", "description": "", "zone": "Europe/Ljubljana",
            "archive_after_days": 30, "last_number": 7, "created_at": "2026-11-01T08:00:00Z", "archived_at": null
        },
        "columns": [
            {"id": TODO, "name": "Todo", "status": "todo", "limit": 3, "limit_is_hard": true},
            {"id": DONE, "name": "Completed", "status": "done", "limit": null, "limit_is_hard": false}
        ],
        "labels": [{"id": OPS, "name": "Ops", "hue": 4}],
        "people": [{"id": MINA, "name": "Mina Kovač", "role": "owner"}],
        "tasks": [task(FIRST, 1, TODO), task(SECOND, 2, TODO)],
        "rules": []
    })
}

fn read_json(file: &Value) -> ImportPlan {
    read(file.to_string().as_bytes(), now()).unwrap()
}

/// The fault of a file in which one value stands for another.
fn fault(pointer: &str, value: Value) -> String {
    let mut file = file();
    *file.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is in the file")) = value;
    read(file.to_string().as_bytes(), now()).unwrap_err().to_string()
}

#[test]
fn a_project_comes_as_it_stands_in_the_file() {
    let mut file = file();
    file["tasks"][0]["due_on"] = json!("2026-12-24");
    file["tasks"][0]["blocked_by"] = json!([SECOND, GONE]);
    file["tasks"][0]["checklist"] = json!([{"list": "", "text": "One", "done_at": null}, {"list": "Later", "text": "Two", "done_at": "2026-11-03T08:00:00Z"}]);
    file["tasks"][0]["attachments"] =
        json!([{"name": "a.png", "content_type": "image/png", "size": 1, "sha256": "", "at": "2026-11-03T08:00:00Z"}]);
    let plan = read_json(&file);
    assert_eq!(plan.project_name, "Operations");
    let project = plan.project.unwrap();
    assert_eq!((project.key.as_str(), project.last_number, project.archive_after_days), ("OPS", 7, Some(30)));
    assert_eq!(plan.columns[0].limit, Some(PlannedLimit { most: 3, is_hard: true }));
    assert_eq!((plan.columns[0].cards, plan.columns[1].status), (2, Status::Done));
    assert_eq!((plan.labels[0].name.as_str(), plan.labels[0].hue), ("Ops", 4));
    assert_eq!(plan.people[0].part, PlannedPart::Member(MemberRole::Owner));
    let card = &plan.cards[0];
    assert_eq!((card.number, card.priority), (Some(1), Some(Priority::High)));
    assert!(matches!(card.due, Some(PlannedDue::On(day)) if day.to_string() == "2026-12-24"));
    assert_eq!(card.checklists.iter().map(|list| list.name.as_str()).collect::<Vec<_>>(), ["", "Later"]);
    let rest = card.rest.as_ref().unwrap();
    assert_eq!((rest.blocked_by.as_slice(), rest.created_by.as_deref()), (&[SECOND.to_owned()][..], Some(MINA)));
    assert_eq!(
        plan.warnings,
        [
            "1 attachment: an export holds only their names. Attach the files again where they are needed.",
            "1 dependency on tasks of other projects: left out.",
        ]
    );
    assert!(plan.history.iter().all(|event| event.origin == EventOrigin::Recorded));
}

#[test]
fn tasks_stand_in_the_order_of_their_ranks() {
    let mut file = file();
    file["tasks"][0]["rank"] = json!("b");
    file["tasks"][1]["rank"] = json!("Z");
    let titles: Vec<String> = read_json(&file).cards.into_iter().map(|card| card.title).collect();
    assert_eq!(titles, ["Task 2", "Task 1"]);
}

#[test]
fn what_another_program_left_out_of_the_history_is_inferred_and_said() {
    let mut file = file();
    file["tasks"][0]["history"] = json!([]);
    file["tasks"][1]["column"] = json!(DONE);
    let plan = read_json(&file);
    let inferred: Vec<EventKind> = plan
        .history
        .iter()
        .filter(|event| event.origin == EventOrigin::Inferred)
        .filter_map(|event| match &event.change {
            PlannedChange::Own(entry) => Some(entry.kind),
            _ => None,
        })
        .collect();
    assert_eq!(inferred, [EventKind::Created, EventKind::Moved]);
    assert_eq!(plan.history.last().and_then(|event| event.change.arrives_in()), Some(DONE));
    assert_eq!(plan.warnings, ["2 steps missing in the history and inferred from where the tasks stand."]);
}

#[test]
fn rules_come_if_they_can_act() {
    let mut file = file();
    let comment = json!([{"do": "comment", "text": "late"}]);
    file["rules"] = json!([
        {"name": "Late", "is_on": true, "trigger": {"when": "enters", "column": DONE}, "actions": comment},
        {"name": "Lost", "is_on": true, "trigger": {"when": "enters", "column": GONE}, "actions": comment},
        {"name": "From tomorrow", "is_on": true, "trigger": {"when": "full_moon"}, "actions": comment},
    ]);
    let plan = read_json(&file);
    assert_eq!(plan.project.unwrap().rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["Late"]);
    assert!(plan.warnings[0].starts_with("1 rule, switched off"), "{:?}", plan.warnings);
    assert_eq!(plan.warnings[1], "2 rules that cannot act here: left out.");
}

#[test]
fn fields_of_tomorrow_are_passed_over_and_those_that_came_later_may_lack() {
    let mut file = file();
    file["tasks"][0]["mood"] = json!("good");
    file["tasks"][0]["history"][0]["detail"] = json!({"weather": "rain", "version": 3});
    file["project"].as_object_mut().unwrap().remove("last_number");
    let plan = read_json(&file);
    let PlannedChange::Own(entry) = &plan.history[0].change else { panic!("our own entry") };
    assert_eq!(serde_json::Value::from(entry.detail.clone()), json!({"version": 3}));
}

#[test]
fn a_newer_format_is_named_with_the_one_that_is_known_even_if_nothing_else_can_be_read() {
    let words = "The file has the format “autoreport/2”; this AutoReport reads “autoreport/1”. Update AutoReport, then upload the file again.";
    for content in ["{\"format\": \"autoreport/2\", \"everything\": \"else\"}", "{\"format\": \"autoreport/2\""] {
        assert_eq!(read(content.as_bytes(), now()).unwrap_err().to_string(), words);
    }
    let odd = read(b"{\"format\": \"autoreport/one\"}", now()).unwrap_err().to_string();
    assert!(odd.contains("“autoreport/one”") && odd.ends_with("Export the project again."), "{odd}");
}

#[test]
fn a_file_that_was_cut_off_says_where() {
    let text = serde_json::to_string_pretty(&file()).unwrap();
    let problem = read(&text.as_bytes()[..text.len() / 2], now()).unwrap_err();
    assert!(problem.line.is_some_and(|line| line > 10), "{problem}");
    assert!(problem.message.starts_with("the file ends in the middle of the project, after "), "{problem}");
}

#[test]
fn every_bad_value_is_refused_with_its_place() {
    for (pointer, value, words) in [
        ("/tasks/1/title", json!("w".repeat(10_000)), "task OPS-2, title: “"),
        ("/tasks/1/title", json!("w".repeat(10_000)), "has 10000 characters; expected at most 500"),
        ("/tasks/0/priority", json!("huge"), "task OPS-1, priority: “huge” is not known; expected one of low, medium"),
        ("/columns/1/status", json!("doing"), "list 2 (“Completed”), status: “doing” is not known"),
        ("/columns/0/limit", json!(0), "list 1 (“Todo”), limit: 0 is out of range"),
        ("/columns/1/id", json!(TODO), "stands there a second time"),
        ("/labels/0/hue", json!(7), "label 1 (“Ops”), hue: 7 is out of range; expected 1 to 6"),
        ("/people/0/role", json!("god"), "person 1 (“Mina Kovač”), role: “god” is not known"),
        ("/project/zone", json!("Mars/Olympus"), "project, zone: “Mars/Olympus” is no time zone"),
        ("/project/key", json!("no key"), "project, key: “no key” is no key"),
        ("/tasks/0/blocked_by", json!([FIRST]), "task OPS-1, blocked_by: the dependencies go in a circle"),
        ("/tasks/0/column", json!(GONE), "task OPS-1, column: "),
        ("/tasks/0/labels", json!([GONE]), "is none of the file's “labels”"),
        ("/tasks/0/assignees", json!([GONE]), "task OPS-1, assignees: "),
        ("/tasks/1/number", json!(1), "1 is also the number of task 1 in the file"),
        ("/tasks/1/number", json!(-1), "task 2 in the file (“Task 2”), number: -1 is out of range"),
        (
            "/tasks/0/created_at",
            json!("2031-01-01T00:00:00Z"),
            "task OPS-1, created_at: 2031-01-01 00:00:00 UTC lies in",
        ),
        ("/tasks/0/updated_at", json!("0001-01-01T00:00:00Z"), "task OPS-1, updated_at: 0001-01-01 is out of range"),
        ("/tasks/0/estimate_minutes", json!(0), "task OPS-1, estimate_minutes: 0 is out of range"),
        ("/tasks/0/recurrence", json!("{\"rule\":{\"kind\":\"days\",\"every\":0}}"), "task OPS-1, recurrence: "),
        ("/tasks/0/history/0/kind", json!("eaten"), "task OPS-1, entry of the history 1, kind: “eaten” is not known"),
        ("/tasks/0/history/0/detail", json!({"version": "x"}), "detail, version: found a value of another kind"),
    ] {
        let problem = fault(pointer, value);
        assert!(problem.contains(words), "{pointer}: {problem}");
    }
    let mut both = file();
    both["tasks"][0]["due_on"] = json!("2026-12-24");
    both["tasks"][0]["due_at"] = json!("2026-12-24T12:00:00Z");
    let problem = read(both.to_string().as_bytes(), now()).unwrap_err().to_string();
    assert!(problem.contains("task OPS-1, due_at: it is due on a day and at an instant"), "{problem}");
}

#[test]
fn a_circle_names_its_tasks() {
    let mut file = file();
    file["tasks"][0]["blocked_by"] = json!([SECOND]);
    file["tasks"][1]["blocked_by"] = json!([FIRST]);
    let problem = read(file.to_string().as_bytes(), now()).unwrap_err().to_string();
    assert!(problem.ends_with("in a circle: OPS-1 is blocked by OPS-2 is blocked by OPS-1"), "{problem}");
}

#[test]
fn a_value_of_the_wrong_kind_is_found_by_line() {
    let text = serde_json::to_string_pretty(&file()).unwrap().replace("\"number\": 2", "\"number\": \"two\"");
    let problem = read(text.as_bytes(), now()).unwrap_err();
    assert!(problem.line.is_some() && problem.message.contains("expected a whole number"), "{problem}");
    let day =
        serde_json::to_string_pretty(&file()).unwrap().replacen("\"due_on\": null", "\"due_on\": \"2026-02-31\"", 1);
    assert!(read(day.as_bytes(), now()).unwrap_err().line.is_some());
}
