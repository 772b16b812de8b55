//! The way of a report: [`snapshot`] freezes the facts, [`render`] writes mail from them, [`charts`] draws them, [`files`]
//! makes documents and tables of them, [`archive`] keeps all of it in Git, [`git_push`] brings it elsewhere,
//! [`git_history`] shows what has changed. [`quarantine`] renders what people wrote, and stops trying what had to be
//! stopped too often.

pub mod archive;
pub mod charts;
pub mod files;
pub mod git_history;
pub mod git_push;
pub mod git_settings;
pub mod git_state;
pub mod part;
pub mod quarantine;
pub mod render;
pub mod snapshot;
pub(crate) mod wording;
