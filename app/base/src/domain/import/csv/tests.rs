//! The CSV reader against the files that people have.

use chrono::{DateTime, NaiveDate, Utc};

use super::{CsvContext, CsvOutcome, plan, read};
use crate::domain::import::mapping::{CsvField, CsvMapping, DateOrder, ListMapping, ListTarget};
use crate::domain::import::plan::{PlannedChange, PlannedDue};
use crate::domain::task::{Priority, Status};

fn now() -> DateTime<Utc> {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn planned_with(text: &str, change: impl FnOnce(&mut CsvMapping), chosen: &ListMapping) -> CsvOutcome {
    let table = read(text.as_bytes()).unwrap();
    let mut mapping = CsvMapping::guess(&table.headers);
    change(&mut mapping);
    plan(
        &table,
        &mapping,
        &CsvContext { project_name: "Table", zone: chrono_tz::Europe::Ljubljana, now: now(), chosen },
    )
}

fn planned(text: &str) -> CsvOutcome {
    planned_with(text, |_| {}, &ListMapping::new())
}

fn said(outcome: &CsvOutcome) -> Vec<String> {
    outcome.problems.iter().map(ToString::to_string).collect()
}

fn steps(outcome: &CsvOutcome, title: &str) -> Vec<String> {
    let card = outcome.plan.cards.iter().find(|card| card.title == title).unwrap();
    outcome
        .plan
        .history
        .iter()
        .filter(|event| event.card == card.source_id)
        .map(|event| {
            let day = event.at.format("%m-%d");
            match &event.change {
                PlannedChange::Created { column } => format!("{day} created in {column}"),
                PlannedChange::Moved { from, to } => format!("{day} {from} to {to}"),
                other => format!("{day} {other:?}"),
            }
        })
        .collect()
}

#[test]
fn a_spreadsheet_with_semicolons_becomes_a_board() {
    let text = "\u{feff}Task;Status;Priority;Due Date;Labels;Assignee\r\nPaint the fence;In Progress;high;28.02.2027;garden, outside;Mia\r\n\"Buy; carry\";To do;;;;\r\nMow;Done;low;2026-05-01 09:30;Garden;\"Mia; olga@example.org\"\r\n";
    let outcome = planned(text);
    assert!(outcome.problems.is_empty(), "{:?}", said(&outcome));
    let plan = &outcome.plan;
    let columns: Vec<_> =
        plan.columns.iter().map(|column| (column.name.as_str(), column.status, column.cards)).collect();
    assert_eq!(columns, [("To do", Status::Todo, 1), ("In Progress", Status::Progress, 1), ("Done", Status::Done, 1)]);
    let titles: Vec<_> = plan.cards.iter().map(|card| card.title.as_str()).collect();
    assert_eq!(titles, ["Buy; carry", "Paint the fence", "Mow"]);
    assert_eq!(
        (plan.cards[1].priority, plan.cards[1].due),
        (Some(Priority::High), Some(PlannedDue::On(NaiveDate::from_ymd_opt(2027, 2, 28).unwrap())))
    );
    assert_eq!(plan.cards[2].due, Some(PlannedDue::At("2026-05-01T07:30:00Z".parse().unwrap())));
    assert_eq!(
        plan.labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>(),
        ["garden", "outside"],
        "one label whatever the case"
    );
    assert_eq!(
        plan.people.iter().map(|person| (person.name.as_str(), person.username.as_str())).collect::<Vec<_>>(),
        [("Mia", ""), ("olga@example.org", "olga@example.org")]
    );
}

#[test]
fn each_delimiter_is_found_even_where_another_occurs_in_texts() {
    for (text, delimiter) in [
        ("Title,Status\n\"a;b\",x\nc,d\n", ','),
        ("Title;Notes\na, b, c;x\nd, e;y\n", ';'),
        ("Title\tNotes\na, b\tx;y\n", '\t'),
        ("sep=|\nTitle|Notes\na|b\n", '|'),
        ("Title\nonly one column\n", ','),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap().delimiter, delimiter, "{text:?}");
    }
}

#[test]
fn faults_are_named_by_line_and_header_and_the_other_lines_stay() {
    let text = "Title,Due,Priority,Created\n\"two\nlines\",2026-01-01,,\n\r\nBad,31.02.2026,soonish,2030-01-01\n,,,\n ,1.1.2026,,\nLong,,,,extra\nGood,,Low,\n";
    let outcome = planned(text);
    assert_eq!(
        said(&outcome),
        [
            "line 5, Priority: “soonish” is not a priority; expected Low, Medium, High or Urgent",
            "line 5, Due: “31.02.2026” is not a date; expected 2026-02-28 or 28.02.2026",
            "line 5, Created: “2030-01-01” lies in the future; expected a day that has passed",
            "line 7, Title: the cell is empty; expected a title",
            "line 8: 5 values, expected 4 as in the headers; a value with “,” in it needs quotes",
        ]
    );
    assert_eq!(outcome.faulty_lines, 3);
    assert_eq!(outcome.plan.cards.iter().map(|card| card.title.as_str()).collect::<Vec<_>>(), ["two lines", "Good"]);
}

