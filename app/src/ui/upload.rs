//! What the forms have in common that take one file and are loaded anew.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The field `file` with its label. A page has one.
#[component]
pub fn FileField(
    /// What file it is, and how large it may be.
    #[prop(into)]
    hint: String,
    /// Endings and media types, as browsers take them.
    accept: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for="file">"File"</label>
            <span class="field__hint" id="file-hint">{hint}</span>
            <input class="input" type="file" id="file" name="file" accept=accept aria-describedby="file-hint" required />
        </div>
    }
}

/// Why an upload was refused, by the code that the address has; only known codes have words.
#[component]
pub fn Refused(words: fn(&str) -> Option<String>) -> impl IntoView {
    let query = use_query_map();
    move || {
        let code = query.read().get("refused")?;
        let words = words(&code)?;
        Some(view! { <p class="banner" data-tone="bad" role="alert">{words}</p> })
    }
}
