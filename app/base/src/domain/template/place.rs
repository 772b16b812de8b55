//! Where in a document a problem is: `block-7` is a block by its id, `block-7-limit` a field of it by the name under which
//! [`fields`](super::fields) read it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A block, or a field of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockPlace<'a> {
    pub block: u32,
    pub field: Option<&'a str>,
}

/// A character of a text that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPlace {
    /// The field: the name of a [`BlockPlace`], or of a field of the mail, such as `subject`, `signature` or `source`.
    pub field: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl TextPlace {
    /// The line and the column in words, with the text that they are of: "Line 2, column 5 of the text of a block". None
    /// for a field that a problem calls otherwise.
    pub fn words(&self) -> Option<String> {
        let field = match BlockPlace::read(&self.field) {
            Some(BlockPlace { field, .. }) => match field? {
                "text" => "text of a block",
                "source" => "HTML of a block",
                "label" => "words of a button",
                "url" => "address of a button",
                "none" => "words for an empty list",
                _ => return None,
            },
            None => match self.field.as_str() {
                "subject" => "subject",
                "preheader" => "preview text",
                "source" => "source",
                "text" => "plain text",
                "brand" => "name above the mail",
                "logo_alt" => "words of the logo",
                "signature" => "signature",
                "footer" => "foot",
                _ => return None,
            },
        };
        Some(format!("Line {}, column {} of the {field}", self.line, self.column))
    }
}

impl<'a> BlockPlace<'a> {
    /// A block as a whole.
    pub const fn whole(block: u32) -> Self {
        Self { block, field: None }
    }

    /// A field of a block.
    pub const fn of(block: u32, field: &'a str) -> Self {
        Self { block, field: Some(field) }
    }

    /// Reads the name of a place; none where it names no block.
    pub fn read(name: &'a str) -> Option<Self> {
        let rest = name.strip_prefix("block-")?;
        let (id, field) = rest.split_once('-').map_or((rest, None), |(id, field)| (id, Some(field)));
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let block = id.parse().ok().filter(|_| is_number)?;
        Some(Self { block, field })
    }
}

impl fmt::Display for BlockPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { block, field } = self;
        match field {
            None => write!(f, "block-{block}"),
            Some(field) => write!(f, "block-{block}-{field}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_of_a_text_is_told_by_line_column_and_field() {
        let said = |field: &str| TextPlace { field: field.into(), line: 2, column: 5 }.words();
        assert_eq!(said("block-7-text").as_deref(), Some("Line 2, column 5 of the text of a block"));
        assert_eq!(said("signature").as_deref(), Some("Line 2, column 5 of the signature"));
        assert_eq!((said("block-7"), said("block-7-limit"), said("logo")), (None, None, None));
    }

    #[test]
    fn a_place_is_read_as_it_was_written_and_other_names_are_none() {
        for place in [BlockPlace::whole(7), BlockPlace::of(7, "limit"), BlockPlace::of(0, "when_value")] {
            assert_eq!(BlockPlace::read(&place.to_string()), Some(place));
        }
        for other in ["subject", "blocks", "block-", "block-x", "block-+7", "block--limit", "block-99999999999"] {
            assert_eq!(BlockPlace::read(other), None, "{other}");
        }
    }
}
