//! The status of the page's answer: set by the server, nothing to do in the browser.

#[cfg(feature = "ssr")]
pub use crate::platform::page::set_status;

#[cfg(not(feature = "ssr"))]
pub use browser::set_status;

#[cfg(not(feature = "ssr"))]
mod browser {
    /// The answer came long ago.
    pub fn set_status(_status: u16) {}
}
