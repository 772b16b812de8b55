//! People: signing up, in and out, profiles. Shows [`api`] to pages, [`service`] to the server.

pub mod api;
mod group_page;
mod groups_page;
mod new_password_field;
mod new_person_page;
pub mod people_api;
mod people_page;
mod person_page;
mod profile_page;
mod security_page;
pub mod security_view;
#[cfg(feature = "ssr")]
pub mod service;
mod set_password_page;
mod sign_in_page;
mod sign_up_page;
mod zone_field;

pub use group_page::GroupPage;
pub use groups_page::GroupsPage;
pub use new_password_field::NewPasswordField;
pub use new_person_page::NewPersonPage;
pub use people_page::PeoplePage;
pub use person_page::PersonPage;
pub use profile_page::ProfilePage;
pub use security_page::SecurityPage;
pub use set_password_page::SetPasswordPage;
pub use sign_in_page::SignInPage;
pub use sign_up_page::SignUpPage;
pub use zone_field::ZoneField;
