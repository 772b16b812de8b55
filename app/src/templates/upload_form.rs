//! The form that takes a template's file.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::Icon;

/// Most bytes of a file.
pub const FILE_MAX: usize = 512 * 1024;

#[component]
pub fn UploadForm() -> impl IntoView {
    view! {
        <section class="panel is-padded stack is-tight">
            <h2 class="section-title">"Import a template"</h2>
            <Refused />
            <form class="form" method="post" action="/templates/upload" enctype="multipart/form-data">
                <div class="field">
                    <label class="field__label" for="file">"File"</label>
                    <span class="field__hint" id="file-hint">"A template that was exported here or on another site (.template.json), up to 512 kB."</span>
                    <input class="input" type="file" id="file" name="file" accept=".json,application/json" aria-describedby="file-hint" required />
                </div>
                <div class="form__actions">
                    <button class="btn" type="submit"><Icon name="upload" />"Import"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// Why an upload was refused; only known codes have words.
#[component]
fn Refused() -> impl IntoView {
    let query = use_query_map();
    move || {
        let words = match query.read().get("refused").as_deref() {
            Some("too_large") => "The file is too large to be a template, so it was not read.",
            Some("no_file") => "No file was chosen. Choose one and import it.",
            Some("empty") => "The file is empty. Export the template again.",
            Some("interrupted") => "The upload was interrupted before the file was complete. Import it again.",
            Some("failed") => "The file could not be looked at. Try again in a moment.",
            Some("not_a_template") => "The file is no template of AutoReport. Choose one that was exported.",
            Some("invalid") => {
                "The template in the file breaks a rule: a text is too long, or a name or colour is not one."
            }
            _ => return None,
        };
        Some(view! { <p class="banner" data-tone="bad" role="alert">{words}</p> })
    }
}
