//! Copies a text. The button is there only where a script may write to the clipboard; elsewhere the text beside it can
//! be selected.

use leptos::prelude::*;

use super::Icon;

/// A button that copies `text`.
#[component]
pub fn CopyButton(
    #[prop(into)] text: String,
    /// What it copies, such as "Copy the link"; its name.
    #[prop(into)]
    label: String,
    /// Whether the name is written on it; else it is an icon.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let (can_copy, is_copied) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| can_copy.set(has_clipboard()));
    let class = if wide { "btn" } else { "icon-btn" };
    move || {
        let (text, label) = (text.clone(), label.clone());
        can_copy.get().then(move || {
            let words = wide.then(|| label.clone());
            view! {
                <button class=class type="button" aria-label=label.clone() title=label on:click=move |_| copy(&text, is_copied)>
                    {move || {
                        let icon = if is_copied.get() { "check" } else { "copy" };
                        view! { <Icon name=icon /> }
                    }}
                    {words}
                </button>
                <span class="sr-only" role="status">{move || is_copied.get().then_some("Copied")}</span>
            }
        })
    }
}

#[cfg(feature = "hydrate")]
use browser::{copy, has_clipboard};

#[cfg(not(feature = "hydrate"))]
use server::{copy, has_clipboard};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{
        prelude::{RwSignal, Set},
        task::spawn_local,
    };

    use crate::ui::clipboard;
    pub use crate::ui::clipboard::is_there as has_clipboard;

    /// Copies, and says so once it is done; a browser that refuses says nothing.
    pub fn copy(text: &str, is_copied: RwSignal<bool>) {
        let text = text.to_owned();
        spawn_local(async move {
            if clipboard::put(&text).await {
                is_copied.set(true);
            }
        });
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::prelude::RwSignal;

    /// There is none on the server, and the first rendering in the browser is the same.
    pub fn has_clipboard() -> bool {
        false
    }

    /// Effects and clicks do not run on the server.
    pub fn copy(_text: &str, _is_copied: RwSignal<bool>) {}
}
