//! Templates of mails: a list of blocks or a source, with a theme, that a person designs. Pure rules on both sides:
//! what a document is made of, what may stand in it, and how blocks become a source.

pub mod block;
pub mod category;
mod check;
pub mod colour;
pub mod compile;
pub mod context;
pub mod document;
pub mod edit;
pub mod fields;
pub mod file;
pub mod filters;
pub mod gallery;
pub mod history;
pub mod lint;
pub mod of_sections;
pub mod outline;
pub mod place;
pub mod prose;
pub mod quarantine;
pub mod render;
pub mod shown;
pub mod tags;
pub mod theme;
pub mod variables;

pub use block::{Block, BlockKind, FigureKind, TaskColumn, When};
pub use category::TemplateCategory;
pub use document::{Body, Document};
pub use theme::Theme;
