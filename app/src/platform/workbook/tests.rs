//! Workbooks have typed cells and are the same every time.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::*;

fn book(rows: Vec<Vec<Cell>>) -> Book {
    let columns = vec![Column { name: "Task", width: 40 }, Column { name: "Days", width: 8 }];
    Book {
        title: "Weekly report".into(),
        author: "AutoReport".into(),
        made_at: "2026-11-23T06:00:00Z".parse().unwrap(),
        tables: vec![Table { name: "Overdue", columns, rows }],
    }
}

/// A file in the archive that a workbook is.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_same_tables_make_the_same_bytes() {
    let rows = || vec![vec![Cell::Text("a".into()), Cell::Days(3)]];
    assert_eq!(write(&book(rows())).unwrap(), write(&book(rows())).unwrap());
    assert!(part(&write(&book(rows())).unwrap(), "docProps/core.xml").contains("2026-11-23T06:00:00Z"));
}

#[test]
fn numbers_lengths_and_dates_are_what_they_are_and_the_head_stays() {
    let bytes = write(&book(vec![
        vec![Cell::Date("2026-11-22".parse().unwrap()), Cell::Days(1)],
        vec![Cell::Moment("2026-11-22T12:00:00".parse().unwrap()), Cell::Count(1_234)],
    ]))
    .unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    // Days since the end of 1899, half a day for noon.
    for value in ["<v>46348</v>", "<v>46348.5</v>", "<v>1</v>", "<v>1234</v>"] {
        assert!(sheet.contains(value), "{value} in {sheet}");
    }
    assert!(sheet.contains("state=\"frozen\"") && sheet.contains("<autoFilter ref=\"A1:B3\"/>"), "{sheet}");
    assert!(part(&bytes, "xl/styles.xml").contains("yyyy-mm-dd hh:mm"));
}

#[test]
fn a_day_that_no_spreadsheet_has_is_a_text() {
    let after = NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap();
    let bytes = write(&book(vec![
        vec![Cell::Date("1899-12-31".parse().unwrap()), Cell::Date("1900-03-01".parse().unwrap())],
        vec![Cell::Moment(after.and_hms_opt(9, 0, 0).unwrap()), Cell::Date("9999-12-31".parse().unwrap())],
    ]))
    .unwrap();
    let strings = part(&bytes, "xl/sharedStrings.xml");
    assert!(strings.contains("1899-12-31") && strings.contains("10000-01-01 09:00"), "{strings}");
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<v>61</v>") && sheet.contains("<v>2958465</v>"), "{sheet}");
}

#[test]
fn a_text_that_begins_like_a_formula_is_text_that_stays_text() {
    let hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x.example\")"];
    let rows = hostile.iter().map(|text| vec![Cell::Text((*text).into())]).collect();
    let bytes = write(&book(rows)).unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "{sheet}");
    assert_eq!(sheet.matches("t=\"s\"").count(), hostile.len() + 2, "all are strings, as is the head");
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""));
    assert!(part(&bytes, "xl/sharedStrings.xml").contains("=1+1</t>"), "nothing is put before it");
}

#[test]
fn a_text_of_any_length_fits_its_cell_and_an_empty_table_is_one() {
    let long = "🚀".repeat(40_000);
    assert!(write(&book(vec![vec![Cell::Text(long)]])).is_ok());
    assert!(part(&write(&book(Vec::new())).unwrap(), "xl/worksheets/sheet1.xml").contains("A1:B1"));
}
