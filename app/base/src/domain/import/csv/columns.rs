//! The columns that the words of a status column make.

use super::row::Row;
use crate::domain::import::mapping::{ListMapping, ListTarget};
use crate::domain::import::plan::{ColumnState, PlannedCard, PlannedColumn};
use crate::domain::import::words::{plain, status_of_list};
use crate::domain::task::Status;

/// Columns in the order of the four statuses, within one in the order of first appearance.
pub struct Columns(Vec<PlannedColumn>);

impl Columns {
    pub fn of(rows: &[Row], chosen: &ListMapping) -> Self {
        let mut columns = Self(Vec::new());
        for row in rows.iter().filter(|row| !row.status.is_empty()) {
            let source_id = source_id(&row.status);
            if columns.0.iter().any(|column| column.source_id == source_id) {
                continue;
            }
            let status = match chosen.get(&source_id) {
                Some(ListTarget::Status(status)) => *status,
                Some(ListTarget::LeaveOut) | None => status_of_list(&row.status).unwrap_or(Status::Todo),
            };
            columns.add(source_id, row.status.clone(), status);
        }
        columns
    }

    /// The column of a line; one without a word is finished if it has a completion date, otherwise to do.
    pub fn place(&mut self, row: &Row) -> String {
        if !row.status.is_empty() {
            return source_id(&row.status);
        }
        let status = if row.completed.is_some() { Status::Done } else { Status::Todo };
        self.first_or_new(status)
    }

    pub fn status(&self, source_id: &str) -> Status {
        self.0.iter().find(|column| column.source_id == source_id).map_or(Status::Todo, |column| column.status)
    }

    pub fn first_of(&self, status: Status) -> Option<String> {
        self.0.iter().find(|column| column.status == status).map(|column| column.source_id.clone())
    }

    /// Where a task stood before anything happened to it.
    pub fn beginning(&mut self) -> String {
        self.first_or_new(Status::Todo)
    }

    pub fn into_planned(mut self, cards: &[PlannedCard]) -> Vec<PlannedColumn> {
        self.0.sort_by_key(|column| place_of(column.status));
        for column in &mut self.0 {
            column.cards = cards.iter().filter(|card| card.column == column.source_id).count();
        }
        self.0
    }

    fn first_or_new(&mut self, status: Status) -> String {
        if let Some(known) = self.first_of(status) {
            return known;
        }
        let name = if status == Status::Done { "Completed" } else { "Todo" };
        self.add(source_id(name), name.to_owned(), status)
    }

    fn add(&mut self, source_id: String, name: String, status: Status) -> String {
        self.0.push(PlannedColumn {
            source_id: source_id.clone(),
            name,
            status,
            state: ColumnState::Open,
            cards: 0,
            limit: None,
        });
        source_id
    }
}

fn source_id(word: &str) -> String {
    let plain = plain(word);
    if plain.is_empty() { word.to_owned() } else { plain }
}

fn place_of(status: Status) -> u8 {
    match status {
        Status::Todo => 0,
        Status::Progress => 1,
        Status::Pending => 2,
        Status::Done => 3,
    }
}
