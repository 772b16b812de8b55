//! What a person does to a document: blocks are added, moved, copied and removed. The designer and plain forms do it by
//! the same calls.

use std::{fmt, str::FromStr};

use super::{
    Block, BlockKind, Body, Document, When,
    block::BLOCKS_MAX,
    compile::{compile, every_block},
};

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
        let id = self.next_id();
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

    /// Puts a copy behind a block and returns its id.
    pub fn duplicate(&mut self, id: u32) -> Option<u32> {
        let spot = self.spot_after(Some(self.block(id)?.id));
        let mut copy = self.block(id)?.clone();
        let mut next = self.next_id();
        let mut fresh = || {
            next += 1;
            next - 1
        };
        copy.id = fresh();
        if let BlockKind::Columns { left, right } = &mut copy.kind {
            left.iter_mut().chain(right).for_each(|inner| inner.id = fresh());
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
    fn a_list_is_named_by_a_word_and_found_by_it() {
        for shelf in [Shelf::Page, Shelf::Left(7), Shelf::Right(12)] {
            assert_eq!(shelf.to_string().parse(), Ok(shelf));
        }
        assert_eq!("left-x".parse::<Shelf>(), Err(()));
    }
}
