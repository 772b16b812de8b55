//! Reads tables of tasks (CSV) into an import plan, with faults named by line and header.

mod cell;
mod columns;
mod row;
mod sniff;
mod table;

pub use table::{CsvTable, read};

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::mapping::{CsvField, CsvMapping, ListMapping};
use super::plan::{ImportPlan, PlannedLabel, PlannedPart, PlannedPerson};
use super::problem::ImportProblem;
use super::words::hue_of_colour;
use columns::Columns;
use row::{Row, history_of};

/// A plan of the lines that are right, and the faults of the others.
pub struct CsvOutcome {
    pub plan: ImportPlan,
    /// In line order, at most [`MOST_PROBLEMS`] of them.
    pub problems: Vec<ImportProblem>,
    /// Lines with faults, of which the plan holds nothing.
    pub faulty_lines: usize,
}

/// How many faults are listed; after these a person begins to mend.
pub const MOST_PROBLEMS: usize = 100;

/// What surrounds a table: whose board, whose clock.
pub struct CsvContext<'a> {
    pub project_name: &'a str,
    /// Zone in which local times are meant.
    pub zone: Tz,
    pub now: DateTime<Utc>,
    /// Statuses that a person chose for the words of the status column.
    pub chosen: &'a ListMapping,
}

/// The plan of a table under a mapping.
pub fn plan(table: &CsvTable, mapping: &CsvMapping, context: &CsvContext<'_>) -> CsvOutcome {
    if mapping.column_of(CsvField::Title).is_none() {
        let problem = ImportProblem::file("No column is chosen for the title. Choose the one that names the task.");
        return CsvOutcome { plan: ImportPlan::default(), problems: vec![problem], faulty_lines: table.rows.len() };
    }
    let (mut rows, mut problems, mut faulty_lines) = (Vec::new(), Vec::new(), 0);
    for line in &table.rows {
        match row::read(table, line, mapping, context) {
            Ok(row) => rows.push(row),
            Err(faults) => {
                faulty_lines += 1;
                problems.extend(faults);
            }
        }
    }
    problems.truncate(MOST_PROBLEMS);
    CsvOutcome { plan: assemble(rows, mapping, context), problems, faulty_lines }
}

fn assemble(rows: Vec<Row>, mapping: &CsvMapping, context: &CsvContext<'_>) -> ImportPlan {
    let mut plan = ImportPlan { project_name: context.project_name.to_owned(), ..ImportPlan::default() };
    let mut columns = Columns::of(&rows, context.chosen);
    let (mut labels, mut people) = (Named::default(), Named::default());
    let mut ids = SourceIds::default();
    let mut notes = row::Notes::default();
    for row in rows {
        let source_id = ids.of(&row);
        let labels = row.labels.iter().map(|name| labels.id(name)).collect();
        let people = row.people.iter().map(|name| people.id(name)).collect();
        let place = columns.place(&row);
        plan.history.extend(history_of(&row, &source_id, &mut columns, &place, context.now, &mut notes));
        plan.cards.push(row.into_card(source_id, place, labels, people, context.now));
    }
    plan.history.sort_by_key(|event| event.at);
    plan.columns = columns.into_planned(&plan.cards);
    let order: HashMap<String, usize> =
        plan.columns.iter().enumerate().map(|(place, column)| (column.source_id.clone(), place)).collect();
    plan.cards.sort_by_key(|card| order.get(&card.column).copied());
    plan.labels = labels
        .into_iter()
        .map(|(source_id, name)| PlannedLabel { hue: hue_of_colour(None, &name), source_id, name })
        .collect();
    plan.people = people
        .into_iter()
        .map(|(source_id, name)| PlannedPerson {
            username: if name.contains('@') { name.clone() } else { String::new() },
            source_id,
            name,
            part: PlannedPart::Involved,
        })
        .collect();
    plan.warnings = notes.explain(mapping);
    plan
}

/// Names met in cells, the first spelling kept.
#[derive(Default)]
struct Named(Vec<(String, String)>, HashSet<String>);

impl Named {
    fn id(&mut self, name: &str) -> String {
        let id = name.to_lowercase();
        if self.1.insert(id.clone()) {
            self.0.push((id.clone(), name.to_owned()));
        }
        id
    }

    fn into_iter(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter()
    }
}

/// Ids that stay the same when the same file comes again: the source's own, or the title and how often it came.
#[derive(Default)]
struct SourceIds(HashMap<String, usize>);

impl SourceIds {
    fn of(&mut self, row: &Row) -> String {
        let base = match &row.id {
            Some(id) => format!("id {id}"),
            None => format!("title {}", row.title),
        };
        let base = short(base);
        let times = self.0.entry(base.clone()).or_default();
        *times += 1;
        if *times == 1 { base } else { format!("{base} ({times})") }
    }
}

/// An index takes only so much text: the rest of a long one counts by its checksum (FNV-1a).
fn short(text: String) -> String {
    const KEPT: usize = 200;
    match text.char_indices().nth(KEPT) {
        None => text,
        Some((end, _)) => {
            let hash = text
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            format!("{} #{hash:016x}", &text[..end])
        }
    }
}
