//! Where foreign errors become ours: each is logged once, here, under a reference that the person sees.

use std::fmt::Display;

use rand::Rng;
use sea_orm::{DbErr, RuntimeErr};

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
            _ => internal("database", error),
        }
    }
}

/// Whether a write failed because a unique value is already there.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}
