//! Saved views of a board: in the toolbar's menu, and as a page. Shows [`SavedViewsPage`] and [`ViewsMenu`].

pub mod api;
mod views_menu;
mod views_page;

pub use views_menu::ViewsMenu;
pub use views_page::SavedViewsPage;
