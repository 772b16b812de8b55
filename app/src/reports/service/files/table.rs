//! All tasks of a report's lists as one CSV file that spreadsheets open: UTF-8 with its mark, lines as RFC 4180 has them,
//! days and times as ISO 8601 has them, and no cell that is computed.

use chrono_tz::Tz;

use super::{
    Source,
    lists::{DueOn, due, lists, waits_for, zone_of},
};
use crate::{
    domain::{
        csv_cell::neutral,
        report::{TaskLine, spec::ListKind},
    },
    error::AppResult,
    platform::fault,
};

const MARK: &str = "\u{feff}";

const HEAD: [&str; 13] = [
    "List",
    "Task",
    "Title",
    "People",
    "Status",
    "Was in",
    "Waits for",
    "Priority",
    "Category",
    "Days of work",
    "Finished on",
    "Due",
    "Link",
];

/// The whole table.
///
/// # Errors
/// Only a fault of the program.
pub fn csv(source: Source<'_>) -> AppResult<Vec<u8>> {
    let broken = |error: &dyn std::fmt::Display| fault::internal("writing a table of tasks", error);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
    writer.write_record(HEAD).map_err(|error| broken(&error))?;
    let zone = zone_of(source.snapshot);
    for list in lists(source.snapshot, source.sections) {
        for line in list.lines {
            let cells = row(list.kind, line, source.base_url, zone);
            writer.write_record(cells.iter().map(|cell| neutral(cell).into_owned())).map_err(|error| broken(&error))?;
        }
    }
    writer.into_inner().map_err(|error| broken(&error))
}

fn row(list: ListKind, line: &TaskLine, base_url: &str, zone: Tz) -> [String; 13] {
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        list.label().to_owned(),
        line.reference.clone(),
        line.title.clone(),
        line.people.join("; "),
        line.status.label().to_owned(),
        line.moved_from.map(|status| status.label().to_owned()).unwrap_or_default(),
        if list == ListKind::Blocked { waits_for(line) } else { String::new() },
        line.priority.label().to_owned(),
        line.category.label().to_owned(),
        number(line.work_days),
        line.finished_on.map(|day| day.to_string()).unwrap_or_default(),
        match due(line, zone) {
            None => String::new(),
            Some(DueOn::Day(day)) => day.to_string(),
            // With the distance from UTC: a table has no other place that says its zone.
            Some(DueOn::Moment(at)) => at.format("%Y-%m-%dT%H:%M%:z").to_string(),
            Some(DueOn::Words(words)) => words.to_owned(),
        },
        format!("{base_url}/tasks/{}", line.reference),
    ]
}
