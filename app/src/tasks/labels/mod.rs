//! The labels of a project as pages: all of them, and one with its forms. Shows [`LabelsPage`] and
//! [`LabelPage`].

pub mod api;
mod label_page;
mod labels_page;

pub use label_page::LabelPage;
pub use labels_page::LabelsPage;
