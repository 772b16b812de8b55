//! Tasks: the board, one task, what is archived. Shows its pages, and its services to other features.

mod actions_page;
pub mod api;
mod archive_page;
mod board;
mod filter_bar;
mod home_page;
mod list;
mod new_page;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod service;
mod tabs;
mod task;
pub mod view;

pub use actions_page::ActionsPage;
pub use archive_page::ArchivePage;
pub use board::BoardPage;
pub use home_page::BoardHomePage;
pub use list::ListPage;
pub use new_page::NewTaskPage;
pub use task::{TaskDrawer, TaskPage};

use task::submit_form_of;
