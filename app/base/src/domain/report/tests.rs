//! Snapshots: old ones are read, titles follow the days, readers get what they see.

use uuid::Uuid;

use super::*;

/// A report as it was frozen before there were charts of flow.
const FORMAT_1: &str = r#"{
  "format": 1,
  "title": "Weekly report",
  "project": { "id": "00000000-0000-0000-0000-000000000001", "key": "T", "name": "Tasks", "zone": "Europe/Ljubljana" },
  "period": { "first": "2026-11-16", "last": "2026-11-22" },
  "as_of": "2026-11-23T06:00:00Z",
  "finding": { "says": "completed", "count": { "now": 2, "before": 0 } },
  "figures": {
    "created": { "now": 4, "before": 0 },
    "completed": { "now": 2, "before": 0 },
    "open": { "now": 2, "before": 0 },
    "overdue": { "now": 1, "before": 0 },
    "cycle_days": { "now": 1, "before": null }
  },
  "days": [{ "date": "2026-11-16", "created": 4, "completed": 2 }],
  "statuses": [{ "status": "todo", "count": 1 }],
  "finished": [],
  "in_progress": [],
  "overdue": [
    {
      "id": "00000000-0000-0000-0000-000000000002",
      "reference": "T-3",
      "title": "Answer the letter",
      "people": ["Mina Kovač"],
      "status": "pending",
      "priority": "high",
      "category": "ordinary",
      "work_days": 2,
      "finished_on": null,
      "due": { "key": "overdue", "words": "Overdue 1 d" }
    }
  ],
  "due_next": []
}"#;

fn project(number: u128) -> ReportProject {
    ReportProject { id: ProjectId(Uuid::from_u128(number)), key: "T".into(), name: "Tasks".into(), zone: "UTC".into() }
}

fn report(numbers: &[u128]) -> Snapshot {
    let period = Period::ending("2026-11-22".parse().unwrap(), 7);
    let mut report = Snapshot::empty(project(1), period, "2026-11-23T06:00:00Z".parse().unwrap());
    report.projects = numbers.iter().copied().map(project).collect();
    report
}

#[test]
fn a_report_of_the_first_format_is_still_read() {
    let old = Snapshot::from_json(FORMAT_1).unwrap();
    assert_eq!(old.subject(), "2 tasks completed, 2 more than before · Tasks, 16–22 November 2026");
    assert_eq!(old.overdue[0].reference, "T-3");
    assert_eq!(old.project_ids().collect::<Vec<_>>(), [project(1).id]);
    assert!(old.cumulative.is_empty() && old.summary.is_empty() && old.forecast.items.is_none());
    let again = Snapshot::from_json(&old.to_json().unwrap()).unwrap();
    assert_eq!(again, Snapshot { format: FORMAT, ..old });
}

#[test]
fn a_title_says_which_days_it_is_about() {
    let of = |first: &str, last: &str| title(Period { first: first.parse().unwrap(), last: last.parse().unwrap() });
    assert_eq!(of("2026-11-16", "2026-11-22"), "Weekly report");
    assert_eq!(of("2026-11-01", "2026-11-30"), "Monthly report");
    assert_eq!(of("2026-12-01", "2026-12-31"), "Monthly report");
    assert_eq!(of("2026-10-01", "2026-12-31"), "Quarterly report");
    assert_eq!(of("2026-11-01", "2027-01-31"), "Report of 92 days");
    assert_eq!(of("2026-01-01", "2026-12-31"), "Yearly report");
    assert_eq!(of("2026-11-22", "2026-11-22"), "Daily report");
    assert_eq!(of("2026-11-09", "2026-11-22"), "Report of 14 days");
}

#[test]
fn a_reader_gets_the_variant_with_the_most_they_see_and_nothing_they_do_not() {
    let mut whole = report(&[1, 2, 3]);
    whole.variants = vec![report(&[1]), report(&[1, 3])];
    let seen = |numbers: &[u128]| {
        let sees = |id: ProjectId| numbers.iter().any(|number| project(*number).id == id);
        whole.seen_by(sees).map(|report| report.project_ids().count())
    };
    assert_eq!(seen(&[1, 2, 3]), Some(3));
    assert_eq!(seen(&[1, 3]), Some(2));
    assert_eq!(seen(&[1, 2]), Some(1), "that variant was not frozen");
    assert_eq!(seen(&[2, 3]), None, "not even the project of the schedule");
    assert_eq!(whole.subject(), "Nothing was created or completed · Tasks and 2 more projects, 16–22 November 2026");
}
