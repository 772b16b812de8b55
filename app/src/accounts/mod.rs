//! People: signing up, in and out, profiles. Shows [`api`] to pages, [`service`] to the server.

pub mod api;
mod auth_frame;
mod profile_page;
#[cfg(feature = "ssr")]
pub mod service;
mod sign_in_page;
mod sign_up_page;
mod zone_field;

pub use profile_page::ProfilePage;
pub use sign_in_page::SignInPage;
pub use sign_up_page::SignUpPage;
pub use zone_field::ZoneField;
