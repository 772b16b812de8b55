//! The list of a project's tasks: ordered, narrowed, edited in place, a page at a time.

mod bulk_form;
mod cells;
mod choices;
mod list_page;
mod table;
mod title;

pub use bulk_form::{Bulk, tell};
pub use list_page::ListPage;
