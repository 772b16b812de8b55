//! The catalogue names what the data hold, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::domain::{
    report::spec::{ChartKind, ListKind},
    template::context,
};

/// Every difference between what is listed and what is there.
fn differences(variables: &[Variable], value: &Value, path: &str) -> Vec<String> {
    let Some(fields) = value.as_object() else { return vec![format!("{path} is no group but {value}")] };
    let listed: BTreeSet<_> = variables.iter().map(|variable| variable.name).collect();
    let mut found: Vec<_> = fields
        .keys()
        .filter(|name| !listed.contains(name.as_str()))
        .map(|name| format!("{path}.{name} is not listed"))
        .collect();
    for variable in variables {
        let path = format!("{path}.{}", variable.name);
        match fields.get(variable.name) {
            None => found.push(format!("{path} is not there")),
            Some(Value::Null) if variable.is_optional => {}
            Some(value) => found.extend(wrong_kind(variable.kind, value, &path)),
        }
    }
    found
}

fn wrong_kind(kind: Kind, value: &Value, path: &str) -> Vec<String> {
    let is_right = match kind {
        Kind::Text | Kind::Markdown => value.is_string(),
        Kind::Address => value.as_str().is_some_and(|text| text.starts_with("https://")),
        Kind::Colour => value.as_str().and_then(crate::domain::template::colour::Colour::parse).is_some(),
        Kind::Number | Kind::Share | Kind::Days | Kind::Minutes => value.is_number(),
        Kind::Date => value.as_str().is_some_and(|text| text.parse::<chrono::NaiveDate>().is_ok()),
        Kind::Instant => value.as_str().is_some_and(|text| text.parse::<chrono::DateTime<chrono::Utc>>().is_ok()),
        Kind::Truth => value.is_boolean(),
        Kind::Texts | Kind::Sentences => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        Kind::Group(fields) => return differences(fields, value, path),
        Kind::List(fields) => {
            let Some(list) = value.as_array() else { return vec![format!("{path} is no list")] };
            return list.iter().flat_map(|value| differences(fields, value, &format!("{path}[]"))).collect();
        }
    };
    if is_right { Vec::new() } else { vec![format!("{path} is {value} and no {}", kind.label())] }
}

#[test]
fn the_data_have_exactly_what_is_listed() {
    assert_eq!(differences(VARIABLES, &context::sample(), ""), Vec::<String>::new());
}

#[test]
fn data_without_anything_in_them_have_it_too() {
    let full = context::sample_snapshot();
    let empty = crate::domain::report::Snapshot::empty(full.project, full.period, full.as_of);
    let address = context::Address {
        base_url: "https://reports.example".into(),
        occurrence: crate::domain::ids::OccurrenceId(uuid::Uuid::nil()),
        number: 1,
        job: "Weekly status".into(),
        stop_url: None,
        attachments_note: None,
        comment: None,
    };
    let value = context::context(&empty, &address, &context::Reader::default(), &[]);
    assert_eq!(differences(VARIABLES, &value, ""), Vec::<String>::new());
}

#[test]
fn every_chart_and_every_list_is_listed() {
    let names = |path: &str| -> Vec<_> {
        let group = VARIABLES.iter().find(|variable| variable.name == path).unwrap();
        group.kind.fields().iter().map(|field| field.name).collect()
    };
    assert_eq!(names("charts"), ChartKind::ALL.iter().map(|chart| chart.as_str()).collect::<Vec<_>>());
    for group in ["tasks", "counts"] {
        assert_eq!(names(group), ListKind::ALL.iter().map(|list| list.as_str()).collect::<Vec<_>>(), "{group}");
    }
}

#[test]
fn the_page_shows_each_variable_with_its_value() {
    let rows = values(&context::sample());
    let row = |path: &str| rows.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!(row("project.name").value, "Ledger");
    assert_eq!(row("report.is_empty").value, "no");
    assert_eq!(row("tasks.overdue").value, "3 entries");
    let sentences = &row("report.sentences").value;
    assert!(sentences.starts_with("More work was finished than added: 17 against 14. Overdue work"), "{sentences}");
    assert_eq!(row("tasks.overdue[].reference").value, "T-188");
    assert!(row("tasks.overdue[].title").is_in_list && !row("report.finding").is_in_list);
    assert!(rows.iter().all(|row| row.value.chars().count() <= 80));
}

#[test]
fn the_editor_offers_each_name_once_and_with_the_filter_it_needs() {
    let offered = completions(&values(&context::sample()));
    let insert = |label: &str| &offered.iter().find(|entry| entry.label == label).unwrap().insert;
    assert_eq!(insert("period.first"), "period.first | date");
    assert_eq!(insert("report.finding"), "report.finding");
    assert_eq!(insert("report.sentences"), "report.sentences | join(sep=\" \")");
    assert_eq!(insert("task.people"), "task.people | join(sep=\", \")");
    assert_eq!(insert("task.due_on"), "task.due_on | date");
    assert_eq!(insert("task.estimate"), "task.estimate | duration(unit=\"minutes\")");
    let each = |label: &str| offered.iter().find(|entry| entry.label == label).unwrap().each.as_deref();
    let overdue = "{% for task in tasks.overdue %}{{ task.reference }} {{ task.title }}; {% endfor %}";
    assert_eq!((each("tasks.overdue"), each("report.finding")), (Some(overdue), None));
    assert_eq!(
        each("days"),
        Some("{% for day in days %}{{ day.date | date }} {{ day.created | number }}; {% endfor %}")
    );
    let within: Vec<_> = offered.iter().filter(|entry| entry.is_in_list).map(|entry| entry.label.as_str()).collect();
    assert!(within.contains(&"task.title") && !within.contains(&"report.finding"), "{within:?}");
    let labels: BTreeSet<_> = offered.iter().map(|entry| &entry.label).collect();
    assert_eq!(labels.len(), offered.len());
    assert!(labels.iter().all(|label| !label.contains("[]")));
}

#[test]
fn one_of_a_list_has_its_usual_name_also_of_a_part_and_of_a_choice() {
    assert_eq!(loop_item("tasks.overdue"), Some("task"));
    assert_eq!(loop_item("tasks.overdue[:5]"), Some("task"));
    assert_eq!(loop_item(r#"[task for task in tasks.moved if "A" in task.labels]"#), Some("task"));
    assert_eq!((loop_item("days"), loop_item("metrics.forecast.days")), (Some("day"), Some("chance")));
    for other in ["report.sentences", "tasks", "mine", "", "range(end=3)"] {
        assert_eq!(loop_item(other), None, "{other}");
    }
}
