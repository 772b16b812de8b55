//! What everything else stands on: errors, domain rules and entities. A crate of its own, because its figures are
//! busy at run time and optimised for speed, while the pages above are optimised for size.
//!
//! The floor plan, as in `app/src/lib.rs`: a module may use what stands above it in this list, never what stands below.

pub mod error;
pub mod domain;
#[cfg(feature = "ssr")]
pub mod entities;
