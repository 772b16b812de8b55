//! The frames that charts are laid out in.

/// How a chart is laid out, in pixels. Charts of rows are as high as their rows, the others as their frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub width: u32,
    pub height: u32,
    /// Kept free at the left of rows: the white ground of a mail's picture shows in dark.
    pub edge: i32,
    pub totals: Totals,
}

/// Whether the names at the lines' ends carry the totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Totals {
    Shown,
    Hidden,
}

impl Frame {
    /// Beside other panels of a page.
    pub const PAGE: Self = Self { width: 640, height: 230, edge: 0, totals: Totals::Hidden };
    /// On a phone or in a small panel, where the wide one would shrink until nobody can read it.
    pub const NARROW: Self = Self { width: 360, height: 220, edge: 0, totals: Totals::Hidden };
    /// In a mail of 600 pixels.
    pub const MAIL: Self = Self { width: 536, height: 200, edge: 10, totals: Totals::Shown };
    /// In a column of such a mail, 256 pixels wide, or beneath each other on a phone.
    pub const COLUMN: Self = Self { width: 300, height: 190, edge: 8, totals: Totals::Hidden };
}
