//! A form that takes one file, and why the last one was not taken. It is sent as a whole, so it works without JavaScript.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Icon;

/// The form. Its field is called `file`.
#[component]
pub fn FileForm(
    /// Where the file goes.
    action: &'static str,
    /// What it may be, and how large.
    #[prop(into)]
    hint: String,
    /// The endings and media types that a browser offers.
    accept: &'static str,
    /// The words of its button.
    button: &'static str,
    /// It is what the page is for.
    #[prop(optional)]
    is_main: bool,
) -> impl IntoView {
    let class = if is_main { "btn is-primary" } else { "btn" };
    view! {
        <form class="form" method="post" action=action enctype="multipart/form-data">
            <div class="field">
                <label class="field__label" for="file">"File"</label>
                <span class="field__hint" id="file-hint">{hint}</span>
                <input class="input" type="file" id="file" name="file" accept=accept aria-describedby="file-hint" required />
            </div>
            <div class="form__actions">
                <button class=class type="submit"><Icon name="upload" />{button}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Why an upload was refused, by the code in the address; a code without words says nothing.
#[component]
pub fn FileRefused(words: fn(&str) -> Option<String>) -> impl IntoView {
    let query = use_query_map();
    move || {
        let words = words(&query.read().get("refused")?)?;
        Some(view! { <p class="banner" data-tone="bad" role="alert">{words}</p> })
    }
}
