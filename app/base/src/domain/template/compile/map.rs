//! Which part of a document a line of its source came from: a fault at a line names the block, and the text in it that
//! somebody wrote.

use serde::{Deserialize, Serialize};

use super::own::OwnText;

/// A part of a document that somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A block, by its id.
    Block(u32),
    Subject,
    Preheader,
    Brand,
    Signature,
    Footer,
}

/// The lines of a source, by the parts that they came from; nothing for a source that was not put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    stretches: Vec<Stretch>,
    own: Vec<OwnText>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    first: u32,
    last: u32,
    place: Place,
}

impl SourceMap {
    /// Notes lines, both ends included and counted from 1.
    pub(super) fn note(&mut self, first: u32, last: u32, place: Place) {
        self.stretches.push(Stretch { first, last, place });
    }

    /// Notes a text that somebody wrote.
    pub(super) fn note_own(&mut self, own: OwnText) {
        self.own.push(own);
    }

    /// The texts that somebody wrote, in their order.
    pub(super) fn own(&self) -> impl Iterator<Item = &OwnText> {
        self.own.iter()
    }

    /// Whether nothing is known of its lines.
    pub(super) fn is_empty(&self) -> bool {
        self.stretches.is_empty() && self.own.is_empty()
    }

    /// The part that a line came from, the innermost where parts stand within each other.
    pub fn place(&self, line: u32) -> Option<Place> {
        let around = self.stretches.iter().filter(|stretch| stretch.first <= line && line <= stretch.last);
        around.min_by_key(|stretch| stretch.last - stretch.first).map(|stretch| stretch.place)
    }

    /// The block that a line came from.
    pub fn block(&self, line: u32) -> Option<u32> {
        match self.place(line) {
            Some(Place::Block(id)) => Some(id),
            _ => None,
        }
    }
}
