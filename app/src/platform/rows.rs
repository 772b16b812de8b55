//! Ten thousands of rows, read as one value.
//!
//! The driver of SQLite hands each row over from its own thread, which takes far longer than finding it. So the database
//! puts the rows together as JSON, and hands over one text.

use sea_orm::{ConnectionTrait, DbBackend, Statement, sea_query::SelectStatement};

use super::fault;
use crate::error::AppResult;

/// A column of a query, by the name that it has in its rows.
#[derive(Clone, Copy, Debug)]
pub enum Cell {
    /// An id, which every row has: SQLite keeps its bytes, which JSON does not know.
    Id(&'static str),
    /// A text that every row has and JSON writes as it is: the word of an enum, an instant or a day.
    Word(&'static str),
    /// Any text, number, instant or day, or none.
    Plain(&'static str),
}

impl Cell {
    fn name(self) -> &'static str {
        match self {
            Self::Id(name) | Self::Word(name) | Self::Plain(name) => name,
        }
    }

    /// How SQLite's `printf` writes it, and what it is given for that: it takes half the time of `json_array`.
    fn printed(self) -> (&'static str, String) {
        match self {
            Self::Id(name) => (r#""%s""#, format!("hex(\"{name}\")")),
            Self::Word(name) => (r#""%s""#, format!("\"{name}\"")),
            Self::Plain(name) => ("%s", format!("json_quote(\"{name}\")")),
        }
    }
}

/// The rows of a query in its order, each with its `cells`, read by `read`: the rule that knows them. It has a thread of
/// its own for that, so that what is read at the same time is read on all cores.
///
/// # Errors
/// Those of the database, and a fault where `read` does not know a row.
pub async fn read<T: Send + 'static>(
    db: &impl ConnectionTrait,
    query: &SelectStatement,
    cells: &[Cell],
    read: impl FnOnce(&str) -> serde_json::Result<T> + Send + 'static,
) -> AppResult<T> {
    let json = json(db, query, cells).await?;
    in_thread(move || read(&json)).await?.map_err(|error| fault::internal("reading rows as JSON", error))
}

/// Does some work on many rows beside what else is done for the same report.
///
/// # Errors
/// Only a fault of the program.
pub async fn in_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| fault::internal("working on rows in a thread", error))
}

/// The rows of a query as JSON: an array of arrays of `cells`, in its order.
///
/// # Errors
/// Those of the database.
async fn json(db: &impl ConnectionTrait, query: &SelectStatement, cells: &[Cell]) -> AppResult<String> {
    let engine = db.get_database_backend();
    let Statement { sql, values, db_backend } = engine.build(query);
    let sql = match engine {
        DbBackend::Postgres => {
            let cells: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.name())).collect();
            let cells = cells.join(", ");
            format!("SELECT coalesce(json_agg(json_build_array({cells})), '[]')::text FROM ({sql}) AS found")
        }
        _ => {
            let (forms, values): (Vec<&str>, Vec<String>) = cells.iter().map(|cell| cell.printed()).unzip();
            let row = format!("printf('[{}]', {})", forms.join(","), values.join(", "));
            format!("SELECT '[' || coalesce(group_concat({row}, ','), '') || ']' FROM ({sql}) AS found")
        }
    };
    let Some(row) = db.query_one_raw(Statement { sql, values, db_backend }).await? else { return Ok("[]".to_owned()) };
    Ok(row.try_get_by_index(0)?)
}
