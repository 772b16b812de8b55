//! One task: in a drawer over its board and on a page of its own. Each property is a small form of
//! its own that works plainly, and saves by itself once the page is awake.

mod checklist;
mod comments;
mod conflict;
mod description;
mod drawer;
mod history;
mod people;
mod properties;
mod saving;
mod submit;
mod task_page;
mod task_view;
mod title;

pub use drawer::TaskDrawer;
pub use properties::{DueForm, PriorityForm};
pub use saving::TaskState;
pub use submit::submit_form_of;
pub use task_page::TaskPage;
