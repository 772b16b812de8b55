//! What is stored names each task once, and is read as it was; so are older reports, whose lists held the tasks.

use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::domain::{
    ids::{ProjectId, TaskId},
    period::Period,
    report::{ReportProject, TaskDetails},
    task::{Category, Priority},
};

fn line(number: u128) -> TaskLine {
    TaskLine {
        id: TaskId(Uuid::from_u128(number)),
        reference: format!("T-{number}"),
        title: format!("Task {number}"),
        people: vec!["Mina Kovač".into()],
        status: Status::Progress,
        priority: Priority::Medium,
        category: Category::Ordinary,
        work_days: Some(2),
        finished_on: None,
        due: None,
        moved_from: None,
        blocked_by: Vec::new(),
        details: TaskDetails::default(),
    }
}

fn report() -> Snapshot {
    let id = ProjectId(Uuid::from_u128(1));
    let project = ReportProject { id, key: "T".into(), name: "Tasks".into(), zone: "UTC".into() };
    let period = Period::ending("2026-11-22".parse().unwrap(), 7);
    let mut report = Snapshot::empty(project, period, "2026-11-23T06:00:00Z".parse().unwrap());
    report.in_progress = vec![line(3), line(2)];
    report.created = vec![line(2), line(3)];
    report.blocked = vec![TaskLine { blocked_by: vec!["T-2".into()], ..line(3) }, line(2)];
    report.moved = vec![
        // Completed in the period, and taken up again since.
        TaskLine { moved_from: Some(Status::Todo), status: Status::Done, ..line(3) },
        TaskLine { moved_from: Some(Status::Todo), ..line(7) },
    ];
    report
}

#[test]
fn a_task_stands_once_however_many_lists_name_it_and_is_read_back_into_each() {
    let report = report();
    let json = report.to_json().unwrap();
    assert_eq!(json.matches("Task 3").count(), 1);
    let value: Value = serde_json::from_str(&json).unwrap();
    let references: Vec<&str> =
        value["tasks"].as_array().unwrap().iter().map(|task| task["reference"].as_str().unwrap()).collect();
    assert_eq!(references, ["T-2", "T-3", "T-7"], "in the order of their ids");
    assert_eq!(value["in_progress"], serde_json::json!(["T-3", "T-2"]));
    assert_eq!(value["blocked"], serde_json::json!([{ "task": "T-3", "blocked_by": ["T-2"] }, "T-2"]));
    assert_eq!(value["moved"][0], serde_json::json!({ "task": "T-3", "status": "done", "moved_from": "todo" }));
    assert_eq!(Snapshot::from_json(&json).unwrap(), report);
}

#[test]
fn a_line_that_differs_from_the_task_of_its_reference_is_written_whole() {
    let mut report = report();
    report.overdue = vec![TaskLine { title: "Another title".into(), ..line(2) }];
    assert_eq!(Snapshot::from_json(&report.to_json().unwrap()).unwrap(), report);
}

#[test]
fn each_part_of_a_report_has_tasks_of_its_own() {
    let part = Snapshot { moved: Vec::new(), ..report() };
    let whole = Snapshot { variants: vec![part], ..report() };
    let folded = whole.clone().folded();
    assert_eq!((folded.tasks.len(), folded.variants[0].tasks.len()), (3, 2));
    assert_eq!(folded.unfolded().unwrap(), whole);
}

#[test]
fn a_report_of_an_older_format_is_read_and_stored_in_this_one() {
    let old = Snapshot { format: 2, ..report() };
    let mut json: Value = serde_json::from_str(&old.to_json().unwrap()).unwrap();
    json["format"] = 2.into();
    json["in_progress"] = serde_json::to_value(&old.in_progress).unwrap();
    json["created"] = serde_json::to_value(&old.created).unwrap();
    json["blocked"] = serde_json::to_value(&old.blocked).unwrap();
    json["moved"] = serde_json::to_value(&old.moved).unwrap();
    json.as_object_mut().unwrap().remove("tasks");
    let read = Snapshot::from_json(&json.to_string()).unwrap();
    assert_eq!(read, old);
    assert_eq!(Snapshot::from_json(&read.to_json().unwrap()).unwrap(), Snapshot { format: FORMAT, ..read });
}

#[test]
fn a_list_that_names_a_task_which_is_not_there_is_refused() {
    let mut folded = report().folded();
    folded.tasks.retain(|task| task.reference != "T-3");
    let error = Snapshot::from_json(&folded.to_json().unwrap()).unwrap_err().to_string();
    assert!(error.contains("names the task T-3"), "{error}");
}
