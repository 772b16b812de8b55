//! Which part of a document a line of its source came from: a fault at a line names the block.

use serde::{Deserialize, Serialize};

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

/// The lines of a source, by the parts that they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap(Vec<Stretch>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    first: u32,
    last: u32,
    place: Place,
}

impl SourceMap {
    /// Notes lines, both ends included and counted from 1.
    pub(super) fn note(&mut self, first: u32, last: u32, place: Place) {
        self.0.push(Stretch { first, last, place });
    }

    /// The part that a line came from, the innermost where parts stand within each other.
    pub fn place(&self, line: u32) -> Option<Place> {
        let around = self.0.iter().filter(|stretch| stretch.first <= line && line <= stretch.last);
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
