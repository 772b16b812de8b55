//! Reports: what one is made of, how it looks, and the commit that keeps it. Shows [`service`] to jobs, which run
//! reports, and to the archive, which shows them again.

#[cfg(feature = "ssr")]
pub mod service;
