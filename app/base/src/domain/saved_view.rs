//! Saved views: names for addresses of a board.

/// Longest name of a saved view, in characters.
pub const VIEW_NAME_MAX: u32 = 60;
/// Most views that one person saves in a project.
pub const VIEWS_MAX: u64 = 100;
