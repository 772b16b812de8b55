//! The way of a report: [`snapshot`] freezes the facts, [`render`] writes mail from them,
//! [`archive`] keeps all of it in Git, [`library`] finds it again.

pub mod archive;
pub mod library;
pub mod render;
pub mod snapshot;
pub(crate) mod wording;
