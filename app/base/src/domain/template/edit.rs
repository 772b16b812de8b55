//! What a person does to a document: blocks are added, moved, copied and removed. The designer and plain forms do it by
//! the same calls.

use std::{fmt, str::FromStr};

use super::{
    Block, BlockKind, Body, Document, When,
    block::{BLOCKS_MAX, TaskFilter},
    compile::{compile, every_block},
};
use crate::text_enum;

/// A list of blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shelf {
    /// That of the mail itself.
    #[default]
    Page,
    /// That of a column, by the block of the columns.
    Left(u32),
    Right(u32),
}

/// A place in a list of blocks, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub shelf: Shelf,
    pub index: usize,
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page => f.write_str("page"),
            Self::Left(id) => write!(f, "left-{id}"),
            Self::Right(id) => write!(f, "right-{id}"),
        }
    }
}

impl FromStr for Shelf {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        let id = |text: &str| text.parse().map_err(|_| ());
        match word.split_once('-') {
            None if word == "page" => Ok(Self::Page),
            Some(("left", text)) => id(text).map(Self::Left),
            Some(("right", text)) => id(text).map(Self::Right),
            _ => Err(()),
        }
    }
}

impl Shelf {
    /// Where the list stands, in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Page => "in the mail",
            Self::Left(_) => "in the left column",
            Self::Right(_) => "in the right column",
        }
    }
}

text_enum!(
    /// A way between the mail and its columns, by one button.
    Crossing {
        Left = "to_left",
        Right = "to_right",
        Out = "out",
    }
);

/// A way that a block can take now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub crossing: Crossing,
    /// Where it ends, counted without the block.
    pub spot: Spot,
    /// What its button says: where the block goes.
    pub words: &'static str,
}

impl Document {
    /// All blocks, those in columns behind the one that holds them.
    pub fn every_block(&self) -> Vec<&Block> {
        every_block(self.blocks().unwrap_or_default())
    }

    /// A block by its id.
    pub fn block(&self, id: u32) -> Option<&Block> {
        self.every_block().into_iter().find(|block| block.id == id)
    }

    /// The same, to be changed.
    pub fn block_mut(&mut self, id: u32) -> Option<&mut Block> {
        let Spot { shelf, index } = self.spot_of(id)?;
        self.shelf_mut(shelf)?.get_mut(index)
    }

    /// How its lists of tasks are narrowed, to be changed; nothing in a source of somebody's own.
    pub fn filters_mut(&mut self) -> Vec<&mut TaskFilter> {
        match &mut self.body {
            Body::Blocks { blocks } => filters_in(blocks),
            Body::Html { .. } | Body::Mjml { .. } => Vec::new(),
        }
    }

    /// The blocks of a list.
    pub fn shelf(&self, shelf: Shelf) -> Option<&[Block]> {
        let blocks = self.blocks()?;
        let holder = |id: u32| blocks.iter().find(|block| block.id == id).map(|block| &block.kind);
        match shelf {
            Shelf::Page => Some(blocks),
            Shelf::Left(id) => match holder(id)? {
                BlockKind::Columns { left, .. } => Some(left),
                _ => None,
            },
            Shelf::Right(id) => match holder(id)? {
                BlockKind::Columns { right, .. } => Some(right),
                _ => None,
            },
        }
    }

    fn shelf_mut(&mut self, shelf: Shelf) -> Option<&mut Vec<Block>> {
        let Body::Blocks { blocks } = &mut self.body else { return None };
        let (id, is_left) = match shelf {
            Shelf::Page => return Some(blocks),
            Shelf::Left(id) => (id, true),
            Shelf::Right(id) => (id, false),
        };
        match &mut blocks.iter_mut().find(|block| block.id == id)?.kind {
            BlockKind::Columns { left, right } => Some(if is_left { left } else { right }),
            _ => None,
        }
    }

    /// Where a block stands.
    pub fn spot_of(&self, id: u32) -> Option<Spot> {
        let mut shelves = vec![Shelf::Page];
        for block in self.blocks()? {
            if matches!(block.kind, BlockKind::Columns { .. }) {
                shelves.extend([Shelf::Left(block.id), Shelf::Right(block.id)]);
            }
        }
        let in_shelf = |shelf: Shelf| {
            let index = self.shelf(shelf)?.iter().position(|block| block.id == id)?;
            Some(Spot { shelf, index })
        };
        shelves.into_iter().find_map(in_shelf)
    }

