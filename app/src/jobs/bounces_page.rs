//! The page on which a bounce message is chosen.

use leptos::prelude::*;

use crate::ui::{FileForm, Page};

/// Largest file that is taken, in bytes: a bounce often holds the whole message.
pub const MAX_BOUNCE_BYTES: usize = 5 * 1024 * 1024;

#[component]
pub fn BouncesPage() -> impl IntoView {
    view! {
        <Page title="Upload a bounce" lead="A message that came back after its mail server had taken it. You see what it is about before anything changes.">
            <section class="panel is-padded">
                <FileForm
                    action="/jobs/bounces/upload"
                    hint=format!("The bounce as a file (.eml), as mail programs save it, up to {} MB.", MAX_BOUNCE_BYTES / (1024 * 1024))
                    accept=".eml,.txt,message/rfc822"
                    button="Upload and look"
                    refused=refused
                    is_main=true
                />
            </section>
        </Page>
    }
    .into_any()
}

/// Why an upload was refused; only known codes have words.
fn refused(code: &str) -> Option<String> {
    let words = match code {
        "too_large" => "The file is too large to be a bounce, so it was not read.",
        "no_file" => "No file was chosen. Choose one and upload it.",
        "empty" => "The file is empty. Save the bounce again.",
        "interrupted" => "The upload was interrupted before the file was complete. Upload it again.",
        "failed" => "The file could not be looked at. Try again in a moment.",
        "not_a_message" => "The file is no mail. Save the bounce as .eml and upload that.",
        "not_a_report" => {
            "This mail is no bounce. Upload the bounce itself, not a forwarded copy of it and not the message that came back."
        }
        "other_report" => {
            "This mail is a report of another kind, like a receipt or a complaint. It says nothing about delivery."
        }
        "no_status" => "This bounce does not say for whom it is, so nothing can be done with it.",
        "no_message_id" => "This bounce does not say which message came back, so nothing can be done with it.",
        _ => return None,
    };
    Some(words.to_owned())
}
