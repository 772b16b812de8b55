//! From a staged file to a plan, away from the threads that answer requests.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    domain::import::{
        autoreport,
        csv::{self, CsvContext, CsvTable},
        dates,
        mapping::{CsvField, CsvMapping, DateOrder},
        plan::ImportPlan,
        problem::ImportProblem,
        run::{ImportChoices, ImportKind},
        trello,
    },
    error::AppResult,
    platform::fault,
};

/// What a file shows before anybody chose anything.
pub struct FirstLook {
    pub mapping: CsvMapping,
    /// The board's own name.
    pub project_name: Option<String>,
    /// The key that the project has where it comes from.
    pub key: Option<String>,
}

/// A file under the choices of a person.
pub struct Reading {
    pub plan: ImportPlan,
    /// Only for tables.
    pub table: Option<CsvTable>,
    pub problems: Vec<ImportProblem>,
    pub faulty_lines: usize,
    /// Whether a date can be meant in two ways and none tells which.
    pub is_date_order_open: bool,
}

/// Looks into a file that just came, and gives it back.
///
/// # Errors
/// Outer: only a fault of the program. Inner: why the file cannot be read.
pub async fn first_look(
    kind: ImportKind,
    content: Vec<u8>,
    now: DateTime<Utc>,
    zone: String,
) -> AppResult<(Vec<u8>, Result<FirstLook, ImportProblem>)> {
    off_thread(move || {
        let look = match kind {
            ImportKind::Trello => trello::read(&content, now).map(look_of),
            ImportKind::AutoReport => autoreport::read(&content, now).map(look_of),
            ImportKind::Csv => csv::read(&content).map(|table| {
                let mut mapping = CsvMapping::guess(&table.headers);
                mapping.date_order = order_shown(&table, &mapping).unwrap_or_else(|| usual_order(&zone));
                FirstLook { mapping, project_name: None, key: None }
            }),
        };
        (content, look)
    })
    .await
}

/// Reads a staged file under the choices of a person. Local times are meant in `zone`.
///
/// # Errors
/// Outer: only a fault of the program. Inner: why the file cannot be read.
pub async fn read(
    kind: ImportKind,
    content: Vec<u8>,
    choices: ImportChoices,
    zone: Tz,
    now: DateTime<Utc>,
) -> AppResult<Result<Reading, ImportProblem>> {
    off_thread(move || match kind {
        ImportKind::Trello => trello::read(&content, now).map(whole),
        ImportKind::AutoReport => autoreport::read(&content, now).map(whole),
        ImportKind::Csv => csv::read(&content).map(|table| {
            let outcome =
                csv::plan(&table, &choices.csv, &CsvContext { project_name: "", zone, now, chosen: &choices.lists });
            let is_date_order_open = order_shown(&table, &choices.csv).is_none()
                && date_cells(&table, &choices.csv).any(dates::is_ambiguous);
            Reading {
                plan: outcome.plan,
                table: Some(table),
                problems: outcome.problems,
                faulty_lines: outcome.faulty_lines,
                is_date_order_open,
            }
        }),
    })
    .await
}

/// What a board shows that has a name of its own.
fn look_of(plan: ImportPlan) -> FirstLook {
    let key = plan.project.map(|project| project.key);
    FirstLook { mapping: CsvMapping::default(), project_name: Some(plan.project_name), key }
}

/// A board that is read in full or not at all.
fn whole(plan: ImportPlan) -> Reading {
    Reading { plan, table: None, problems: Vec::new(), faulty_lines: 0, is_date_order_open: false }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| fault::internal("reading an import file", error))
}

fn order_shown(table: &CsvTable, mapping: &CsvMapping) -> Option<DateOrder> {
    dates::order_shown(date_cells(table, mapping))
}

fn date_cells<'a>(table: &'a CsvTable, mapping: &CsvMapping) -> impl Iterator<Item = &'a str> {
    let columns: Vec<usize> = [CsvField::Due, CsvField::Created, CsvField::Started, CsvField::Completed]
        .into_iter()
        .filter_map(|field| mapping.column_of(field))
        .collect();
    table.rows.iter().flat_map(move |line| columns.clone().into_iter().map(|column| line.cell(column)))
}

/// The United States write the month first; nearly everybody else the day.
fn usual_order(zone: &str) -> DateOrder {
    const UNITED_STATES: [&str; 9] =
        ["New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Anchorage", "Detroit", "Boise", "Indiana"];
    let is_us =
        zone.strip_prefix("America/").is_some_and(|city| UNITED_STATES.iter().any(|known| city.starts_with(known)));
    if is_us || zone == "Pacific/Honolulu" { DateOrder::MonthFirst } else { DateOrder::DayFirst }
}
