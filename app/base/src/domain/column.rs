//! Columns of a board: their limits, and the ways along the board.

use serde::{Deserialize, Serialize};

use super::ids::ColumnId;

/// Longest name of a column, in characters.
pub const COLUMN_NAME_MAX: u32 = 50;
/// Most columns of a board.
pub const COLUMNS_MAX: usize = 50;
/// Highest limit that a column can have.
pub const LIMIT_MAX: i32 = 9_999;

crate::text_enum!(
    /// On which side of another column.
    Side { Before = "before", After = "after" }
);

crate::text_enum!(
    /// A way along the board, in the direction of reading.
    Shift { Back = "back", On = "on", First = "first", Last = "last" }
);

impl Shift {
    /// The place among `count` columns that it leads to from `at`.
    pub fn target(self, at: usize, count: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Self::Back => at.saturating_sub(1),
            Self::On => (at + 1).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// A place among the columns of a board, told by its neighbours: others may have come and gone meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Between {
    /// None in front of it: it is the first.
    pub after: Option<ColumnId>,
    pub before: Option<ColumnId>,
}

impl Between {
    /// Where a column stands.
    pub fn of(column: ColumnId, order: &[ColumnId]) -> Option<Self> {
        let at = order.iter().position(|other| *other == column)?;
        let after = at.checked_sub(1).and_then(|at| order.get(at)).copied();
        Some(Self { after, before: order.get(at + 1).copied() })
    }

    /// Where a column stands once it has gone a way along the board.
    pub fn after_shift(column: ColumnId, way: Shift, order: &[ColumnId]) -> Option<Self> {
        let at = order.iter().position(|other| *other == column)?;
        let mut moved = order.to_vec();
        moved.remove(at);
        moved.insert(way.target(at, order.len()), column);
        Self::of(column, &moved)
    }

    /// The order after a column has come here: behind the one neighbour, else before the other. Where neither is
    /// there any more, it is the last.
    pub fn place(self, column: ColumnId, order: &[ColumnId]) -> Vec<ColumnId> {
        if !order.contains(&column) {
            return order.to_vec();
        }
        let mut placed: Vec<ColumnId> = order.iter().copied().filter(|other| *other != column).collect();
        let find = |id: Option<ColumnId>| id.and_then(|id| placed.iter().position(|other| *other == id));
        let at = match (find(self.after), find(self.before)) {
            (Some(after), _) => after + 1,
            (None, Some(before)) => before,
            (None, None) if self.after.is_none() && self.before.is_some() => 0,
            (None, None) => placed.len(),
        };
        placed.insert(at, column);
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> [ColumnId; 4] {
        [1, 2, 3, 4].map(|id| ColumnId(uuid::Uuid::from_u128(id)))
    }

    #[test]
    fn a_column_comes_between_its_neighbours_and_back() {
        let order = columns();
        let [a, b, c, d] = order;
        let home = Between::of(b, &order).unwrap();
        assert_eq!(home, Between { after: Some(a), before: Some(c) });
        let moved = Between { after: Some(d), before: None }.place(b, &order);
        assert_eq!(moved, [a, c, d, b]);
        assert_eq!(home.place(b, &moved), order);
        assert_eq!(Between { after: None, before: Some(a) }.place(d, &order), [d, a, b, c]);
        assert_eq!(home.place(b, &order), order, "twice is the same as once");
    }

    #[test]
    fn a_column_whose_neighbours_are_gone_comes_to_the_one_that_is_left() {
        let [a, b, c, gone] = columns();
        let order = [a, b, c];
        assert_eq!(Between { after: Some(gone), before: Some(b) }.place(c, &order), [a, c, b]);
        assert_eq!(Between { after: Some(gone), before: None }.place(a, &order), [b, c, a]);
        assert_eq!(Between { after: None, before: Some(gone) }.place(c, &order), [c, a, b]);
        assert_eq!(Between::default().place(a, &[a]), [a], "the only one stays");
        assert_eq!(Between::default().place(gone, &order), order, "one that is gone goes nowhere");
    }

    #[test]
    fn a_column_that_goes_a_way_along_the_board_stands_between_its_new_neighbours() {
        let order = columns();
        let [a, b, c, d] = order;
        assert_eq!(Between::after_shift(b, Shift::Back, &order), Some(Between { after: None, before: Some(a) }));
        assert_eq!(Between::after_shift(b, Shift::On, &order), Some(Between { after: Some(c), before: Some(d) }));
        assert_eq!(Between::after_shift(d, Shift::On, &order), Between::of(d, &order), "the last stays");
        assert_eq!(Between::after_shift(a, Shift::On, &[b, c]), None, "one that is gone goes nowhere");
    }

    #[test]
    fn a_column_stays_on_the_board() {
        assert_eq!(Shift::Back.target(0, 4), 0);
        assert_eq!(Shift::On.target(3, 4), 3);
        assert_eq!(Shift::On.target(1, 4), 2);
        assert_eq!((Shift::First.target(2, 4), Shift::Last.target(2, 4)), (0, 3));
    }
}
