//! The columns of a board as pages: all of them in their order, and one with its forms. Shows
//! [`ColumnsPage`] and [`ColumnPage`].

pub mod api;
mod column_page;
mod columns_page;

pub use column_page::ColumnPage;
pub use columns_page::ColumnsPage;
