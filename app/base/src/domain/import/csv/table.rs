//! The lines and cells of a file, before anybody says what they mean.

use serde::Serialize;

use super::sniff;
use crate::domain::import::problem::ImportProblem;
use crate::domain::import::text::read_text;

const SAVE_AS: &str = "In the spreadsheet choose “Save as” and the type “CSV UTF-8”, then upload that file.";

/// More lines than this are no board; they would hold the database for minutes.
pub const MOST_ROWS: usize = 50_000;

/// A CSV file cut into cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CsvTable {
    pub delimiter: char,
    pub headers: Vec<String>,
    pub rows: Vec<CsvLine>,
}

/// One record; it can span several lines of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CsvLine {
    /// Line of the file on which the record begins, from 1.
    pub line: u64,
    pub cells: Vec<String>,
}

impl CsvLine {
    /// The trimmed cell, empty if the line is shorter.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }
}

/// Cuts a file into cells. Empty lines are passed over.
///
/// # Errors
/// Another encoding, an open quote, no header line, no further line, or too many, with the line.
pub fn read(bytes: &[u8]) -> Result<CsvTable, ImportProblem> {
    let text = read_text(bytes, SAVE_AS)?;
    let (skipped_lines, body, told) = excel_hint(text);
    let delimiter = told.unwrap_or_else(|| sniff::delimiter(body));
    sniff::check_quotes(body, delimiter)
        .map_err(|problem| ImportProblem { line: problem.line.map(|line| line + skipped_lines), ..problem })?;
    let mut lines = records(body, delimiter, skipped_lines)?.into_iter();
    let Some(head) = lines.next() else {
        return Err(ImportProblem::file("The file has no line with headers."));
    };
    let rows: Vec<CsvLine> = lines.collect();
    if rows.is_empty() {
        return Err(ImportProblem::line(head.line, "only headers are here; expected a line for each task below them"));
    }
    if rows.len() > MOST_ROWS {
        return Err(ImportProblem::line(
            rows[MOST_ROWS].line,
            format!("at most {MOST_ROWS} tasks can be imported from one file; split it into parts"),
        ));
    }
    Ok(CsvTable { delimiter: char::from(delimiter), headers: headers(&head), rows })
}

/// Excel writes the delimiter into a first line of its own, `sep=;`.
fn excel_hint(text: &str) -> (u64, &str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim().strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) => (1, rest, Some(*delimiter)),
        _ => (0, text, None),
    }
}

fn records(body: &str, delimiter: u8, skipped_lines: u64) -> Result<Vec<CsvLine>, ImportProblem> {
    let mut reader =
        ::csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut lines = Vec::new();
    let (mut counted, mut line) = (0usize, 1 + skipped_lines);
    for record in reader.records() {
        let record =
            record.map_err(|error| ImportProblem::file(format!("The file cannot be read as a table: {error}.")))?;
        // The reader stands at the end of the line before; the record begins behind the line breaks.
        let begins = record.position().map_or(counted, |position| usize::try_from(position.byte()).unwrap_or(counted));
        let begins = begins
            + body.as_bytes()[begins.min(body.len())..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += body.as_bytes()[counted..begins].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = begins;
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            lines.push(CsvLine { line, cells: record.iter().map(str::to_owned).collect() });
        }
    }
    Ok(lines)
}

/// Header texts; an empty one gets a name to be spoken of by.
fn headers(head: &CsvLine) -> Vec<String> {
    (0..head.cells.len())
        .map(|column| match head.cell(column) {
            "" => format!("Column {}", column + 1),
            name => name.to_owned(),
        })
        .collect()
}
