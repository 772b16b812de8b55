//! The way of a template: [`drafts`] keeps what somebody works on, [`versions`] what is published, [`library`] lists all. [`writing`] fills in a
//! document for its readers, [`preview`] shows a draft, [`test`] sends it ([`told`] is how a page without JavaScript hears of it), [`held`] says what had to be stopped too often. [`narrowing`] is what lists of tasks can be narrowed to.

pub mod access;
pub mod compare;
pub mod drafts;
pub mod exchange;
mod faults;
pub mod forms;
pub mod held;
pub mod library;
pub mod logo;
pub mod narrowing;
pub mod preview;
pub mod test;
pub mod told;
pub mod versions;
pub mod writing;
