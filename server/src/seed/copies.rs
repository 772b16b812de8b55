//! Many more tasks than a story can tell: copies of the open ones, made by the database itself.

use app::{domain::ids::ProjectId, error::AppResult, platform::db::WriteTx};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

/// Adds so many copies of a project's open tasks, each with a number, a title and a history of its own.
///
/// # Errors
/// Only those of the database.
pub async fn add(tx: &WriteTx, project: ProjectId, count: usize) -> AppResult<()> {
    if count == 0 {
        return Ok(());
    }
    let engine = tx.get_database_backend();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let run = async |sql: String, values: Vec<Value>| {
        tx.execute_raw(Statement::from_sql_and_values(engine, sql, values)).await.map(drop)
    };
    run(tasks(engine), vec![project.into(), count.into()]).await?;
    run(events(engine), vec![project.into()]).await?;
    let last = "UPDATE project SET last_number = (SELECT max(number) FROM task WHERE project_id = $1) WHERE id = $1";
    run(last.into(), vec![project.into()]).await?;
    Ok(())
}

fn new_id(engine: DbBackend) -> &'static str {
    if engine == DbBackend::Postgres { "gen_random_uuid()" } else { "randomblob(16)" }
}

/// A rank behind the copied one's own: as many digits for each, so that no two are equal.
fn tasks(engine: DbBackend) -> String {
    let digits = if engine == DbBackend::Postgres { "lpad(c.n::text, 7, '0')" } else { "printf('%07d', c.n)" };
    format!(
        "INSERT INTO task (id, project_id, column_id, number, rank, title, description, priority, category, due_on, due_at, \
            created_by, created_at, updated_at, version) \
         WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < CAST($2 AS integer)), \
         source AS (SELECT task.*, row_number() OVER (ORDER BY number) - 1 AS at, count(*) OVER () AS many \
            FROM task WHERE project_id = $1 AND archived_at IS NULL AND completed_at IS NULL) \
         SELECT {id}, s.project_id, s.column_id, (SELECT max(number) FROM task WHERE project_id = $1) + c.n, \
            s.rank || {digits} || '1', s.title || ' ' || c.n, s.description, s.priority, s.category, s.due_on, s.due_at, \
            s.created_by, s.created_at, s.updated_at, 1 \
         FROM counter c JOIN source s ON s.at = (c.n - 1) % s.many",
        id = new_id(engine)
    )
}

/// What has no history was created where it stands.
fn events(engine: DbBackend) -> String {
    format!(
        "INSERT INTO task_event (id, project_id, task_id, at, actor_id, kind, to_column_id, to_status, detail) \
         SELECT {id}, t.project_id, t.id, t.created_at, t.created_by, 'created', t.column_id, c.status, '{{}}' \
         FROM task t JOIN board_column c ON c.id = t.column_id \
         WHERE t.project_id = $1 AND NOT EXISTS (SELECT 1 FROM task_event e WHERE e.task_id = t.id)",
        id = new_id(engine)
    )
}
