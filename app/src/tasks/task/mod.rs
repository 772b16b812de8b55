//! One task: in a drawer over its board and on a page of its own. Each property is a small form of
//! its own that works plainly, and saves by itself once the page is awake.

mod actions;
pub mod api;
mod checklist;
mod comments;
mod conflict;
mod description;
mod draft;
mod drawer;
mod files;
mod history;
mod kept_text;
mod labels;
mod links;
mod mention_field;
mod new_texts;
mod notes;
mod people;
mod properties;
mod row_menu;
mod saving;
mod series;
mod submit;
mod task_page;
mod task_view;
mod title;

pub use actions::{PutAway, archiving, trashing};
pub use draft::close;
pub use drawer::TaskDrawer;
pub use history::UndoMove;
pub use properties::{DueForm, PriorityForm};
pub use saving::{TaskState, save_state, told};
pub use submit::submit_form_of;
pub use task_page::TaskPage;
