//! Ten thousands of rows, read as one value.
//!
//! The driver of SQLite hands each row over from its own thread, which takes far longer than finding it. So the database
//! puts the rows together as JSON, and hands over one text.

use sea_orm::{ConnectionTrait, DbBackend, Statement, sea_query::SelectStatement};

use super::fault;
use crate::error::AppResult;

/// Rows of so many bytes are read on a thread of their own, beside what else is read.
const MANY: usize = 64 * 1024;

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

/// The rows of a query in its order, each with its `cells`, read by `read`: the rule that knows them.
///
/// # Errors
/// Those of the database, and a fault where `read` does not know a row.
pub async fn read<T>(
    db: &impl ConnectionTrait,
    query: &SelectStatement,
    cells: &[Cell],
    read: impl FnOnce(&str) -> serde_json::Result<T> + Send + 'static,
) -> AppResult<T>
where
    T: Send + 'static,
{
    let json = json(db, query, cells).await?;
    beside(json.len(), move || read(&json)).await
}

/// Reads what the database handed over as so many bytes.
///
/// # Errors
/// A fault where it is not as it should be.
pub async fn beside<T>(bytes: usize, read: impl FnOnce() -> serde_json::Result<T> + Send + 'static) -> AppResult<T>
where
    T: Send + 'static,
{
    let found = match bytes {
        ..MANY => read(),
        _ => tokio::task::spawn_blocking(read).await.map_err(|error| fault::internal("reading rows as JSON", error))?,
    };
    found.map_err(|error| fault::internal("reading rows as JSON", error))
}

/// The rows of a query as JSON: an array of arrays of `cells`, in its order.
///
/// # Errors
/// Those of the database.
pub async fn json(db: &impl ConnectionTrait, query: &SelectStatement, cells: &[Cell]) -> AppResult<String> {
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
    let Some(row) = db.query_one_raw(Statement { sql, values, db_backend }).await? else { return Ok("[]".to_owned()) };
    Ok(row.try_get_by_index(0)?)
}
