//! The frame around every page: navigation, head, live regions, messages. Shows [`Shell`] and the
//! session that the server wrote into the page.

mod arrival;
mod head;
mod nav;
mod session;
mod shell_view;

pub use nav::MorePage;
pub use session::{Session, provide_session};
pub use shell_view::Shell;
