//! The form that takes a template's file.

use leptos::prelude::*;

use crate::{domain::template::file::FileFlaw, ui::FileForm};

/// Most bytes of a file.
pub const FILE_MAX: usize = 512 * 1024;

#[component]
pub fn UploadForm() -> impl IntoView {
    view! {
        <section class="panel is-padded stack is-tight">
            <h2 class="section-title">"Import a template"</h2>
            <FileForm
                action="/templates/upload"
                hint="A template that was exported here or on another site (.template.json), up to 512 kB."
                accept=".json,application/json"
                button="Import"
                refused=refused
            />
        </section>
    }
    .into_any()
}

/// Why an upload was refused; only known codes have words.
fn refused(code: &str) -> Option<String> {
    let words = match code {
        "too_large" => "The file is too large to be a template, so it was not read.",
        "no_file" => "No file was chosen. Choose one and import it.",
        "empty" => "The file is empty. Export the template again.",
        "interrupted" => "The upload was interrupted before the file was complete. Import it again.",
        "failed" => "The file could not be looked at. Try again in a moment.",
        "full" => {
            "There are as many templates as there may be. Delete one that nobody uses, and import the file again."
        }
        _ => return FileFlaw::of_code(code).map(FileFlaw::words),
    };
    Some(words.to_owned())
}
