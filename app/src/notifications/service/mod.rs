//! Telling people, and reading what they were told.

pub mod inbox;
pub mod tell;
