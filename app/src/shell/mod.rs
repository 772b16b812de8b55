//! The frame around every page: navigation, head, live regions, messages. Shows [`Shell`] and the
//! session that the server wrote into the page, and [`STALE_EVENT`] for the frame's script.

pub mod api;
mod arrival;
mod head;
#[allow(unsafe_code, reason = "generated at the split points between WebAssembly modules")]
mod keys;
mod nav;
mod outage;
#[allow(unsafe_code, reason = "generated at the split points between WebAssembly modules")]
mod palette;
mod recent;
#[cfg(feature = "ssr")]
mod service;
mod session;
mod shell_view;
mod sign_in_again;
mod signed_out;
mod stale;
mod whom_to_ask;

pub use keys::KeysPage;
pub use nav::MorePage;
pub use session::{Session, provide_session};
pub use shell_view::Shell;
pub use stale::STALE_EVENT;
