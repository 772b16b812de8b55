//! The texts that hold all words, in the projects that the person sees: the newest of them, from the engine's index.

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};

use super::words::{self, Term};
use crate::{
    domain::{
        ids::{ProjectId, TaskId},
        search::{HitKind, SearchFilter, Shelf},
    },
    error::AppResult,
};

/// So many texts are looked at to find the best; a word that is everywhere finds the newest of them.
pub const MOST: usize = 500;

/// A text that holds all words.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Candidate {
    pub id: i64,
    pub kind: HitKind,
    pub source_id: uuid::Uuid,
    pub task_id: TaskId,
    pub title: String,
    pub is_done: bool,
}

/// A statement that is written piece by piece, with its values.
struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// The place of a value.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// The newest texts that hold all words, at most [`MOST`].
///
/// # Errors
/// Only those of the database.
pub async fn find(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
    filter: &SearchFilter,
    terms: &[Term],
) -> AppResult<Vec<Candidate>> {
    if projects.is_empty() || terms.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Candidate::find_by_statement(statement(db.get_database_backend(), projects, filter, terms)).all(db).await?)
}

/// The statement behind [`find`]; its plan is looked at in a test.
pub fn statement(engine: DbBackend, projects: &[ProjectId], filter: &SearchFilter, terms: &[Term]) -> Statement {
    let mut sql = Sql { text: String::new(), values: Vec::new() };
    let columns = "e.id, e.kind, e.source_id, e.task_id, t.title, t.completed_at IS NOT NULL AS is_done";
    let order = match engine {
        DbBackend::Postgres => {
            let query = sql.bind(words::for_postgres(terms));
            sql.text = format!(
                "SELECT {columns} FROM search_entry e JOIN task t ON t.id = e.task_id \
                 WHERE e.words @@ to_tsquery('simple', {query})"
            );
            if let Some(kind) = filter.kind {
                let kind = sql.bind(kind);
                sql.text.push_str(&format!(" AND e.kind = {kind}"));
            }
            "e.id"
        }
        _ => {
            // The kind is asked of the index: behind it, every newer text of another kind would be looked at.
            let query = sql.bind(words::for_sqlite(terms, filter.kind));
            // CROSS JOIN keeps the order: the index leads, and gives its rows from the newest on.
            sql.text = format!(
                "SELECT {columns} FROM search_text f CROSS JOIN search_entry e ON e.id = f.rowid \
                 CROSS JOIN task t ON t.id = e.task_id WHERE f.search_text MATCH {query}"
            );
            "f.rowid"
        }
    };
    narrow(&mut sql, projects, filter);
    sql.text.push_str(&format!(" ORDER BY {order} DESC LIMIT {MOST}"));
    Statement::from_sql_and_values(engine, sql.text, sql.values)
}

/// What the person may see, and what the filters leave of the texts that the index gives.
fn narrow(sql: &mut Sql, projects: &[ProjectId], filter: &SearchFilter) {
    let SearchFilter { text: _, project: _, status, assignee, label, shelf, kind: _, after: _ } = filter;
    let places: Vec<String> = projects.iter().map(|project| sql.bind(*project)).collect();
    sql.text.push_str(&format!(" AND t.deleted_at IS NULL AND t.project_id IN ({})", places.join(", ")));
    match shelf {
        Shelf::Board => sql.text.push_str(" AND t.archived_at IS NULL"),
        Shelf::Archive => sql.text.push_str(" AND t.archived_at IS NOT NULL"),
        Shelf::Everywhere => {}
    }
    if let Some(status) = status {
        let status = sql.bind(*status);
        sql.text.push_str(&format!(" AND t.column_id IN (SELECT id FROM board_column WHERE status = {status})"));
    }
    if let Some(person) = assignee {
        let person = sql.bind(*person);
        sql.text.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = t.id AND a.user_id = {person})"
        ));
    }
    if let Some(label) = label {
        let label = sql.bind(label.clone());
        sql.text.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM task_label tl JOIN label l ON l.id = tl.label_id WHERE tl.task_id = t.id AND l.name = {label})"
        ));
    }
}
