//! Columns of a board: their limits, and the ways along the board.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_stays_on_the_board() {
        assert_eq!(Shift::Back.target(0, 4), 0);
        assert_eq!(Shift::On.target(3, 4), 3);
        assert_eq!(Shift::On.target(1, 4), 2);
        assert_eq!((Shift::First.target(2, 4), Shift::Last.target(2, 4)), (0, 3));
    }
}
