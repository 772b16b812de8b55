//! Small components that belong to no feature.

mod auth_frame;
mod avatar;
mod chart;
#[cfg(feature = "hydrate")]
pub mod clipboard;
mod combobox;
mod copy_button;
mod dead_link;
mod details;
mod diff_table;
mod modules;
mod empty;
mod error_page;
mod field;
mod file_form;
mod first_day;
mod form;
mod glyph;
mod icon;
pub mod keys;
#[cfg(feature = "hydrate")]
pub mod listeners;
pub mod listbox;
mod loading;
mod marks;
mod notice;
mod once_more;
mod page;
mod page_title;
mod passage;
mod pause;
#[cfg(feature = "hydrate")]
pub mod placing;
mod reach;
mod regions;
mod resource;
mod response;
mod rest;
mod session_end;
mod settings_page;
mod several;
mod sprite;
pub mod tab_storage;
mod textarea;
pub mod toast;

pub use auth_frame::AuthFrame;
pub use avatar::Avatar;
pub use chart::{Chart, ChartFigure, Picture, ROWS as CHART_ROWS};
pub use combobox::Combobox;
#[cfg(feature = "hydrate")]
pub use combobox::enters;
pub use copy_button::CopyButton;
pub use dead_link::DeadLink;
pub use details::is_toggled_open;
pub use diff_table::diff_table;
pub use empty::Empty;
pub use error_page::{ErrorPage, NotFoundPage, WhomToAsk};
pub use field::{Choice, SelectField, TextAreaField, TextField, is_same_text};
pub use file_form::FileForm;
pub use first_day::{FirstDay, first_day};
pub use form::{ErrorSummary, KeptRefusal, action_error, base_version, plain_error, provide_url_error, query_error};
pub use glyph::Glyph;
pub use icon::Icon;
pub use loading::{Loading, Outline};
pub use marks::{PriorityMark, StatusMark};
pub use modules::preload_module;
pub use notice::Notice;
pub use once_more::{OnceMore, reread};
pub use page::Page;
pub use page_title::page_title;
pub use passage::{OnTheWay, Passage, coming, on_the_way, pending};
pub use pause::{Pause, TYPING};
pub use reach::Reach;
pub use regions::DialogRegions;
#[cfg(feature = "hydrate")]
pub use regions::region;
pub use resource::{PageResource, blocking_resource, resource};
pub use rest::rest;
pub use session_end::{Moment, SIGNED_OUT_EVENT, SessionEnd, Told};
pub use settings_page::SettingsPage;
pub use several::Several;
pub use sprite::provide_sprite;
pub use textarea::textarea_html;
