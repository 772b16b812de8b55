//! Schema in plain SQL: both engines agree on all of it but four types.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Runs statements divided by `;` at a line's end. Written once for both engines:
/// `{uuid}` a UUID, `{time}` an instant in UTC, `{bytes}` raw bytes, `{bytewise}` text in byte order.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let [uuid, time, bytes, bytewise] = match manager.get_database_backend() {
        DbBackend::Postgres => ["uuid", "timestamptz", "bytea", "text COLLATE \"C\""],
        _ => ["blob", "timestamp_with_timezone_text", "blob", "text"],
    };
    let sql =
        sql.replace("{uuid}", uuid).replace("{time}", time).replace("{bytes}", bytes).replace("{bytewise}", bytewise);
    for statement in sql.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Drops tables, the youngest first.
pub async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE IF EXISTS \"{table}\"")).await?;
    }
    Ok(())
}
