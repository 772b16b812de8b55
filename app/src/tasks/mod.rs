//! Tasks: the board, one task, what is archived. Shows its pages, and its services to other features.

mod actions_page;
pub mod api;
mod archive_page;
mod board;
mod calendar;
mod columns;
mod filter_bar;
mod filter_fields;
mod follow;
mod form_query;
mod held;
mod home_page;
mod labels;
mod list;
mod my_work;
mod new_page;
pub mod parts;
mod notes_table;
mod saved;
#[cfg(feature = "ssr")]
pub mod service;
mod shelf_bar;
mod tabs;
mod task;
mod trash_page;
pub mod view;
pub mod views;
pub mod views_api;

pub use actions_page::ActionsPage;
pub use archive_page::ArchivePage;
pub use board::{BoardPage, Here, Urgency, provide_others, provide_steps, say};
// What other pages drag with.
#[cfg(feature = "hydrate")]
pub use board::{dom, drag, geometry};
pub use calendar::{CalendarPage, provide_days};
pub use columns::{ColumnPage, ColumnsPage};
pub use home_page::BoardHomePage;
pub use labels::{LabelPage, LabelsPage};
pub use list::ListPage;
pub use my_work::MyWorkPage;
pub use new_page::NewTaskPage;
pub use notes_table::NotesPage;
pub use saved::SavedViewsPage;
pub use task::{TaskDrawer, TaskPage};
pub use trash_page::TrashPage;

use task::submit_form_of;
