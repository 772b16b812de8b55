//! A broken board, said in words.

use crate::domain::import::broken_json::{self, Source};
use crate::domain::import::problem::ImportProblem;

/// The advice that ends every message about a damaged file.
pub const EXPORT_AGAIN: &str = "In Trello open the board's menu, choose “Print, export and share”, then “Export as JSON”, and save the page as it is.";

/// The fault that the JSON reader met.
pub fn in_words(error: &serde_json::Error, text: &str) -> ImportProblem {
    let source = Source { holds: "the board", shape: "as Trello exports a board", export_again: EXPORT_AGAIN };
    broken_json::in_words(error, text, source)
}
