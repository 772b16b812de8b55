//! The way of a report: [`snapshot`] freezes the facts, [`render`] writes mail from them,
//! [`archive`] keeps all of it in Git.

pub mod archive;
pub mod render;
pub mod snapshot;
mod wording;
