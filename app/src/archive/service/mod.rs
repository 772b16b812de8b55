//! Rules of the archive that need the database: [`list`] and [`read`] find reports, [`files`] gives their bytes,
//! [`compare`] sets two side by side, [`resend`] sends one again, [`retention`] lets go of old ones.

pub mod compare;
pub mod files;
pub mod list;
pub mod read;
pub mod resend;
pub mod retention;
mod rows;
mod sight;
mod tasks;