#[test]
fn lines_are_counted_the_same_with_windows_line_ends() {
    let text = "Title,Due\r\n\"a\r\nb\",x1\r\n\r\nc,x2\r\n";
    assert_eq!(planned(text).problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [Some(2), Some(5)]);
}

#[test]
fn files_that_are_no_tables_say_why() {
    let fault = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert!(fault(b"Title;Due\nCaf\xE9;\n").starts_with("line 2, character 4: byte 0xE9 is not UTF-8 text."));
    assert_eq!(fault(b""), "The file is empty.");
    assert!(fault(b"Title,Due\n").starts_with("line 1: only headers"));
    assert!(fault(b"Title,Due\na,1\n\"b,2\nc,3\n").starts_with("line 3, character 1: a quote opens here"));
    assert!(fault(&[0xFF, 0xFE, b'T', 0]).contains("UTF-16"));
}

#[test]
fn dates_become_the_steps_of_the_past() {
    let text = "Title,Status,Created,Started,Completed,Archived\n\
        finished,Done,2026-05-01,2026-05-04,2026-05-09,yes\n\
        running,Doing,2026-05-02,2026-05-03,,\n\
        waiting,Todo,2026-05-02,,,\n\
        undated,Done,2026-05-03,,,\n";
    let outcome = planned(text);
    assert_eq!(
        steps(&outcome, "finished"),
        ["05-01 created in todo", "05-04 todo to doing", "05-09 doing to done", "05-09 Archived"]
    );
    assert_eq!(steps(&outcome, "running"), ["05-02 created in todo", "05-03 todo to doing"]);
    assert_eq!(steps(&outcome, "waiting"), ["05-02 created in todo"]);
    assert_eq!(steps(&outcome, "undated"), ["05-03 created in done"]);
    assert_eq!(
        outcome.plan.warnings,
        ["1 finished tasks without a completion date: they count as finished on the day they were created."]
    );
}

#[test]
fn without_a_status_column_the_completion_date_decides() {
    let outcome = planned("Title,Completed\na,2026-05-09\nb,\n");
    assert_eq!(steps(&outcome, "a"), ["05-09 created in todo", "05-09 todo to completed"]);
    assert_eq!(
        outcome.plan.columns.iter().map(|column| column.status).collect::<Vec<_>>(),
        [Status::Todo, Status::Done]
    );
}

#[test]
fn a_chosen_status_overrules_the_word() {
    let chosen = ListMapping::from([("doing".to_owned(), ListTarget::Status(Status::Done))]);
    let outcome = planned_with("Title,Status,Created,Completed\na,Doing,2026-05-01,2026-05-03\n", |_| {}, &chosen);
    assert_eq!(steps(&outcome, "a"), ["05-01 created in todo", "05-03 todo to doing"]);
    assert_eq!(outcome.plan.columns.last().map(|column| column.status), Some(Status::Done));
}

#[test]
fn the_order_of_day_and_month_is_the_one_chosen() {
    let text = "Title,Due\na,03/04/2027\n";
    let due = |order| planned_with(text, |mapping| mapping.date_order = order, &ListMapping::new()).plan.cards[0].due;
    assert_eq!(due(DateOrder::DayFirst), Some(PlannedDue::On(NaiveDate::from_ymd_opt(2027, 4, 3).unwrap())));
    assert_eq!(due(DateOrder::MonthFirst), Some(PlannedDue::On(NaiveDate::from_ymd_opt(2027, 3, 4).unwrap())));
    let outcome = planned_with(
        "Title,Due\na,13/04/2027\n",
        |mapping| mapping.date_order = DateOrder::MonthFirst,
        &ListMapping::new(),
    );
    assert_eq!(
        said(&outcome),
        ["line 2, Due: “13/04/2027” is not a date; expected 2026-02-28 or 02/28/2026 (month first)"]
    );
}

#[test]
fn the_same_file_gives_the_same_ids_and_equal_titles_stay_apart() {
    let ids = |text| planned(text).plan.cards.into_iter().map(|card| card.source_id).collect::<Vec<_>>();
    assert_eq!(ids("Title,Status\na,todo\na,todo\n"), ["title a", "title a (2)"]);
    assert_eq!(ids("Title,Key\na,OPS-1\na,OPS-2\n"), ["id OPS-1", "id OPS-2"]);
    assert_eq!(planned("Title,Key\na,OPS-12\n").plan.cards[0].number, Some(12));
}

#[test]
fn without_a_title_column_nothing_is_planned() {
    let outcome = planned_with(
        "Title,Status\na,todo\n",
        |mapping| mapping.fields = vec![None, Some(CsvField::Status)],
        &ListMapping::new(),
    );
    assert!(said(&outcome)[0].starts_with("No column is chosen for the title."));
    assert!(outcome.plan.cards.is_empty());
}