    /// The place behind a block, in its own list; the end of the mail without one.
    pub fn spot_after(&self, id: Option<u32>) -> Spot {
        let after = id.and_then(|id| self.spot_of(id)).map(|spot| Spot { index: spot.index + 1, ..spot });
        after.unwrap_or(Spot { shelf: Shelf::Page, index: self.blocks().unwrap_or_default().len() })
    }

    /// Adds a block and returns its id; nothing where there are too many, or where columns would stand in columns.
    pub fn add(&mut self, kind: BlockKind, spot: Spot) -> Option<u32> {
        let id = self.free_ids().next()?;
        self.place(Block { id, kind, when: When::Always }, spot).then_some(id)
    }

    /// Moves a block; the place is counted without it. Whether anything has moved.
    pub fn put(&mut self, id: u32, spot: Spot) -> bool {
        let Some(from) = self.spot_of(id) else { return false };
        let is_inside = matches!(spot.shelf, Shelf::Left(holder) | Shelf::Right(holder) if holder == id);
        if from == spot || is_inside {
            return false;
        }
        let before = self.clone();
        let Some(block) = self.take(id) else { return false };
        let has_moved = self.place(block, spot);
        if !has_moved {
            *self = before;
        }
        has_moved
    }

    /// Moves a block by one place in its list. Whether it could.
    pub fn step(&mut self, id: u32, is_up: bool) -> bool {
        let Some(Spot { shelf, index }) = self.spot_of(id) else { return false };
        let count = self.shelf(shelf).map_or(0, <[Block]>::len);
        let to = if is_up { index.checked_sub(1) } else { Some(index + 1).filter(|to| *to < count) };
        to.is_some_and(|index| self.put(id, Spot { shelf, index }))
    }

    /// The ways between the mail and columns that a block can take: into the columns that stand nearest to it, from one
    /// column into the other, and out of them.
    pub fn ways(&self, id: u32) -> Vec<Way> {
        let (Some(block), Some(spot)) = (self.block(id), self.spot_of(id)) else { return Vec::new() };
        if matches!(block.kind, BlockKind::Columns { .. }) {
            return Vec::new();
        }
        let way = |crossing, spot, words| Way { crossing, spot, words };
        let out = |holder| way(Crossing::Out, self.spot_after(Some(holder)), "Move out of the columns");
        match spot.shelf {
            Shelf::Page => self.ways_into(spot.index),
            Shelf::Left(holder) => {
                let spot = Spot { shelf: Shelf::Right(holder), ..spot };
                vec![way(Crossing::Right, spot, "Move into the right column"), out(holder)]
            }
            Shelf::Right(holder) => {
                let spot = Spot { shelf: Shelf::Left(holder), ..spot };
                vec![way(Crossing::Left, spot, "Move into the left column"), out(holder)]
            }
        }
    }

    /// From a place in the mail into the nearest columns: to the end of those above, to the beginning of those below, so
    /// that what is read one after the other stays so.
    fn ways_into(&self, index: usize) -> Vec<Way> {
        let blocks = self.blocks().unwrap_or_default();
        let columns = blocks.iter().enumerate().filter_map(|(at, block)| match &block.kind {
            BlockKind::Columns { left, right } => Some((at, block.id, [left.len(), right.len()])),
            _ => None,
        });
        let Some((at, holder, lengths)) = columns.clone().min_by_key(|(at, ..)| at.abs_diff(index)) else {
            return Vec::new();
        };
        let is_above = at < index;
        let [end_of_left, end_of_right] = if is_above { lengths } else { [0, 0] };
        let [to_left, to_right] = match (columns.count(), is_above) {
            (1, _) => ["Move into the left column", "Move into the right column"],
            (_, true) => ["Move into the left column above", "Move into the right column above"],
            (_, false) => ["Move into the left column below", "Move into the right column below"],
        };
        let left = Spot { shelf: Shelf::Left(holder), index: end_of_left };
        let right = Spot { shelf: Shelf::Right(holder), index: end_of_right };
        vec![
            Way { crossing: Crossing::Left, spot: left, words: to_left },
            Way { crossing: Crossing::Right, spot: right, words: to_right },
        ]
    }

