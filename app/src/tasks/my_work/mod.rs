//! The person's own tasks over all projects: `/my-work`.

mod my_work_page;

pub use my_work_page::MyWorkPage;
