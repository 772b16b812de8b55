//! A person as two letters on one of four tints.

use leptos::prelude::*;

use crate::domain::account;

/// A person's initials; the name is what assistive technology hears.
#[component]
pub fn Avatar(#[prop(into)] name: String) -> impl IntoView {
    view! {
        <span class="avatar" role="img" data-hue=account::avatar_hue(&name).to_string() aria-label=name.clone() title=name.clone()>
            {account::initials(&name)}
        </span>
    }
    .into_any()
}
