//! Alarms: what the owner of a job must hear of, in the app and by mail, and pings for somebody outside. Shows services
//! the way to raise one, pages the form of a ping, and the page where people choose what comes by mail.

pub mod api;
mod ping_panel;
#[cfg(feature = "ssr")]
pub mod service;
mod settings_page;
pub mod view;

pub use ping_panel::JobPing;
pub use settings_page::AlarmsPage;