    /// Takes a block one of its [ways](Self::ways). Whether it could.
    pub fn cross(&mut self, id: u32, crossing: Crossing) -> bool {
        let way = self.ways(id).into_iter().find(|way| way.crossing == crossing);
        way.is_some_and(|way| self.put(id, way.spot))
    }

    /// Puts a copy behind a block and returns its id.
    pub fn duplicate(&mut self, id: u32) -> Option<u32> {
        let spot = self.spot_after(Some(self.block(id)?.id));
        let mut copy = self.block(id)?.clone();
        let mut fresh = self.free_ids();
        copy.id = fresh.next()?;
        if let BlockKind::Columns { left, right } = &mut copy.kind {
            for (inner, id) in left.iter_mut().chain(right).zip(fresh) {
                inner.id = id;
            }
        }
        let id = copy.id;
        self.place(copy, spot).then_some(id)
    }

    /// Takes a block out, with what stands in it.
    pub fn take(&mut self, id: u32) -> Option<Block> {
        let Spot { shelf, index } = self.spot_of(id)?;
        Some(self.shelf_mut(shelf)?.remove(index))
    }

    /// Leaves the blocks for their source, the one way: what is sent stays the same.
    pub fn to_source(&mut self) {
        if self.blocks().is_none() {
            return;
        }
        let source = compile(self);
        self.preheader = source.preheader.unwrap_or_default();
        // A text that was derived is derived from the source from here on.
        self.body = Body::Html { source: source.html };
    }

    fn place(&mut self, block: Block, spot: Spot) -> bool {
        let is_nested = spot.shelf != Shelf::Page && matches!(block.kind, BlockKind::Columns { .. });
        let many = self.every_block().len() + every_block(std::slice::from_ref(&block)).len();
        if is_nested || many > BLOCKS_MAX {
            return false;
        }
        let Some(shelf) = self.shelf_mut(spot.shelf) else { return false };
        shelf.insert(spot.index.min(shelf.len()), block);
        true
    }
}

