//! The field in which somebody chooses a password.

use leptos::prelude::*;

use crate::{domain::account::PASSWORD_MIN, error::AppError, ui::TextField};

/// A field for a new password, with what makes a good one.
#[component]
pub fn NewPasswordField(
    #[prop(default = "Password")] label: &'static str,
    #[prop(into)] error: Signal<Option<AppError>>,
) -> impl IntoView {
    let hint = format!("{PASSWORD_MIN} characters or more. A few words that belong to nobody else are good.");
    view! { <TextField label=label name="password" kind="password" autocomplete="new-password" hint=hint error=error required=true /> }
}
