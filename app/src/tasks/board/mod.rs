//! The board: lists of cards that are dragged, walked and filtered. Shows [`BoardPage`],
//! [`OpenBoard`] so that a task's drawer can refresh its card, and [`Here`] for the head of the site.

#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "nobody listens to the server"))]
mod announce;
mod board_page;
mod bulk_bar;
mod card_menu;
mod chips;
mod card_view;
mod column_menu;
mod column_view;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake changes cards"))]
mod edits;
mod filter_menu;
mod hands;
mod lanes;
mod lanes_menu;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake moves cards"))]
mod lanes_of_cards;
mod lift_bar;
mod list_switch;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake moves lists"))]
mod lists;
mod look_menu;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake hears of others"))]
mod live;
mod more;
mod move_dialog;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake moves cards"))]
mod moves_of_many;
mod open;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake takes anything back"))]
mod past;
mod pickers;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake moves cards"))]
mod places;
mod popover;
mod presence;
mod quick_add;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake selects"))]
mod select;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake sends"))]
mod sender;
mod sight;
mod state;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only keys undo and redo"))]
mod steps;
mod title_conflict;
mod title_edit;
mod toolbar;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake picks"))]
mod tools;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only keys undo and redo"))]
mod undo;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server moves nothing, so it tells nothing"))]
mod words;
mod window;

#[cfg(test)]
mod testing;

#[cfg(feature = "hydrate")]
mod browser_time;
#[cfg(feature = "hydrate")]
pub mod dom;
#[cfg(feature = "hydrate")]
pub mod drag;
#[cfg(feature = "hydrate")]
mod focus;
#[cfg(any(feature = "hydrate", test))]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the tests check the rules, not the constants"))]
pub mod geometry;
#[cfg(feature = "hydrate")]
mod keyboard;

pub use announce::{Urgency, say};
pub use board_page::BoardPage;
pub use hands::{every_minute, focus_element, focus_soon, on_escape, on_step};
pub use live::{Bars, Link, Live};
pub use open::OpenBoard;
pub use past::{Named, NextOp, Rewind, last_sent};
pub use popover::hide as hide_popover;
pub use presence::{Here, provide_others};
pub use sender::{Sender, is_out_of_reach, new_op};
pub use steps::provide_steps;
pub use words::{archived_toast, moved_toast, restored_toast, still_blocked};