/// Those of some blocks, those in columns included.
fn filters_in(blocks: &mut [Block]) -> Vec<&mut TaskFilter> {
    let mut filters = Vec::new();
    for block in blocks {
        match &mut block.kind {
            BlockKind::TaskList { filter, .. } | BlockKind::Table { filter, .. } => filters.push(filter),
            BlockKind::Columns { left, right } => {
                filters.extend(filters_in(left));
                filters.extend(filters_in(right));
            }
            _ => {}
        }
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let block = |id, kind| Block { id, kind, when: When::Always };
        let columns = BlockKind::Columns { left: vec![block(4, BlockKind::Divider)], right: Vec::new() };
        let blocks = vec![block(1, BlockKind::Divider), block(2, BlockKind::Summary { limit: 3 }), block(3, columns)];
        Document { body: Body::Blocks { blocks }, ..Document::blank() }
    }

    fn ids(document: &Document, shelf: Shelf) -> Vec<u32> {
        document.shelf(shelf).unwrap_or_default().iter().map(|block| block.id).collect()
    }

    #[test]
    fn a_block_moves_within_its_list_and_into_a_column() {
        let mut it = document();
        assert!(it.step(2, true) && !it.step(2, true), "the first one stays");
        assert_eq!(ids(&it, Shelf::Page), [2, 1, 3]);
        assert!(it.put(1, Spot { shelf: Shelf::Left(3), index: 1 }));
        assert_eq!((ids(&it, Shelf::Page), ids(&it, Shelf::Left(3))), (vec![2, 3], vec![4, 1]));
        assert!(it.put(4, Spot { shelf: Shelf::Page, index: 99 }));
        assert_eq!(ids(&it, Shelf::Page), [2, 3, 4]);
    }

    #[test]
    fn columns_go_into_no_column_and_nothing_is_lost_by_trying() {
        let mut it = document();
        let before = it.clone();
        assert!(!it.put(3, Spot { shelf: Shelf::Right(3), index: 0 }));
        assert_eq!(
            it.add(
                BlockKind::Columns { left: Vec::new(), right: Vec::new() },
                Spot { shelf: Shelf::Left(3), index: 0 }
            ),
            None
        );
        assert!(!it.put(2, Spot { shelf: Shelf::Left(1), index: 0 }), "a divider has no columns");
        assert_eq!(it, before);
    }

    #[test]
    fn buttons_lead_into_the_columns_across_and_out_and_say_so() {
        let words = |it: &Document, id| it.ways(id).iter().map(|way| way.words).collect::<Vec<_>>();
        let mut it = document();
        assert_eq!(words(&it, 1), ["Move into the left column", "Move into the right column"]);
        assert!(it.cross(2, Crossing::Left));
        assert_eq!((ids(&it, Shelf::Page), ids(&it, Shelf::Left(3))), (vec![1, 3], vec![2, 4]), "it came from above");
        assert_eq!(words(&it, 2), ["Move into the right column", "Move out of the columns"]);
        assert!(it.cross(4, Crossing::Right) && it.cross(4, Crossing::Out));
        assert_eq!(ids(&it, Shelf::Page), [1, 3, 4]);
        assert!(it.cross(4, Crossing::Left));
        assert_eq!(ids(&it, Shelf::Left(3)), [2, 4], "it came from below");
        assert_eq!(words(&it, 3), [""; 0], "columns go into no columns");
        assert!(!it.cross(3, Crossing::Left) && !it.cross(1, Crossing::Out) && !it.cross(99, Crossing::Right));
    }

    #[test]
    fn of_several_columns_the_nearest_are_meant() {
        let mut it = document();
        let columns = BlockKind::Columns { left: Vec::new(), right: Vec::new() };
        let top = it.add(columns, Spot { shelf: Shelf::Page, index: 0 }).unwrap();
        assert_eq!(ids(&it, Shelf::Page), [top, 1, 2, 3]);
        assert_eq!(it.ways(1)[0].words, "Move into the left column above");
        assert_eq!(it.ways(2)[1].words, "Move into the right column below");
        assert!(it.cross(2, Crossing::Right) && it.cross(1, Crossing::Right));
        assert_eq!((ids(&it, Shelf::Right(top)), ids(&it, Shelf::Right(3))), (vec![1], vec![2]));
        let mut without = Document::blank();
        let alone = without.add(BlockKind::Divider, without.spot_after(None)).unwrap();
        assert!(without.ways(alone).is_empty(), "there are no columns");
    }

    #[test]
    fn a_copy_stands_behind_its_original_with_ids_of_its_own() {
        let mut it = document();
        assert_eq!(it.duplicate(3), Some(5));
        assert_eq!((ids(&it, Shelf::Page), ids(&it, Shelf::Left(5))), (vec![1, 2, 3, 5], vec![6]));
        assert_eq!(it.check(), Ok(()));
    }

    #[test]
    fn what_is_added_stands_behind_the_block_that_is_named_and_never_beyond_the_limit() {
        let mut it = document();
        let spot = it.spot_after(Some(4));
        assert_eq!(it.add(BlockKind::Divider, spot), Some(5));
        assert_eq!(ids(&it, Shelf::Left(3)), [4, 5]);
        while it.add(BlockKind::Divider, it.spot_after(None)).is_some() {}
        assert_eq!(it.every_block().len(), BLOCKS_MAX);
        assert_eq!(it.duplicate(1), None);
    }

    #[test]
    fn the_largest_id_that_there_is_leaves_others_for_new_blocks() {
        let mut it = document();
        let last = Block { id: u32::MAX, kind: BlockKind::Divider, when: When::Always };
        if let Body::Blocks { blocks } = &mut it.body {
            blocks.push(last);
        }
        let end = it.spot_after(None);
        assert_eq!(it.add(BlockKind::Divider, end), Some(5), "the first one between");
        assert_eq!(it.duplicate(3), Some(6), "columns, with what stands in them");
        assert_eq!(ids(&it, Shelf::Left(6)), [7]);
        assert_eq!(it.check(), Ok(()));
    }

    #[test]
    fn a_list_is_named_by_a_word_and_found_by_it() {
        for shelf in [Shelf::Page, Shelf::Left(7), Shelf::Right(12)] {
            assert_eq!(shelf.to_string().parse(), Ok(shelf));
        }
        assert_eq!("left-x".parse::<Shelf>(), Err(()));
    }
}
