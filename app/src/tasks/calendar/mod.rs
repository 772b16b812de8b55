//! The calendar of a project: tasks on the days they are due, moved by hand, by keys, and by plain forms.

mod calendar_page;
mod grid;
mod hands;

#[cfg(feature = "hydrate")]
mod drag;

pub use calendar_page::CalendarPage;
