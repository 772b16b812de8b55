//! Where foreign errors become ours: each is logged once, here, under a reference that the person sees.

use std::fmt::Display;

use rand::Rng;
use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::error::AppError;

/// A fault of the program or its surroundings: logged with what was being done.
pub fn internal(doing: &str, error: impl Display) -> AppError {
    let reference = format!("{:08x}", rand::rng().random::<u32>());
    tracing::error!(reference, "{doing}: {error}");
    AppError::Internal { reference }
}

impl From<DbErr> for AppError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::RecordNotFound(_) | DbErr::RecordNotUpdated => Self::NotFound,
            DbErr::ConnectionAcquire(_) | DbErr::Conn(RuntimeErr::SqlxError(_)) => {
                tracing::error!("database not reachable: {error}");
                Self::Unavailable
            }
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))
                if is_full(cause) =>
            {
                tracing::error!("the database cannot be written; the disk may be full: {error}");
                Self::Unavailable
            }
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))
                if is_away(cause) =>
            {
                tracing::error!("database not reachable: {error}");
                Self::Unavailable
            }
            _ => internal("database", error),
        }
    }
}

/// Whether the database could not write. On SQLite the codes of a full disk and of a failed write, fsync or growth of
/// its shared memory; on PostgreSQL `disk_full`.
fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["13", "778", "1034", "4874", "53100"].contains(&code.as_ref()))
}

/// Whether the server went away in the middle, or is just starting or stopping.
fn is_away(error: &sqlx::Error) -> bool {
    use sqlx::Error::*;
    match error {
        Io(_) | PoolTimedOut | PoolClosed | WorkerCrashed => true,
        Database(error) => error.code().is_some_and(|code| code.starts_with("57P0")),
        _ => false,
    }
}

/// Whether a write failed because a unique value is already there.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}
