//! Words of forms to values, and rows to the choices that forms offer.

use std::str::FromStr;

use crate::{
    entities::board_column,
    error::{AppError, AppResult, Problem},
    tasks::view::ColumnChoice,
};

/// Reads a word of a fixed set.
///
/// # Errors
/// [`AppError::Invalid`] at the field.
pub fn read_word<T: FromStr>(field: &str, word: &str) -> AppResult<T> {
    word.parse().map_err(|_| AppError::field(field, Problem::UnknownChoice))
}

/// A column as forms offer it.
pub fn column_choice(column: board_column::Model) -> ColumnChoice {
    ColumnChoice { id: column.id, name: column.name, status: column.status }
}
