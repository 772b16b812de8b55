//! The calendar of a project: tasks on the days they are due, moved by hand, by keys, and by plain forms.

mod calendar_page;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake moves days"))]
mod grid;
mod hands;
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake moves days"))]
mod unsent;

#[cfg(feature = "hydrate")]
mod drag;

pub use calendar_page::CalendarPage;
pub use unsent::provide_days;
