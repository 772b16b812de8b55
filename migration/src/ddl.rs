//! Schema in plain SQL: both engines agree on all of it but four types.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// PostgreSQL has LZ4 from 14 on, as it was built.
const HAS_LZ4: &str = "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";

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

/// Has PostgreSQL compress columns, given as table and column, by LZ4 where it has it, otherwise keep them as they are;
/// for what is written from now on, what is there stays as it was written. SQLite compresses nothing.
pub async fn store_fast(manager: &SchemaManager<'_>, columns: &[(&str, &str)]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let how = if has_lz4(manager).await? { "COMPRESSION lz4" } else { "STORAGE EXTERNAL" };
    set(manager, columns, how).await
}

/// Has PostgreSQL store columns by its defaults again.
pub async fn store_as_usual(manager: &SchemaManager<'_>, columns: &[(&str, &str)]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    set(manager, columns, "STORAGE EXTENDED").await?;
    if has_lz4(manager).await? { set(manager, columns, "COMPRESSION default").await } else { Ok(()) }
}

async fn has_lz4(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    let query = Statement::from_string(DbBackend::Postgres, HAS_LZ4);
    Ok(manager.get_connection().query_one_raw(query).await?.is_some())
}

async fn set(manager: &SchemaManager<'_>, columns: &[(&str, &str)], how: &str) -> Result<(), DbErr> {
    for (table, column) in columns {
        let change = format!("ALTER TABLE {table} ALTER COLUMN {column} SET {how}");
        manager.get_connection().execute_unprepared(&change).await?;
    }
    Ok(())
}
