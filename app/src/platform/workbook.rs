//! Workbooks for spreadsheets, with rust_xlsxwriter: tables of typed cells, the same bytes for the same tables.
//!
//! A text cell is stored as text and never computed. What begins like a formula carries the mark of quoted text besides
//! (the apostrophe that people type), so that it stays text when somebody edits the cell; nothing is put before it, as
//! in a CSV file, where there is no other way.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, Url, Workbook, Worksheet, XlsxError};

use crate::domain::csv_cell::neutral;

/// Characters of a cell: a cell of a spreadsheet holds 32,767 units of UTF-16.
const CELL: usize = 16_000;
/// Most columns of a table: more than any report has.
const COLUMNS: u16 = 1_000;
/// A4, as the format numbers paper.
const PAPER: u8 = 9;

/// A workbook: what it is called, and its tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    pub title: String,
    pub author: String,
    /// The instant that the document says it was made at.
    pub made_at: DateTime<Utc>,
    pub tables: Vec<Table>,
}

/// A sheet with a head that stays in sight, filters, and columns as wide as they need to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// At most 31 characters, without `[]:*?/\`.
    pub name: &'static str,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    pub name: &'static str,
    /// In characters.
    pub width: u16,
}

/// A typed cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Link {
        words: String,
        url: String,
    },
    Count(u32),
    /// A length in days, shown with its unit and counted as a number.
    Days(u32),
    Date(NaiveDate),
    /// In the zone of the table.
    Moment(NaiveDateTime),
}

/// Why a workbook could not be written; a fault of the program, never of the data.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct BookError(#[from] XlsxError);

/// The bytes of a workbook. Takes some milliseconds of a core for a thousand rows.
///
/// # Errors
/// [`BookError`], where a name of a sheet is none.
pub fn write(book: &Book) -> Result<Vec<u8>, BookError> {
    let looks = Looks::new();
    let mut workbook = Workbook::new();
    let properties = DocProperties::new()
        .set_title(&book.title)
        .set_author(&book.author)
        // Otherwise the file would hold the time of its writing, and differ each time.
        .set_creation_datetime(&book.made_at);
    workbook.set_properties(&properties);
    for table in &book.tables {
        write_table(workbook.add_worksheet(), table, &looks)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// How kinds of cells look.
struct Looks {
    head: Format,
    text: Format,
    quoted: Format,
    count: Format,
    days: Format,
    date: Format,
    moment: Format,
}

impl Looks {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        Self {
            head: Format::new().set_bold().set_border_bottom(FormatBorder::Thin),
            text: top().set_text_wrap(),
            quoted: top().set_text_wrap().set_quote_prefix(),
            count: top().set_num_format("#,##0"),
            days: top().set_num_format("[=1]0\" day\";#,##0\" days\""),
            date: top().set_num_format("yyyy-mm-dd"),
            moment: top().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

fn write_table(sheet: &mut Worksheet, table: &Table, looks: &Looks) -> Result<(), BookError> {
    sheet.set_name(table.name)?.set_paper_size(PAPER).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    for (at, column) in (0..COLUMNS).zip(&table.columns) {
        sheet.set_column_width(at, column.width)?;
        sheet.write_string_with_format(0, at, column.name, &looks.head)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (at, cell) in (0..COLUMNS).zip(cells) {
            write_cell(sheet, row, at, cell, looks)?;
        }
    }
    let last = u16::try_from(table.columns.len()).unwrap_or(COLUMNS).saturating_sub(1);
    let rows = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, rows, last)?;
    Ok(())
}

fn write_cell(sheet: &mut Worksheet, row: u32, at: u16, cell: &Cell, looks: &Looks) -> Result<(), BookError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            let text = shortened(text);
            let is_quoted = neutral(&text) != text;
            sheet.write_string_with_format(row, at, &text, if is_quoted { &looks.quoted } else { &looks.text })?;
        }
        Cell::Link { words, url } => {
            sheet.write_url(row, at, Url::new(url).set_text(shortened(words)))?;
        }
        Cell::Count(count) => {
            sheet.write_number_with_format(row, at, *count, &looks.count)?;
        }
        Cell::Days(days) => {
            sheet.write_number_with_format(row, at, *days, &looks.days)?;
        }
        Cell::Date(date) if !has_day(*date) => {
            sheet.write_string_with_format(row, at, date.to_string(), &looks.text)?;
        }
        Cell::Date(date) => {
            sheet.write_datetime_with_format(row, at, date, &looks.date)?;
        }
        Cell::Moment(moment) if !has_day(moment.date()) => {
            let words = moment.format("%Y-%m-%d %H:%M").to_string();
            sheet.write_string_with_format(row, at, words, &looks.text)?;
        }
        Cell::Moment(moment) => {
            sheet.write_datetime_with_format(row, at, moment, &looks.moment)?;
        }
    }
    Ok(())
}

/// Whether the calendar of a spreadsheet has a day; as a number any other one would be shown as a row of hashes.
fn has_day(date: NaiveDate) -> bool {
    (1900..=9999).contains(&date.year())
}

fn shortened(text: &str) -> String {
    text.chars().take(CELL).collect()
}

#[cfg(test)]
mod tests;
