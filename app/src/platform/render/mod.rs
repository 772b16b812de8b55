//! Templates: those that ship with the program, and those that people write.
//!
//! [`Templates`] renders ours in this process. What a person wrote goes to [`cage`], which has a child of the same binary
//! render it ([`child`]) behind walls: limits of memory, time and output, no files, no network, no environment.

pub mod cage;
pub mod child;
mod compose;
mod faults;
mod filters;
#[cfg(test)]
mod gallery_tests;
mod language;
mod markup;
mod mjml;
mod plain_text;
mod trusted;
mod walls;

pub use trusted::{RenderError, Templates};
