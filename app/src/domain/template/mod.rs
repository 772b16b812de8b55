//! Templates of mails: a list of blocks or a source, with a theme, that a person designs. Pure rules on both sides:
//! what a document is made of, what may stand in it, and how blocks become a source.

pub mod filters;
pub mod quarantine;
pub mod render;
