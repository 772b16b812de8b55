//! Rules of projects that need the database.

pub mod access;
pub mod duplicate;
pub mod export;
mod export_csv;
mod fill;
pub mod life;
pub mod projects;
pub mod settings;
pub mod templates;
