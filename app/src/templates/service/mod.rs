//! The way of a template: [`drafts`] keeps what somebody works on, [`versions`] what is published, [`library`] lists all.

pub mod access;
pub mod compare;
pub mod drafts;
pub mod exchange;
pub mod forms;
pub mod library;
pub mod logo;
pub mod versions;
