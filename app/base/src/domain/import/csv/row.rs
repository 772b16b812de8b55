//! One line of the table as a task with its past.

use chrono::{DateTime, Utc};

use super::CsvContext;
use super::cell;
use super::columns::Columns;
use super::table::{CsvLine, CsvTable};
use crate::domain::import::mapping::{CsvField, CsvMapping};
use crate::domain::import::plan::{EventOrigin, PlannedCard, PlannedChange, PlannedDue, PlannedEvent};
use crate::domain::import::problem::ImportProblem;
use crate::domain::task::{Category, Priority, Status};
use crate::error::is_blank;

/// What a line says, before it is known which columns there are.
pub struct Row {
    pub id: Option<String>,
    pub title: String,
    pub description: String,
    /// As written; empty if the line has none.
    pub status: String,
    pub priority: Option<Priority>,
    pub category: Option<Category>,
    pub due: Option<PlannedDue>,
    pub labels: Vec<String>,
    pub people: Vec<String>,
    pub created: Option<DateTime<Utc>>,
    pub started: Option<DateTime<Utc>>,
    pub completed: Option<DateTime<Utc>>,
    pub archived: bool,
}

/// Reads one line.
///
/// # Errors
/// All faults of the line, each under its header.
pub fn read(
    table: &CsvTable,
    line: &CsvLine,
    mapping: &CsvMapping,
    context: &CsvContext<'_>,
) -> Result<Row, Vec<ImportProblem>> {
    let mut faults = Vec::new();
    if let Some(extra) =
        line.cells.get(table.headers.len()..).filter(|extra| extra.iter().any(|cell| !cell.trim().is_empty()))
    {
        let count = table.headers.len() + extra.len();
        faults.push(ImportProblem::line(
            line.line,
            format!(
                "{count} values, expected {} as in the headers; a value with “{}” in it needs quotes",
                table.headers.len(),
                table.delimiter
            ),
        ));
    }
    let text = |field| mapping.column_of(field).map_or("", |column| line.cell(column));
    if is_blank(text(CsvField::Title)) {
        faults.push(fault(table, line, mapping, CsvField::Title, "the cell is empty; expected a title".to_owned()));
    }
    let order = mapping.date_order;
    let row = Row {
        id: Some(text(CsvField::Id)).filter(|id| !id.is_empty()).map(str::to_owned),
        title: text(CsvField::Title).split_whitespace().collect::<Vec<_>>().join(" "),
        description: text(CsvField::Description).to_owned(),
        status: text(CsvField::Status).to_owned(),
        priority: check(CsvField::Priority, &mut faults, cell::priority, (table, line, mapping)),
        category: check(CsvField::Category, &mut faults, cell::category, (table, line, mapping)),
        due: check(CsvField::Due, &mut faults, |text| cell::due(text, order, context.zone), (table, line, mapping)),
        labels: cell::names(text(CsvField::Labels)),
        people: cell::names(text(CsvField::People)),
        created: check(
            CsvField::Created,
            &mut faults,
            |text| cell::past(text, order, context.zone, context.now),
            (table, line, mapping),
        ),
        started: check(
            CsvField::Started,
            &mut faults,
            |text| cell::past(text, order, context.zone, context.now),
            (table, line, mapping),
        ),
        completed: check(
            CsvField::Completed,
            &mut faults,
            |text| cell::past(text, order, context.zone, context.now),
            (table, line, mapping),
        ),
        archived: check(CsvField::Archived, &mut faults, cell::answer, (table, line, mapping)).unwrap_or_default(),
    };
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

/// The value under a field, if there is one and it can be read; a fault is noted.
fn check<T>(
    field: CsvField,
    faults: &mut Vec<ImportProblem>,
    read: impl Fn(&str) -> Result<T, String>,
    (table, line, mapping): (&CsvTable, &CsvLine, &CsvMapping),
) -> Option<T> {
    let text = mapping.column_of(field).map(|column| line.cell(column)).filter(|text| !text.is_empty())?;
    match read(text) {
        Ok(value) => Some(value),
        Err(message) => {
            faults.push(fault(table, line, mapping, field, message));
            None
        }
    }
}

fn fault(table: &CsvTable, line: &CsvLine, mapping: &CsvMapping, field: CsvField, message: String) -> ImportProblem {
    let header =
        mapping.column_of(field).and_then(|column| table.headers.get(column)).map_or(field.label(), String::as_str);
    ImportProblem::field(line.line, header, message)
}

/// What had to be assumed, counted.
#[derive(Default)]
pub struct Notes {
    finished_undated: usize,
    dated_unfinished: usize,
}

impl Notes {
    /// What a person should know about dates that the file does not tell.
    pub fn explain(&self, mapping: &CsvMapping) -> Vec<String> {
        let mut warnings = Vec::new();
        if mapping.column_of(CsvField::Created).is_none() {
            warnings.push("No column says when tasks were created: they count as created when they were started or finished, otherwise today.".to_owned());
        }
        if self.finished_undated > 0 {
            warnings.push(format!(
                "{} finished tasks without a completion date: they count as finished on the day they were created.",
                self.finished_undated
            ));
        }
        if self.dated_unfinished > 0 {
            warnings.push(format!(
                "{} tasks have a completion date but stand in a column that is not finished: the date is left out.",
                self.dated_unfinished
            ));
        }
        warnings
    }
}

impl Row {
    /// When the task began to exist: never later than anything else that is known of it.
    fn born(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        [self.created, self.started, self.completed].into_iter().flatten().min().unwrap_or(now)
    }

    pub fn into_card(
        self,
        source_id: String,
        column: String,
        labels: Vec<String>,
        people: Vec<String>,
        now: DateTime<Utc>,
    ) -> PlannedCard {
        let created_at = self.born(now);
        let updated_at = [self.started, self.completed].into_iter().flatten().max().unwrap_or(created_at);
        PlannedCard {
            source_id,
            number: self.id.as_deref().and_then(number),
            title: self.title,
            description: self.description,
            due: self.due,
            due_complete: self.completed.is_some(),
            priority: self.priority,
            category: self.category,
            labels,
            people,
            column,
            checklists: Vec::new(),
            comments: Vec::new(),
            archived: self.archived,
            created_at,
            updated_at,
            rest: None,
        }
    }
}

/// The number in "17" or "OPS-17".
fn number(id: &str) -> Option<i32> {
    let digits = id.rsplit_once('-').map_or(id, |(_, digits)| digits);
    digits.trim_start_matches('#').parse().ok().filter(|number| *number > 0)
}

/// The steps that the dates of a line tell: created, started, finished, archived.
pub fn history_of(
    row: &Row,
    card: &str,
    columns: &mut Columns,
    place: &str,
    now: DateTime<Utc>,
    notes: &mut Notes,
) -> Vec<PlannedEvent> {
    let mut at = row.born(now);
    let mut stops: Vec<(String, DateTime<Utc>)> = Vec::new();
    match columns.status(place) {
        Status::Done => {
            match (row.started, row.completed) {
                (Some(started), _) => stops.extend(columns.first_of(Status::Progress).map(|column| (column, started))),
                (None, None) => notes.finished_undated += 1,
                (None, Some(_)) => {}
            }
            if row.started.is_some() && row.completed.is_none() {
                notes.finished_undated += 1;
            }
            stops.extend(row.completed.or(row.started).map(|finished| (place.to_owned(), finished)));
        }
        Status::Progress | Status::Pending => {
            notes.dated_unfinished += usize::from(row.completed.is_some());
            stops.extend(row.started.map(|started| (place.to_owned(), started)));
        }
        Status::Todo => notes.dated_unfinished += usize::from(row.completed.is_some()),
    }
    let mut stands = if stops.is_empty() { place.to_owned() } else { columns.beginning() };
    let event = |at, change, origin| PlannedEvent { card: card.to_owned(), at, person: None, change, origin };
    let known = if row.created.is_some() { EventOrigin::Recorded } else { EventOrigin::Inferred };
    let mut events = vec![event(at, PlannedChange::Created { column: stands.clone() }, known)];
    for (to, reached) in stops {
        at = at.max(reached);
        if to != stands {
            events.push(event(
                at,
                PlannedChange::Moved { from: std::mem::replace(&mut stands, to.clone()), to },
                EventOrigin::Recorded,
            ));
        }
    }
    if row.archived {
        events.push(event(at, PlannedChange::Archived, EventOrigin::Inferred));
    }
    events
}
