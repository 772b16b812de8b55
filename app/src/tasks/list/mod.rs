//! The list of a project's tasks: ordered, narrowed, edited in place, a page at a time.

mod cells;
mod choices;
mod list_page;
mod table;

pub use list_page::ListPage;
