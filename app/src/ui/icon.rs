//! Icons from the sprite.

use leptos::prelude::*;

use super::sprite::Sprite;

/// An icon beside words that say the same.
#[component]
pub fn Icon(name: &'static str, #[prop(default = "icon")] class: &'static str) -> impl IntoView {
    let sprite = use_context::<Sprite>().map(|sprite| sprite.0).unwrap_or_default();
    view! { <svg class=class aria-hidden="true"><use href=format!("{sprite}#{name}")></use></svg> }
}
