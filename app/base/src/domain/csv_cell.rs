//! Cells of CSV files that spreadsheets open: what would be read as a formula is made text.

use std::borrow::Cow;

/// A cell that no spreadsheet computes: text that begins like a formula gets an apostrophe before it.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { Cow::Owned(format!("'{text}")) } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_becomes_text_and_nothing_else_changes() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")"] {
            assert_eq!(neutral(text), format!("'{text}"));
        }
        for text in ["", "a=1", "1-1", "'=1", "čaj", "100 %"] {
            assert_eq!(neutral(text), text);
        }
    }
}
