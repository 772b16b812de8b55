//! Ten thousands of rows, read as one value.
//!
//! The driver of SQLite hands each row over from its own thread, which takes far longer than finding it. So the database
//! puts the rows together as JSON, and hands over one text.

use std::str::FromStr;

use sea_orm::{ConnectionTrait, DbBackend, Statement, sea_query::SelectStatement};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};

use super::fault;
use crate::error::AppResult;

/// A column of a query, by the name that it has in its rows.
#[derive(Clone, Copy, Debug)]
pub enum Cell {
    /// An id: SQLite keeps its bytes, which JSON does not know.
    Id(&'static str),
    /// A text, a number, an instant or a day; an enum is its word.
    Plain(&'static str),
}

impl Cell {
    fn sql(self, engine: DbBackend) -> String {
        match (self, engine) {
            // The hex of none is an empty text.
            (Self::Id(name), DbBackend::Sqlite) => format!("nullif(hex(\"{name}\"), '')"),
            (Self::Id(name) | Self::Plain(name), _) => format!("\"{name}\""),
        }
    }
}

/// A value that stands as its word.
#[derive(Clone, Copy, Debug)]
pub struct Word<T>(pub T);

impl<'de, T: FromStr> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse().map(Self).map_err(|_| D::Error::custom(format!("{word:?} is not known")))
    }
}

/// The rows of a query in its order, each as a tuple of `cells`.
///
/// # Errors
/// Those of the database, and a fault where a row is not as `T` says.
pub async fn all<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    query: &SelectStatement,
    cells: &[Cell],
) -> AppResult<Vec<T>> {
    let engine = db.get_database_backend();
    let Statement { sql, values, db_backend } = engine.build(query);
    let cells: Vec<String> = cells.iter().map(|cell| cell.sql(engine)).collect();
    let cells = cells.join(", ");
    let sql = match engine {
        DbBackend::Postgres => {
            format!("SELECT coalesce(json_agg(json_build_array({cells})), '[]')::text FROM ({sql}) AS found")
        }
        _ => format!("SELECT json_group_array(json_array({cells})) FROM ({sql}) AS found"),
    };
    let Some(row) = db.query_one_raw(Statement { sql, values, db_backend }).await? else { return Ok(Vec::new()) };
    let json: String = row.try_get_by_index(0)?;
    serde_json::from_str(&json).map_err(|error| fault::internal("reading rows as JSON", error))
}
