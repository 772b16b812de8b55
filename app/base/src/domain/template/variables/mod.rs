//! What a template may speak of: every variable with its type and its meaning, as pages list it and as the editor
//! completes it. [`context`](super::context::context) makes exactly these; a test walks both.

mod catalogue;
mod rows;

#[cfg(test)]
mod tests;

pub use catalogue::VARIABLES;
pub use rows::{Completion, VariableRow, completions, item_of, loop_item, values};

/// A variable, or a group of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    pub kind: Kind,
    /// What it means, in a few words.
    pub words: &'static str,
    /// Whether there may be nothing in its place.
    pub is_optional: bool,
}

/// The type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Text in Markdown.
    Markdown,
    /// The address of a page.
    Address,
    /// `#047239`.
    Colour,
    Number,
    /// 1 for all of it.
    Share,
    /// A day: `2026-11-22`.
    Date,
    /// A moment of the world.
    Instant,
    /// Whole days.
    Days,
    /// Whole minutes.
    Minutes,
    /// True or false.
    Truth,
    Texts,
    /// Sentences in a row.
    Sentences,
    /// A list of things with fields.
    List(&'static [Variable]),
    /// Things with names of their own.
    Group(&'static [Variable]),
}

impl Kind {
    /// The word on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Markdown => "Markdown",
            Self::Address => "Address",
            Self::Colour => "Colour",
            Self::Number => "Number",
            Self::Share => "Share",
            Self::Date => "Date",
            Self::Instant => "Date and time",
            Self::Days => "Days",
            Self::Minutes => "Minutes",
            Self::Truth => "Yes or no",
            Self::Texts => "List of texts",
            Self::Sentences => "List of sentences",
            Self::List(_) => "List",
            Self::Group(_) => "Group",
        }
    }

    /// The filter that writes it for a reader; none where it is ready.
    pub const fn filter(self) -> Option<&'static str> {
        match self {
            Self::Markdown => Some("markdown"),
            Self::Number => Some("number"),
            Self::Share => Some("percent"),
            Self::Date => Some("date"),
            Self::Instant => Some("datetime"),
            Self::Days => Some("duration"),
            Self::Minutes => Some("duration(unit=\"minutes\")"),
            Self::Texts => Some("join(sep=\", \")"),
            Self::Sentences => Some("join(sep=\" \")"),
            _ => None,
        }
    }

    /// What stands within it.
    pub const fn fields(self) -> &'static [Variable] {
        match self {
            Self::List(fields) | Self::Group(fields) => fields,
            _ => &[],
        }
    }
}
