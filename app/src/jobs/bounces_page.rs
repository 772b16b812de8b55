//! The page on which a bounce message is chosen.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::{Icon, Page};

/// Largest file that is taken, in bytes: a bounce often holds the whole message.
pub const MAX_BOUNCE_BYTES: usize = 5 * 1024 * 1024;

#[component]
pub fn BouncesPage() -> impl IntoView {
    view! {
        <Page title="Upload a bounce" lead="A message that came back after its mail server had taken it. You see what it is about before anything changes.">
            <Refused />
            <section class="panel is-padded">
                <form class="form" method="post" action="/jobs/bounces/upload" enctype="multipart/form-data">
                    <div class="field">
                        <label class="field__label" for="file">"File"</label>
                        <span class="field__hint" id="file-hint">
                            {format!("The bounce as a file (.eml), as mail programs save it, up to {} MB.", MAX_BOUNCE_BYTES / (1024 * 1024))}
                        </span>
                        <input class="input" type="file" id="file" name="file" accept=".eml,.txt,message/rfc822" aria-describedby="file-hint" required />
                    </div>
                    <div class="form__actions">
                        <button class="btn is-primary" type="submit"><Icon name="upload" />"Upload and look"</button>
                    </div>
                </form>
            </section>
        </Page>
    }
    .into_any()
}

/// Why an upload was refused; only known codes have words.
#[component]
fn Refused() -> impl IntoView {
    let query = use_query_map();
    move || {
        let words = match query.read().get("refused").as_deref() {
            Some("too_large") => "The file is too large to be a bounce, so it was not read.",
            Some("no_file") => "No file was chosen. Choose one and upload it.",
            Some("empty") => "The file is empty. Save the bounce again.",
            Some("interrupted") => "The upload was interrupted before the file was complete. Upload it again.",
            Some("failed") => "The file could not be looked at. Try again in a moment.",
            Some("not_a_message") => "The file is no mail. Save the bounce as .eml and upload that.",
            Some("not_a_report") => {
                "This mail is no bounce. Upload the bounce itself, not a forwarded copy of it and not the message that came back."
            }
            Some("other_report") => {
                "This mail is a report of another kind, like a receipt or a complaint. It says nothing about delivery."
            }
            Some("no_status") => "This bounce does not say for whom it is, so nothing can be done with it.",
            Some("no_message_id") => {
                "This bounce does not say which message came back, so nothing can be done with it."
            }
            _ => return None,
        };
        Some(view! { <p class="banner" data-tone="bad" role="alert">{words}</p> })
    }
}
